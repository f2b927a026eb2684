#!/usr/bin/env python3
"""Runs a program under valgrind: valgrind_test.py clean CORE_TESTS | plant PROGRAM

clean: valgrind must report nothing while streams are read in every mode, kept in windows, asked, inspected and shared as arrays.
plant: what the program does wrong on purpose must be reported. Skipped (77) where there is no valgrind.
"""

import shutil
import subprocess
import sys
from pathlib import Path

REPORTED = 99
OPTIONS = [f"--error-exitcode={REPORTED}", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
           "--errors-for-leak-kinds=definite,indirect,possible", "--fair-sched=try",
           f"--suppressions={Path(__file__).with_name('valgrind.supp')}"]
# Cases that count on speed, or on a crash of their own, are left out.
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
