#!/usr/bin/env python3
"""Verifies the models in this folder, and checks that each mutant of them is caught.

run.py CASE --work FOLDER | --list. A case is MODEL or MODEL.MUTANT. Exit status 0: the result is as expected. A model
without a mutant must have no error, be searched completely, and reach every line marked `must be reached`.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# model: (file, macros that it defines, mutants)
MODELS = {
    "slots": ("slots.pml", [], ["NO_SECOND_LOOK", "WRITING_FIRST", "CLAIM_NEWEST", "FREE_CLAIMED", "FORGET_LEASES", "ONE_TURN",
                                "TOO_FEW_SLOTS"]),
    "copying": ("slots.pml", ["COPYING"], ["NO_SECOND_LOOK_AT_COPY"]),
    "sleeping": ("sleeping.pml", [], ["WORD_LAST", "WAKE_FIRST", "NO_BUMP", "NO_LIMIT", "SEEN_LATE", "ONE_ONLY"]),
    "collecting": ("collecting.pml", [], ["NOT_ASIDE", "NO_REREAD", "LOCK_LATER", "NO_WRITER_LOCK"]),
    "receipts": ("receipts.pml", [], ["CONSUMED_FIRST", "ID_FIRST", "NO_FETCH", "FORGETFUL", "ANSWER_TWICE"]),
    "lock_step": ("lock_step.pml", [], ["WORD_LAST", "NO_WAKE", "NO_PROBE"]),
    "lock_step_limit": ("lock_step.pml", ["LIMIT"], []),
    "array_lock": ("array_lock.pml", [], ["NO_PROBE", "NO_LIMIT", "UNMARKED", "BELL_LATE", "NOT_RUNG", "MARK_LOST", "NOT_COUNTED",
                                          "NOT_CLEARED", "BLIND"]),
}


def verify(model, mutant, work):
    file, defines, _ = MODELS[model]
    work = work / f"{model}{'.' + mutant if mutant else ''}"
    work.mkdir(parents=True, exist_ok=True)
    flags = [f"-D{name}" for name in [*defines, *([mutant] if mutant else [])]]
    subprocess.run(["spin", *flags, "-a", HERE / file], cwd=work, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", "-DMEMLIM=8000", "-o", "pan", "pan.c"], cwd=work, check=True)
    ran = subprocess.run(["./pan", "-m2000000"], cwd=work, capture_output=True, text=True, timeout=600, check=False)
    return ran.stdout + ran.stderr


def missed_lines(model, output):
    """Returns the numbers of the lines that must be reached but were not."""
    lines = (HERE / MODELS[model][0]).read_text().splitlines()
    must = {i + 1 for i, line in enumerate(lines) if "must be reached" in line}
    unreached = {int(n) for n in re.findall(r":(\d+), state \d+,", output)}
    if model == "copying":
        must = {n for n in must if "claim" not in lines[n - 1] and n > next(i for i, line in enumerate(lines) if "proctype Copier" in line)}
    if model == "lock_step":
        must -= {i + 1 for i, line in enumerate(lines) if "overran = newest" in line}
    return sorted(must & unreached)


def judge(model, mutant, output):
    errors = re.search(r"errors: (\d+)", output)
    if errors is None or "max search depth too small" in output or "out of memory" in output or "Search not completed" in output.split("errors:")[0] and not int(errors[1]):
        return False, "the search did not finish"
    states = re.search(r"(\d[\d.e+]*) states, stored", output)
    told = f"{states[1] if states else '?'} states"
    if mutant:
        return int(errors[1]) > 0, f"{'caught' if int(errors[1]) else 'SURVIVED'}, {told}"
    if int(errors[1]) > 0:
        return False, f"FAILS: {(re.search(r'pan:.*', output) or ['?'])[0]}"
    missed = missed_lines(model, output)
    return not missed, f"holds, {told}" if not missed else f"never reached: lines {missed}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", help="none: all")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--work", type=Path)
    arguments = parser.parse_args()
    every = [f"{m}{x}" for m, (_, _, mutants) in MODELS.items() for x in ["", *("." + mutant for mutant in mutants)]]
    if arguments.list:
        print("\n".join(every))
        return 0
    bad = 0
    for case in arguments.cases or every:
        model, _, mutant = case.partition(".")
        good, told = judge(model, mutant, verify(model, mutant, arguments.work))
        print(f"{case}: {told}", flush=True)
        bad += not good
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
