"""The texts of the report."""

OVERVIEW = {  # the peers of the first page: at least one of each kind of transport
    "floor": "*floor*: bare shared memory, no protection",
    "wingbeat": "Wingbeat",
    "boost": "Boost.Interprocess: one frame under a mutex",
    "iceoryx2": "iceoryx2",
    "zenoh": "zenoh, with its shared memory",
    "cyclonedds-shm": "Cyclone DDS over iceoryx",
    "origin": "array and mutex in shared memory, copied",
    "unix-socket": "Unix socket",
    "zeromq-ipc": "ZeroMQ over a Unix socket",
    "osc": "OSC over UDP",
}
OVERVIEW_BYTES = ("64", "3200000", "32000000")
OVERVIEW_PICTURE = "Median time to the last byte for three sizes of frames, by way of transport"

OVERVIEW_HEAD = """\
# Benchmarks

<!-- Made by bench/peers/report.py: do not edit. -->

How long a frame takes from one process to another on the same machine: Wingbeat and {others} other ways,
measured in turns by the same program. The *floor* is bare shared memory without any protection, as a ring
of four frames. It is a reference, not a limit: a way that uses fewer frames in turn keeps them in the
caches for longer, and can be faster.
"""

OVERVIEW_TABLE = """\
The time runs from before the first byte is written until the reader has summed all bytes. There is one
reader, it spins, and the value is the median (p50). The last column is the time to wake up a reader that
sleeps. The fastest value of each column, the floor aside, is bold. Machine: {cpu} (`{machine}`).
"""

OVERVIEW_END = """\
- [Details]({details}): the targets and whether they were met, all {others} ways and all sizes,
  distributions, several readers, slow and stopped readers, CPU time, Julia, the settings of each
  library, and the machine.
- [How it is measured]({notes}#method), [known unfairnesses]({notes}#known-unfairnesses) and
  [targets that were not reached]({notes}#targets-that-were-not-reached).
- `make bench-peers` measures on your machine and writes these pages; `make bench-report` writes them
  from the files in [`bench/results`]({folder}).
"""

HEAD = """\
# Benchmarks: the details

<!-- Made by bench/peers/report.py: do not edit. -->

All tables and pictures behind the [overview]({overview}). See also [how it is measured]({notes}#method)
and [known unfairnesses]({notes}#known-unfairnesses).
"""

TARGETS = """\
Each figure is computed from the result files. A ratio is taken for each round, between batches of the
same round; the table gives the median of these ratios (lowest to highest)."""

TIME_TO_LAST_BYTE = """\
The time from before the sender writes the first byte until the receiver has summed all bytes. One reader,
in turns."""

SIGNAL = "The time from publishing, when the payload is written already, until the receiver has the frame."

PACED = """\
Frames are sent on a fixed schedule, and the receivers sleep between them. A frame's time counts from the
moment it was due, even if the sender was late. The sender's CPU time includes up to 100 µs per frame of
spinning until that moment."""

FLAT_OUT = """\
Frames are sent as fast as possible to one reader that spins. A sender that never waits loses the frames
for which the reader is too slow; a sender that loses nothing waits for the reader."""

READERS = """\
All readers sleep, on one core, in turns: the next frame is sent when all have read the last one. *Age* is
the median time to the last byte over all readers; *publish* is the time that the sender spends on asking
for memory and publishing."""

PUBLISHING = "The sender's time for a frame without writing the payload: asking for memory and publishing."

BESIDE = """\
One healthy reader at 60 Hz, 256 KiB, which sleeps between frames: alone, beside a reader that holds each
frame for 50 ms, and beside a reader that is stopped (SIGSTOP). `arrived` is the share of the frames that
were due. `never ends` means that the sender waits for the stopped reader."""

CPU = "User and system time of a sleeping receiver, in turns. A receiver that spins uses a whole core."
