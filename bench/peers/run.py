#!/usr/bin/env python3
"""Measures Wingbeat and its peers in turns, and writes the results to bench/results/<machine>/.

Every peer runs every case in every round, in an order that is shuffled for each round. The sender runs on one core, all
receivers on another. `bench/peers/report.py` writes the report. README.md describes the method.

Exit code: 0 success (failures of other peers are in failures.csv), 1 the floor or Wingbeat failed, 2 wrong usage,
3 nothing to measure or no second core, 130 interrupted.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import machine
from batch import Outcome, Place, run_batch
from cases import CASES, SCENARIOS
from tally import Tally, write_results

ROOT = Path(__file__).resolve().parents[2]
OWN = ("floor", "wingbeat")  # these must not fail
BATCH_OVERHEAD_S = 0.45  # to start, to warm up, and to detect the end
QUICK = {"rounds": 1, "seconds": 0.5, "results": ROOT / "build/bench/results"}
FULL = {"rounds": 4, "seconds": 1.0, "results": ROOT / "bench/results"}
STOPPED_LIMIT_S = 6  # a sender that waits for a stopped reader waits for ever
BUSY_LOAD = 0.5


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclass
class Peer:
    name: str
    program: Path
    about: dict
    why: str = ""  # the error if it cannot describe itself

    @property
    def most_bytes(self):
        return self.about.get("most_bytes", 1 << 64)

    @property
    def needs_daemon(self):
        return self.about.get("needs_daemon", False)

    def row(self):
        told = {name: self.about.get(name, "") for name in ("version", "settings", "copies", "most_bytes")}
        return {"peer": self.name, **told, "settings": told["settings"] or self.why, "needs_daemon": self.needs_daemon}


def describe(program):
    name = program.name.removeprefix("peer-")
    try:
        done = subprocess.run([program, "describe"], capture_output=True, text=True, check=True, timeout=20)
        return Peer(name, program, json.loads(done.stdout))
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Peer(name, program, {}, f"describe failed: {error}")


def find_peers(build, wanted):
    programs = sorted(path for path in (build / "bin/peers").glob("peer-*") if os.access(path, os.X_OK))
    peers = [describe(path) for path in programs if not wanted or path.name.removeprefix("peer-") in wanted]
    missing = set(wanted) - {peer.name for peer in peers}
    if missing:
        raise ValueError(f"not built: {', '.join(sorted(missing))}")
    return sorted(peers, key=lambda peer: (OWN.index(peer.name) if peer.name in OWN else len(OWN), peer.name))


class Progress:
    def __init__(self, batches, nominal_s):
        self._batches, self._nominal_s = batches, nominal_s
        self._done, self._start = 0, time.monotonic()

    def step(self):
        self._done += 1

    def line(self, case, number, rounds):
        passed = time.monotonic() - self._start
        left = passed / self._done * (self._batches - self._done) if self._done > 20 else self._nominal_s - passed
        say(f"{100 * self._done // self._batches:3d} %  {case.name}, round {number} of {rounds}; "
            f"about {max(0, left) / 60:.1f} min left")


def settle(seconds):
    """Waits until earlier work, such as building, no longer shows in the load, at most for the given time."""
    end = time.monotonic() + seconds
    while os.getloadavg()[0] > BUSY_LOAD and time.monotonic() < end:
        say(f"load {os.getloadavg()[0]:.1f}; waiting for {BUSY_LOAD}, {end - time.monotonic():.0f} s at most")
        time.sleep(10)


class Run:
    def __init__(self, options, peers, cores):
        self._options, self._peers = options, peers
        self._place = Place(cores, options.work, options.limit, options.seconds)
        self._cases = [case for case in CASES if case.scenario in options.scenarios
                       and (not options.cases or case.name in options.cases)]
        self._random = random.Random(options.seed)
        self.folder = options.results / (options.machine or machine.machine_id())
        self.tallies = []
        batches = sum(self._rounds(case) for case in self._cases) * len(peers)
        nominal_s = sum((case.seconds * options.seconds + BATCH_OVERHEAD_S) * self._rounds(case)
                        for case in self._cases) * len(peers)
        say(f"{batches} batches of {len(peers)} peers, about {nominal_s / 60:.0f} min; seed {options.seed}; "
            f"cores {cores[0]} and {cores[1]}; results in {self.folder}")
        self._progress = Progress(batches, nominal_s)
        self._about = {**machine.describe(options.build, ROOT), "seed": options.seed, "rounds": options.rounds,
                       "seconds_scale": options.seconds, "sender_core": cores[0], "receiver_core": cores[1]}
        self._time = machine.ProcessorTime()
        if self._about["load_at_start"] > BUSY_LOAD:
            say(f"the machine is busy (load {self._about['load_at_start']:.1f}): what follows is noise")

    def _rounds(self, case):
        return self._options.rounds * case.times

    def play(self):
        for case in self._cases:
            self.tallies += self._play_case(case)
            self._write(complete=False)
        self._write(complete=True)

    def _play_case(self, case):
        tallies = [Tally(case, peer) for peer in self._peers]
        for number in range(1, self._rounds(case) + 1):
            self._progress.line(case, number, self._rounds(case))
            for tally in self._random.sample(tallies, len(tallies)):
                self._progress.step()
                if not tally.cannot and not tally.gave_up:
                    self._play_batch(tally, number)
        return tallies

    def _play_batch(self, tally, number):
        peer, case = tally.peer, tally.case
        place = self._place
        if case.beside == "stopped":
            place = Place(place.cores, place.work, min(place.limit_s, STOPPED_LIMIT_S), place.scale)
        outcome = Outcome(why=peer.why) if peer.why else run_batch(peer.program, peer.needs_daemon, case, place)
        if outcome.why:
            say(f"       {peer.name} failed {case.name}: {outcome.why}. {outcome.stderr[:300]}")
        tally.add(number, outcome)

    def _write(self, complete):
        write_results(self.folder, self._peers, self.tallies, keep=bool(self._options.cases))
        about = {**self._about, "complete": complete, "stolen_share": self._time.stolen_share()}
        (self.folder / "machine.json").write_text(json.dumps(about, indent=2) + "\n")

    def summary(self):
        failed = [failure for tally in self.tallies for failure in tally.failures]
        return {"results": str(self.folder), "seed": self._options.seed, "cases": len(self._cases),
                "peers": [peer.name for peer in self._peers], "failed": failed,
                "own_failed": any(failure["peer"] in OWN for failure in failed)}


def words(text):
    return [word for word in text.split(",") if word]


def read_options(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=words, default=[],
                        help="run only these peers, separated by commas; default: all that are built")
    parser.add_argument("--scenarios", type=words, default=list(SCENARIOS),
                        help=f"run only these of {','.join(SCENARIOS)}; default: all")
    parser.add_argument("--cases", type=words, default=[],
                        help="run only these, such as spin-64,sleep-64, and keep the results of other cases "
                             "(machine.json describes this run)")
    parser.add_argument("--rounds", type=int, help=f"set the number of rounds; default: {FULL['rounds']}")
    parser.add_argument("--seconds", type=float, help="scale the time of each batch; default: 1")
    parser.add_argument("--quick", action="store_true",
                        help="run one round of half the time, a few minutes, with results below build/")
    parser.add_argument("--build", type=Path, default=ROOT / "build/bench",
                        help="name the folder in which the peers were built; default: build/bench")
    parser.add_argument("--results", type=Path,
                        help="write below this folder; default: bench/results, with --quick build/bench/results")
    parser.add_argument("--machine", help="name the folder for the results; default: from CPU, cores and hypervisor")
    parser.add_argument("--seed", type=int, help="set the seed of the order; default: another one in each run")
    parser.add_argument("--cores", type=words,
                        help="set the sender's and the receivers' core; default: the first two allowed")
    parser.add_argument("--settle", type=float, default=0, metavar="SECONDS",
                        help=f"wait up to this time for a load below {BUSY_LOAD} before the first batch; default: 0")
    parser.add_argument("--limit", type=float, default=25,
                        help="set the seconds that a batch may take beyond its own time; default: 25")
    parser.add_argument("--work", type=Path, help="put the files of batches into this folder; default: /dev/shm")
    parser.add_argument("--json", action="store_true", help="print a summary to stdout")
    return complete(parser, parser.parse_args(arguments))


def complete(parser, options):
    defaults = QUICK if options.quick else FULL
    for name, value in defaults.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown:
        parser.error(f"unknown scenarios: {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    unknown = set(options.cases) - {case.name for case in CASES}
    if unknown:
        parser.error(f"unknown cases: {', '.join(sorted(unknown))}; there are {', '.join(case.name for case in CASES)}")
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("--rounds is at least 1, --seconds more than 0")
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(10**6)
    if options.work is None:
        options.work = Path("/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir())
    return options


def choose_cores(options):
    if options.cores:
        if len(options.cores) != 2 or not all(core.isdigit() for core in options.cores):
            raise ValueError("--cores needs two numbers, such as 0,1")
        return tuple(map(int, options.cores))
    return machine.pick_cores(os.sched_getaffinity(0))


def interrupted(*_):
    """Interrupts the run. Later signals are ignored, because the run then cleans up."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(arguments=None):
    options = read_options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted)
    try:
        peers, cores = find_peers(options.build, options.peers), choose_cores(options)
    except ValueError as error:
        say(f"run.py: {error}")
        return 2
    if not peers:
        say(f"run.py: no peers in {options.build}/bin/peers: make bench-peers builds them")
        return 3
    if cores is None:
        say("run.py: needs two cores; --cores chooses them")
        return 3
    try:
        settle(options.settle)
        run = Run(options, peers, cores)
        run.play()
    except KeyboardInterrupt:
        say("run.py: interrupted; the cases that were over are written")
        return 130
    summary = run.summary()
    if options.json:
        print(json.dumps(summary))
    say(f"done; results in {run.folder}, {len(summary['failed'])} failures")
    return 1 if summary["own_failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
