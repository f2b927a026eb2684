#!/usr/bin/env python3
"""Runs a program under the thread sanitizer, or checks that the sanitizer reports an error in a mutant of core/sync.

races.py run PROGRAM | list | mutant NAME --work FOLDER --link LIBRARIES... --compile COMPILER FLAGS...
Exit status: 0 the result is as expected, 1 it is not, 2 the mutant could not be made.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RELACY = HERE.parents[1] / "model" / "relacy"
sys.dont_write_bytecode = True
sys.path.insert(0, str(RELACY))
import mutants  # noqa: E402

# The model checker's mutants that weaken an order between two threads, and the test that detects each.
AWAITED = "Threads.see_an_awaited_frame_without_a_race"
GIVEN_BACK = "Threads.overwrite_a_frame_given_back_without_a_race"
RECEIPTS = "Threads.exchange_requests_and_receipts_without_a_race"
ROOM = "Threads.use_the_place_of_a_request_again_without_a_race"
LOCK_STEP = "Threads.in_lock_step_share_what_only_done_protects"
MUTANTS = {
    "publish_relaxed": AWAITED,
    "arrival_relaxed": AWAITED,
    "release_relaxed": GIVEN_BACK,
    "scan_relaxed": GIVEN_BACK,
    "request_relaxed": RECEIPTS,
    "request_taken_relaxed": RECEIPTS,
    "receipt_relaxed": RECEIPTS,
    "receipt_seen_relaxed": RECEIPTS,
    "consumed_relaxed": ROOM,
    "room_relaxed": ROOM,
    "done_relaxed": LOCK_STEP,
    "done_seen_relaxed": LOCK_STEP,
}

RACE = "WARNING: ThreadSanitizer: data race"
# The runtime's message if the kernel has placed a mapping in the range of its shadow memory. A fixed layout avoids
# that.
NO_PLACE = "unexpected memory mapping"


def run(command):
    """Returns (exit status, output)."""
    env = dict(os.environ, TSAN_OPTIONS="halt_on_error=0:exitcode=66")
    for prefix in ([], ["setarch", "-R"] if shutil.which("setarch") else []):
        ran = subprocess.run([*prefix, *command], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if NO_PLACE not in ran.stdout:
            break
    return ran.returncode, ran.stdout


def check(program):
    code, output = run([program])
    print(output)
    passed = code == 0 and "[  PASSED  ]" in output and "ThreadSanitizer" not in output
    print("no race" if passed else f"FAILS: exit status {code}")
    return 0 if passed else 1


def build(name, arguments):
    copy = mutants.mutate(name, arguments.work)
    program = copy / "program"
    sources = [HERE.parents[1] / "core" / "threads_test.cpp", copy / "layout" / "geometry.cpp", copy / "layout" / "schema.cpp"]
    command = [*arguments.compile, f"-I{copy}", f"-I{HERE.parents[1] / 'core'}", *map(str, sources), *arguments.link, "-o", str(program)]
    if subprocess.run(command, check=False).returncode != 0:
        print(f"{name} does not compile", file=sys.stderr)
        sys.exit(2)
    return program


def check_mutant(name, arguments):
    _, output = run([build(name, arguments), f"--gtest_filter={MUTANTS[name]}"])
    caught = RACE in output
    print("\n".join(output.splitlines()[:60]))
    print(f"{name}: {'reported' if caught else 'NOT REPORTED'}")
    return 0 if caught else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["run", "list", "mutant"])
    parser.add_argument("what", nargs="?", help="a program, or a mutant")
    parser.add_argument("--work", type=Path, help="name the folder for mutants")
    parser.add_argument("--link", nargs="+", default=[])
    parser.add_argument("--compile", nargs=argparse.REMAINDER, default=[])
    arguments = parser.parse_args()
    if arguments.verb == "list":
        print("\n".join(MUTANTS))
        return 0
    return check(arguments.what) if arguments.verb == "run" else check_mutant(arguments.what, arguments)


if __name__ == "__main__":
    sys.exit(main())
