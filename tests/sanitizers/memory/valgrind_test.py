#!/usr/bin/env python3
"""Runs the short path under valgrind.

valgrind_test.py PROGRAM clean|plant
clean: nothing must be reported. plant: what the program does wrong on purpose must be. Skipped (77) where there is no valgrind.
"""

import os
import shutil
import subprocess
import sys
import tempfile

REPORTED = 99
OPTIONS = [f"--error-exitcode={REPORTED}", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible",
           "--errors-for-leak-kinds=definite,indirect,possible", "--fair-sched=try"]


def main():
    program, case = sys.argv[1:]
    if shutil.which("valgrind") is None:
        print("skipped: no valgrind")
        return 77
    with tempfile.TemporaryDirectory() as runtime:
        env = dict(os.environ, WINGBEAT_DIR=runtime)
        ran = subprocess.run(["valgrind", *OPTIONS, program, case], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, check=False)
        print(ran.stdout)
        left = os.listdir(runtime)
    if left:
        print(f"FAILS: left behind: {left}")
    expected = REPORTED if case == "plant" else 0
    return 0 if ran.returncode == expected and "short path done" in ran.stdout and not left else 1


if __name__ == "__main__":
    sys.exit(main())
