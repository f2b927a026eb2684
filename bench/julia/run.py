#!/usr/bin/env python3
"""Measures the time of frames until they are in Julia: with Wingbeat, with the usual alternatives in Julia (a socket,
a file, raw shared memory with a mutex), and with Wingbeat's receiver in C++ for comparison. The senders are those of
bench/peers. Writes bench/results/<machine>/julia.csv.

    bench/julia/run.py --build build/bench

Each way runs once in every round, in an order that is shuffled for each round. Spinning is omitted where Julia cannot
do it (a socket).
Exit code: 0 success, 1 a batch failed, 3 nothing to measure or no second core.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rounds  # noqa: E402
import machine  # noqa: E402
from batch import Batch  # noqa: E402
from cases import IMAGE, SMALL, SWARM, Case  # noqa: E402
from tally import Tally, write_rows  # noqa: E402

RECEIVER = Path(__file__).resolve().with_name("receiver")
COLUMNS = ("scenario", "way", "bytes", "wait", "pace", "metric", "p50_ns", "p90_ns", "p99_ns", "p999_ns", "max_ns", "count",
           "lost", "torn", "rounds")


@dataclass(frozen=True)
class Way:
    name: str
    sender: str
    most_bytes: int = 1 << 30
    in_julia: bool = True
    spins: bool = True


WAYS = (Way("wingbeat", "wingbeat"), Way("wingbeat-cpp", "wingbeat", in_julia=False), Way("raw-shm", "origin"),
        Way("unix-socket", "unix-socket", spins=False), Way("file", "file-tmpfs"))


@dataclass(frozen=True)
class WayCase(Case):
    way: str = ""  # empty: the receiver is not written in Julia

    def reader_options(self, reader):
        return [*super().reader_options(reader), *(("--way", self.way) if self.way else ())]


def cases():
    in_turns = [WayCase(wait, f"{wait}-{size}", size, wait, "turns", seconds=0.5) for wait in ("spin", "sleep")
                for size in (SMALL, IMAGE, SWARM)]
    return [*in_turns, WayCase("paced", f"paced-60hz-{SWARM}", SWARM, "sleep", "60", seconds=2.0)]


class WayBatch(Batch):
    """A peer whose sender and receiver are different programs."""

    def __init__(self, sender, receiver, case, place):
        super().__init__(sender, False, case, place)
        self._sender, self._receiver = sender, receiver

    def _spawn(self, role, *words):
        self._program = self._receiver if words[0] == "receive" else self._sender
        return super()._spawn(role, *words)


class Run:
    def __init__(self, options, cores):
        self._programs = options.build / "bin/peers"
        self._place = rounds.place(options, cores)
        os.environ["WINGBEAT_LIBRARY"] = str(options.build / "lib")

    def missing(self):
        julia = subprocess.run([rounds.ROOT / "scripts/julia", "--which"], capture_output=True, check=False)
        programs = [f"peer-{way.sender}" for way in WAYS if not os.access(self._program(way), os.X_OK)]
        return sorted({*programs, *(() if julia.returncode == 0 else ("Julia",))})

    def play(self, tally):
        way = tally.peer
        case = replace(tally.case, way=way.name if way.in_julia else "")
        with WayBatch(self._program(way), RECEIVER if way.in_julia else self._program(way), case, self._place) as batch:
            return batch.run()

    def _program(self, way):
        return self._programs / f"peer-{way.sender}"


def julia_rows(tallies):
    for tally in tallies:
        for row in tally.batch_rows() if tally.rounds else ():
            if row["metric"] != "publish":
                yield {**{column: row[column] for column in COLUMNS if column != "way"}, "way": row["peer"]}


def say_ratios(tallies):
    """Returns the ratio of medians: Wingbeat's receiver in Julia to its receiver in C++."""
    medians = {(row["scenario"], row["bytes"], row["metric"], row["way"]): row["p50_ns"] for row in julia_rows(tallies)}
    for (scenario, size, metric, way), in_julia in medians.items():
        in_cpp = medians.get((scenario, size, metric, "wingbeat-cpp"))
        if way == "wingbeat" and in_cpp:
            rounds.say(f"{scenario}, {size} bytes, {metric}: Julia {in_julia} ns, C++ {in_cpp} ns, {in_julia / in_cpp:.2f}x")


def main():
    options = rounds.read_options(__doc__, rounds=3)
    cores = machine.pick_cores(os.sched_getaffinity(0))
    run = Run(options, cores or ())
    missing = run.missing()
    if cores is None or missing:
        rounds.say(f"run.py: missing: {', '.join(missing)}" if cores else "run.py: needs two cores")
        return 3
    tallies = [Tally(case, way) for case in cases() for way in WAYS
               if (way.spins or case.wait != "spin") and (options.only or "") in case.name]
    rounds.play_rounds(tallies, options, run.play)
    folder = rounds.folder(options)
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder / "julia.csv", COLUMNS, julia_rows(tallies))
    say_ratios(tallies)
    return 1 if any(tally.failures for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
