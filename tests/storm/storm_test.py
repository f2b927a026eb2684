#!/usr/bin/env python3
"""Runs a short storm, or a storm with an injected fault that it must find: storm_test.py PROGRAM calm|torn|left"""

import re
import subprocess
import sys

CALM = re.compile(r"storm: [1-9]\d* kills, [1-9]\d* restarts, [1-9]\d* frames, 0 torn, 0 hung, 0 left")


def main():
    program, case = sys.argv[1:]
    command = [program, "--seconds", "8" if case == "calm" else "3"] + ([] if case == "calm" else ["--inject", case])
    ran = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    last = ran.stdout.strip().splitlines()[-1]
    print(ran.stdout, ran.stderr, sep="")
    if case == "calm":
        return 0 if ran.returncode == 0 and CALM.fullmatch(last) else 1
    found = re.search(rf"[1-9]\d* {case}", last) is not None
    return 0 if ran.returncode == 1 and found else 1


if __name__ == "__main__":
    sys.exit(main())
