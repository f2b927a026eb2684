#!/usr/bin/env python3
"""Runs wrapped_array.jl: InterProcessCommunication.jl, Wingbeat.jl and a C++ program use the same arrays.

    wrapped_array_test.py LIBRARY PARTNER

Skipped (exit code 77) without that package: set WINGBEAT_IPC_JL to its folder, or add it to Julia.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY, PARTNER = (Path(word).resolve() for word in sys.argv[1:])


def main():
    with tempfile.TemporaryDirectory(prefix="wingbeat-interop-") as name:
        folder = Path(name)
        package = subprocess.run([ROOT / "scripts" / "ipc_package", folder / "package"], stdout=subprocess.PIPE, text=True,
                                 check=False)
        if package.returncode != 0:
            return package.returncode
        print("InterProcessCommunication.jl", package.stdout.strip(), flush=True)
        (folder / "runtime").mkdir(mode=0o700)
        environment = dict(os.environ, WINGBEAT_LIBRARY=str(LIBRARY), WINGBEAT_DIR=str(folder / "runtime"),
                           JULIA_LOAD_PATH=f"@:{folder / 'package'}:@stdlib", JULIA_DEPOT_PATH=f"{folder / 'depot'}:")
        return subprocess.run([ROOT / "scripts" / "julia", "--startup-file=no", "--compile=min", f"--project={ROOT / 'julia' / 'Wingbeat'}",
                               ROOT / "tests" / "interop" / "runtests.jl", PARTNER], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
