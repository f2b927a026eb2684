"""Options, cores and shuffled rounds of batches for the runners other than bench/peers/run.py."""

import argparse
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "bench/peers"))

import machine  # noqa: E402
from batch import Place  # noqa: E402

BATCH_LIMIT_S = 60  # in addition to the time of the case; includes starting Julia


def say(text):
    print(text, file=sys.stderr, flush=True)


def read_options(description, rounds):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"set the number of rounds; default: {rounds}")
    parser.add_argument("--seconds", type=float, default=1.0, help="scale the time of each batch; default: 1")
    parser.add_argument("--build", type=Path, default=ROOT / "build/bench",
                        help="name the folder in which the peers were built; default: build/bench")
    parser.add_argument("--results", type=Path, default=ROOT / "bench/results",
                        help="write below this folder; default: bench/results")
    parser.add_argument("--machine", help="name the folder for the results; default: from CPU, cores and hypervisor")
    parser.add_argument("--only", help="run only cases with this text in their names")
    parser.add_argument("--seed", type=int, help="set the seed of the order; default: another one in each run")
    parser.add_argument("--work", type=Path, help="put the files of batches into this folder; default: /dev/shm")
    options = parser.parse_args()
    if options.rounds < 1 or options.seconds <= 0:
        parser.error("--rounds is at least 1, --seconds more than 0")
    options.build = options.build.resolve()
    options.seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    options.work = options.work or Path("/dev/shm" if Path("/dev/shm").is_dir() else tempfile.gettempdir())
    return options


def folder(options):
    return options.results / (options.machine or machine.machine_id())


def place(options, cores):
    return Place(cores, options.work, BATCH_LIMIT_S, options.seconds)


def play_rounds(tallies, options, play):
    """Runs all tallies in each round. play(tally) returns the outcome of a batch; failures are printed and recorded."""
    order = random.Random(options.seed)
    say(f"{len(tallies)} cases, {options.rounds} rounds, seed {options.seed}")
    for number in range(1, options.rounds + 1):
        for tally in order.sample(tallies, len(tallies)):
            if tally.gave_up:
                continue
            outcome = play(tally)
            tally.add(number, outcome)
            said = f"failed: {outcome.why}. {outcome.stderr[:300]}" if outcome.why else f"{tally.rounds[-1]}"
            say(f"round {number}: {tally.case.name}, {tally.peer.name}: {said}")
