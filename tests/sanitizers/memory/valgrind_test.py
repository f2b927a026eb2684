#!/usr/bin/env python3
"""Runs a program under valgrind: valgrind_test.py clean CORE_TESTS | plant PROGRAM

clean: valgrind must report no error while tests use readers of every mode, windows, requests, inspections and arrays.
plant: valgrind must report the intentional error of the program. Skipped (77) without valgrind.
"""

import shutil
import subprocess
import sys
from pathlib import Path

REPORTED = 99
OPTIONS = [f"--error-exitcode={REPORTED}", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
           "--errors-for-leak-kinds=definite,indirect,possible", "--fair-sched=try",
           f"--suppressions={Path(__file__).with_name('valgrind.supp')}"]
# Cases that depend on speed or crash on purpose are omitted.
FILTER = ("--gtest_filter=*WithoutLeases.*:Modes.*:LockStep.*:*WindowTest.*:Requests.*:Outside.an_inspection*:SharedArray.*"
          "-*never_accept*:*full_speed*:*lose_no_addition*")


def main():
    case, program = sys.argv[1:]
    if shutil.which("valgrind") is None:
        print("skipped: no valgrind")
        return 77
    command = ["valgrind", *OPTIONS, program, *([FILTER] if case == "clean" else [])]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(ran.stdout)
    return 0 if ran.returncode == (REPORTED if case == "plant" else 0) and ("PASSED" in ran.stdout or case == "plant") else 1


if __name__ == "__main__":
    sys.exit(main())
