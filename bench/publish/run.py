#!/usr/bin/env python3
"""Measures the time that Wingbeat's writer needs to publish (begin and publish, 64 B) with 0 to 32 readers on the
other core, and writes bench/results/<machine>/publish.csv.

    bench/publish/run.py --build build/bench

attached: the readers hold a frame and do not wait for another (they nap), so that no publish wakes a reader; flat
out.
woken: all readers sleep in wb_reader_wait, so that each publish wakes all of them; 250 frames per second.
Both include two readings of the clock for each of the two calls.

Beside the quantiles there are two rows for each state, with their value in the column of p50: `slope`, ns per reader
by least squares, and `base`, for attached the line's value at 0 readers, for woken the time with one reader.
Exit code: 0 success, 1 a batch failed, 3 nothing to measure or no second core.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rounds  # noqa: E402
import machine  # noqa: E402
from batch import Batch, Outcome  # noqa: E402
from cases import SMALL, Case  # noqa: E402
from results import fitted  # noqa: E402
from samples import read_samples  # noqa: E402
from tally import Tally, write_rows  # noqa: E402

COLUMNS = ("state", "readers", "p50_ns", "p99_ns", "p999_ns")
ATTACHED, WOKEN = "attached", "woken"
READERS = {ATTACHED: (0, 1, 4, 16, 32), WOKEN: (1, 4, 16, 32)}
NAP_NS = 600 * 10**9  # longer than any batch


@dataclass(frozen=True)
class PublishCase(Case):
    @property
    def healthy(self):
        return self.readers if self.scenario == WOKEN else 0

    def reader_options(self, reader):
        return [] if reader < self.healthy else ["--nap-ns", str(NAP_NS)]


def make_case(state, readers):
    pace = {ATTACHED: "flat", WOKEN: "250"}[state]
    return PublishCase(state, f"{state}-{readers}", SMALL, "sleep", pace, readers, seconds=2.0 if state == WOKEN else 0.4,
                       frames=3_000_000)


class PublishBatch(Batch):
    """A case that counts although no reader has to receive a frame."""

    def _read_results(self):
        if self._case.healthy:
            return super()._read_results()
        samples = {"publish": [read_samples(self._folder / "sender.publish")], "signal": [], "age": []}
        return Outcome(sender=self._read_summary("sender"), samples=samples)


@dataclass(frozen=True)
class Writer:
    program: Path
    name: str = "wingbeat"
    most_bytes: int = 1 << 40


def publish_rows(tallies):
    for state in READERS:
        measured = [tally for tally in tallies if tally.case.scenario == state and tally.rounds]
        rows = [row for tally in measured for row in tally.batch_rows() if row["metric"] == "publish"]
        yield from ({**{column: row[column] for column in COLUMNS[1:]}, "state": state} for row in rows)
        points = [(row["readers"], row["p50_ns"]) for row in rows]
        if len(points) > 1:
            base, slope = fitted(points)
            yield {"state": state, "readers": "base", "p50_ns": points[0][1] if state == WOKEN else round(base, 1)}
            yield {"state": state, "readers": "slope", "p50_ns": round(slope, 2)}


def main():
    options = rounds.read_options(__doc__, rounds=5)
    writer = Writer(options.build / "bin/peers/peer-wingbeat")
    cores = machine.pick_cores(os.sched_getaffinity(0))
    if cores is None or not os.access(writer.program, os.X_OK):
        rounds.say("run.py: needs two cores" if cores is None else f"run.py: {writer.program.name} is not built")
        return 3
    place = rounds.place(options, cores)

    def play(tally):
        with PublishBatch(writer.program, False, tally.case, place) as batch:
            return batch.run()

    tallies = [Tally(make_case(state, readers), writer) for state in READERS for readers in READERS[state]]
    tallies = [tally for tally in tallies if (options.only or "") in tally.case.name]
    rounds.play_rounds(tallies, options, play)
    folder = rounds.folder(options)
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder / "publish.csv", COLUMNS, publish_rows(tallies))
    print((folder / "publish.csv").read_text(), end="")
    return 1 if any(tally.failures for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
