#!/usr/bin/env python3
"""Compares what the shared library exports, what wingbeat.h declares and the list of what was ever promised.

    symbols_test.py NM LIBRARY HEADER LIST
"""

import re
import subprocess
import sys
from pathlib import Path

ADDED = "new function: add it to tests/abi/symbols.txt; from then on it is promised"
REMOVED = ("programs that were linked against it no longer start. Bring it back, or, if it must go: a page in docs/design/, a new "
           "SOVERSION in cmake/WingbeatInstall.cmake, and its line out of tests/abi/symbols.txt")
NOT_EXPORTED = "declared with WB_API in wingbeat.h, and not in the library: define it"
NOT_DECLARED = "exported by the library, and not declared in wingbeat.h: declare it with WB_API, or give it another name"


def exported(nm, library):
    flags = ["-gU"] if sys.platform == "darwin" else ["-D", "--defined-only"]
    output = subprocess.run([nm, *flags, library], check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1] for line in output.splitlines() if line.strip()}
    return {n.lstrip("_") for n in names} if sys.platform == "darwin" else names


def declared(header):
    code = re.sub(r"/\*.*?\*/", "", Path(header).read_text(), flags=re.DOTALL)
    code = re.sub(r"^\s*#.*$", "", code, flags=re.MULTILINE)
    return set(re.findall(r"WB_API\b[^;(]*?\b(\w+)\s*\(", code))


def compare(library, header, promised):
    """[(name, why)] of everything that is not as it should be."""
    wrong = [(n, NOT_EXPORTED) for n in header - library]
    wrong += [(n, NOT_DECLARED) for n in library - header]
    wrong += [(n, ADDED) for n in (library & header) - promised]
    wrong += [(n, REMOVED) for n in promised - library]
    return sorted(wrong)


def check_that_it_can_fail(names):
    """One name left out of each of the three must be noticed."""
    for short in range(3):
        sets = [set(names) for _ in range(3)]
        sets[short].discard(min(names))
        assert compare(*sets), "a missing name was not noticed"
    assert not compare(names, names, names)


def main():
    nm, library, header, promised = sys.argv[1:]
    names = exported(nm, library)
    assert len(names) > 50, f"nm found only {sorted(names)}"
    check_that_it_can_fail(names)
    wrong = compare(names, declared(header), set(Path(promised).read_text().split()))
    for name, why in wrong:
        print(f"{name}: {why}")
    print(f"{len(names)} functions exported")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
