#!/usr/bin/env python3
"""Runs the suite of a Julia package against a built tree.

    suite.py PACKAGE --build FOLDER [--threads N] [--plain-user]

Prints what the suite prints, which ends with "julia: N passed, N failed". The exit code is 0 only if the suite counted tests and none
failed. With --plain-user, root runs the suite as the user `nobody`; the exit code is 77 if that is not possible.
"""

import argparse
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COUNT = re.compile(r"^julia: (\d+) passed, (\d+) failed", re.MULTILINE)


def find_julia():
    found = subprocess.run([ROOT / "scripts" / "julia", "--which"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        sys.exit("suite.py: no Julia; run scripts/bootstrap --test")
    return Path(found.stdout.strip()).resolve()


def become(user):
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def plain_user():
    """The user `nobody`, or None if this process cannot become that user."""
    try:
        nobody = pwd.getpwnam("nobody")
        subprocess.run([*become(nobody), "true"], check=True, capture_output=True)
    except (KeyError, OSError, subprocess.CalledProcessError):
        return None
    return nobody


def can_read(user, paths):
    tests = " && ".join(f"test -r '{path}'" for path in paths)
    return subprocess.run([*become(user), "sh", "-c", tests], check=False).returncode == 0


def stage(build, julia, scratch):
    """Copies the files that the suites need, for a user who cannot read the checkout."""
    copy = scratch / "tree"
    for part in (Path("julia"), Path("spec"), Path("examples"), build.relative_to(ROOT) / "lib", build.relative_to(ROOT) / "bin"):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, symlinks=True)
    fetched = (ROOT / ".deps" / "julia").resolve()
    if fetched in julia.parents:
        shutil.copytree(fetched, copy / ".deps" / "julia", symlinks=True)
        julia = copy / ".deps" / "julia" / julia.relative_to(fetched)
    return copy, julia


def library(tree, build):
    name = "libwingbeat.dylib" if sys.platform == "darwin" else "libwingbeat.so"
    return tree / build.relative_to(ROOT) / "lib" / name


def environment(home, threads, lib, user):
    keep = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "TERM", "CI")}
    # The colon at the end keeps the folders that come with Julia, in which its own libraries are compiled already.
    depot = None if user else os.environ.get("JULIA_DEPOT_PATH")
    return dict(keep, HOME=str(home), TMPDIR=str(home), JULIA_DEPOT_PATH=depot or f"{home / 'depot'}:", JULIA_NUM_THREADS=str(threads),
                WINGBEAT_DIR=str(home / "runtime"), WINGBEAT_LIBRARY=str(lib))


def make_home(scratch, user):
    home = scratch / "home"
    for folder in (home, home / "runtime"):
        folder.mkdir(mode=0o700)
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
    return home


def run(arguments, scratch):
    build, tree, julia = arguments.build.resolve(), ROOT, find_julia()
    user = plain_user() if arguments.plain_user and os.getuid() == 0 else None
    if arguments.plain_user and os.getuid() == 0 and not user:
        print("skipped: no way to become a plain user here")
        return 77
    package = Path("julia") / arguments.package
    if user and not can_read(user, [julia, tree / package / "Project.toml", library(tree, build)]):
        tree, julia = stage(build, julia, scratch)
    home = make_home(scratch, user)
    command = [*(become(user) if user else []), str(julia), "--startup-file=no", "--color=no", f"--project={tree / package}",
               str(tree / package / "test" / "runtests.jl")]
    suite = subprocess.Popen(command, cwd=tree, env=environment(home, arguments.threads, library(tree, build), user),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    counts = []
    for line in suite.stdout:
        print(line, end="", flush=True)
        counts += COUNT.findall(line)
    passed, failed = map(int, counts[-1]) if counts else (0, 0)
    return 0 if suite.wait() == 0 and passed > 0 and failed == 0 else 1


def collect_garbage(build, home):
    """Removes the objects of processes that the suite killed, while their runtime folder still names them."""
    command = build / "bin" / "wingbeat"
    if command.exists():
        subprocess.run([command, "gc"], env=dict(os.environ, WINGBEAT_DIR=str(home / "runtime")), timeout=30, check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package")
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--plain-user", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wingbeat-julia.") as name:
        Path(name).chmod(0o711)
        code = run(arguments, Path(name))
        collect_garbage(arguments.build, Path(name) / "home")
    return code


if __name__ == "__main__":
    sys.exit(main())
