#!/usr/bin/env python3
"""Counts the instructions of each operation with callgrind and compares them with their budgets.

    budgets.py --program build/release/bin/count --build 'GNU 12 x86_64 Release linux'
    budgets.py ... --update            writes the counted instructions as the new budgets
    budgets.py ... --only OPERATION... counts only these operations
    budgets.py ... --planted           uses budgets that are too small and checks that they are reported

Counts do not depend on the speed or load of the machine, so they may fail a build. They depend on the compiler: a build
that differs from the one that the budgets were made with is not compared, and the exit code is 77. The exit code is
also 77 if valgrind is missing.
"""

import argparse
import csv
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BUDGETS = Path(__file__).resolve().with_name("budgets.csv")
MADE_WITH = "GNU 12 x86_64 Release linux"
SKIPPED = 77
RUNS = 1000
NOTHING = "nothing"  # the empty operation: its cost is the cost of measuring
ALLOWANCE, LEAST_ALLOWANCE = 0.05, 4  # a fraction of the budget; at least this many instructions
FAR_BELOW = 0.7
# Every 0.2 s a reader checks that its writer is alive. On a busy machine the check can fall into the counted runs, so
# an operation that exceeds its budget is counted again.
ATTEMPTS = 3


def instructions_per_run(program, operation, scratch):
    out = scratch / "callgrind.out"
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=measured_runs", f"--callgrind-out-file={out}",
               str(program), operation, str(RUNS)]
    runtime = scratch / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    # The environment is empty, so that settings of the user do not change the counts.
    ran = subprocess.run(command, env={"WINGBEAT_DIR": str(runtime)}, executable=shutil.which("valgrind"),
                         capture_output=True, text=True, check=False)
    totals = re.search(r"^(?:totals|summary): (\d+)", out.read_text() if out.exists() else "", re.MULTILINE)
    if ran.returncode != 0 or not totals:
        sys.exit(f"FAILS: {' '.join(command)}: exit code {ran.returncode}\n{ran.stdout}{ran.stderr}")
    return int(totals[1]) / int(ran.stdout)


class Counter:
    """Counts the instructions of operations, without those of measuring."""

    def __init__(self, program):
        self.program = program
        self.overhead = 0
        self.overhead = self.count(NOTHING, None)

    def count(self, operation, allowed):
        """Returns the lowest count of several attempts; stops at the first count within `allowed`."""
        least = float("inf")
        for _ in range(ATTEMPTS):
            with tempfile.TemporaryDirectory() as scratch:
                least = min(least, instructions_per_run(self.program, operation, Path(scratch)) - self.overhead)
            if allowed is None or least <= allowed:
                break
        return least


def list_operations(program):
    listed = subprocess.run([program, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return [operation for operation in listed if operation != NOTHING]


def read_budgets():
    if not BUDGETS.exists():
        return {}
    with open(BUDGETS, newline="") as file:
        return {row["operation"]: (float(row["instructions"]), float(row["allowed"])) for row in csv.DictReader(file)}


def allowed_for(instructions):
    return round(instructions + max(LEAST_ALLOWANCE, ALLOWANCE * instructions))


def write_budgets(counted):
    with open(BUDGETS, "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["operation", "instructions", "allowed"])
        for operation, instructions in counted.items():
            rows.writerow([operation, f"{instructions:.1f}", allowed_for(instructions)])


def judge(instructions, allowed):
    if allowed is None:
        return "NO BUDGET"
    if instructions > allowed:
        return "EXCEEDED"
    return "far below: lower the budget (--update)" if instructions < FAR_BELOW * allowed else "ok"


def compare(counter, operations, budgets):
    """Returns the operations that exceed their budgets or have no budget."""
    wrong = []
    print(f"{'operation':28}{'instructions':>14}{'budget':>10}{'allowed':>10}")
    for operation in operations:
        budget, allowed = budgets.get(operation, (None, None))
        instructions = counter.count(operation, allowed)
        verdict = judge(instructions, allowed)
        if verdict.isupper():
            wrong.append(operation)
        figures = f"{budget:10.1f}{allowed:10.0f}" if budget is not None else f"{'-':>10}{'-':>10}"
        print(f"{operation:28}{instructions:14.1f}{figures}  {verdict}", flush=True)
    return wrong


def check(counter, operations):
    wrong = compare(counter, operations, read_budgets())
    if wrong:
        print(f"FAILS: {', '.join(wrong)}. Find the cost with callgrind_annotate, or accept it with --update")
    return 1 if wrong else 0


def check_planted(counter, operations):
    planted = {operation: (0.8 * budget, 0.8 * allowed) for operation, (budget, allowed) in read_budgets().items()}
    missed = set(operations) - set(compare(counter, operations, planted))
    if missed:
        print(f"FAILS: budgets that are too small were not reported: {', '.join(sorted(missed))}")
    return 1 if missed else 0


def update(counter, operations):
    counted = {operation: instructions for operation, (instructions, _) in read_budgets().items()}
    counted.update({operation: counter.count(operation, None) for operation in operations})
    write_budgets({operation: counted[operation] for operation in list_operations(counter.program)})
    print(BUDGETS.read_text(), end="")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--build", required=True, help="compiler, its major version, processor, build type, backend, and flags")
    parser.add_argument("--only", nargs="+", metavar="OPERATION")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--planted", action="store_true")
    arguments = parser.parse_args()
    if arguments.build.strip() != MADE_WITH:
        print(f"skipped: budgets hold for {MADE_WITH}, this is {arguments.build.strip()}")
        return SKIPPED
    if shutil.which("valgrind") is None:
        print("skipped: no valgrind")
        return SKIPPED
    counter = Counter(arguments.program)
    operations = arguments.only or list_operations(arguments.program)
    act = update if arguments.update else check_planted if arguments.planted else check
    return act(counter, operations)


if __name__ == "__main__":
    sys.exit(main())
