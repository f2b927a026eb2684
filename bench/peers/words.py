"""What the report says before its tables."""

HEAD = """\
# Benchmarks

<!-- Made by bench/peers/report.py: do not edit. -->

Wingbeat beside other ways to get frames from one process to others, and beside a floor: bare shared memory without
any protection, which no library can beat. `make bench-peers` measures again and makes this page, `make bench-report`
makes it of the files in `bench/results/{machine}/`. How it is measured is [below](#method), and [what is
unfair](#known-unfairnesses) too.
"""

TARGETS = """\
Each is computed from the result files. A ratio is taken round by round, between batches of the same round, and given
as the median of the rounds (lowest to highest)."""

TIME_TO_LAST_BYTE = """\
From the moment the sender starts writing the payload to the moment the receiver has summed all of it. One reader, in
turns."""

SIGNAL = "From publishing, the payload being written, to the receiver's having it in its hands."

PACED = """\
Frames on a schedule, receivers asleep between them. Times count from when a frame was due, whether or not the sender
was in time for it. The sender's CPU includes up to 100 µs per frame that it spins to meet the instant."""

FLAT_OUT = """\
Frames as fast as they can be sent, to one spinning reader. Who never waits for a reader loses what the reader is too
slow for; who does not lose, waits."""

READERS = """\
All on one core, sleeping, in turns: the next frame when all have read. Age is the p50 over the readers, publish what
the sender pays."""

PUBLISHING = "What the sender pays for a frame beside writing it: asking for memory, publishing."

BESIDE = """\
One healthy reader at 60 Hz, 256 KiB, asleep between frames; beside it nobody, one that holds each frame for 50 ms, or
one that is stopped (SIGSTOP). `arrived`: of the frames that were due. `never ends`: the sender waits for the stopped
reader."""

CPU = "User and system time of a sleeping receiver, in turns. That of a spinning one is all there is."
