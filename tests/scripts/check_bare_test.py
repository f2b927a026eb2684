#!/usr/bin/env python3
"""Tests that scripts/check_bare reports passed and failed commands correctly and leaves nothing behind, even if killed.

Each run uses its own checkout and a minimal system of a few programs of this machine, in which `make` is a script.
"""

import importlib.machinery
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SCRIPT = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).parents[2] / "scripts" / "check_bare"
PROGRAMS = ("sh", "sleep", "cat", "ls", "env", "umount", "rmdir")


def load_script():
    loader = importlib.machinery.SourceFileLoader("check_bare", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_bare", loader))
    loader.exec_module(module)
    return module


def namespaces_allowed():
    if os.getuid() != 0 or not shutil.which("unshare"):
        return False
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True,
                          check=False).returncode == 0


def libraries(program):
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", said)


class WhatItPrints(unittest.TestCase):
    def test_phases_are_told_by_the_lines_that_begin_them(self):
        phases = load_script().Phases(0.0)
        lines = ["bootstrap: installing: g++", "Setting up g++", "fetch_julia: Julia 1.5.3", "-- The CXX compiler identification is GNU",
                 "-- Configuring done", "[1/3] Building", "[3/3] Linking", "make[1]: Leaving", "a picture"]
        for second, line in enumerate(lines, 1):
            phases.look_at(line, float(second))
        self.assertEqual(phases.seconds(10.0), {"start": 1, "packages": 2, "julia": 1, "configure": 2, "build": 3, "run": 1})

    def test_phase_that_did_not_happen_is_left_out(self):
        phases = load_script().Phases(0.0)
        phases.look_at("-- The C compiler identification is GNU", 2.0)
        self.assertEqual(phases.seconds(3.0), {"start": 2, "configure": 1})

    def test_unknown_command_is_refused(self):
        done = subprocess.run([SCRIPT, "lunch"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("the commands are: demo core test", done.stderr)

    @unittest.skipUnless(os.getuid() != 0 or shutil.which("setpriv"), "needs a plain user")
    def test_plain_user_skips_it(self):
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            copy = shutil.copy(SCRIPT, folder)
            plain = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
            done = subprocess.run([*plain, "python3", "-B", copy], env={"PATH": "/usr/bin:/bin", "HOME": folder}, capture_output=True,
                                  text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (77, ""))
        self.assertIn("skipped: it needs root", done.stderr)


@unittest.skipUnless(namespaces_allowed(), "needs root, and namespaces of mounts")
class WhatItDoes(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="wingbeat-check-bare."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.checkout = self.folder / "checkout"
        (self.checkout / "scripts").mkdir(parents=True)
        self.script = Path(shutil.copy(SCRIPT, self.checkout / "scripts"))
        self.program(self.checkout / "scripts" / "bootstrap", "exit 0")
        (self.folder / "bin").mkdir()
        self.program(self.folder / "bin" / "debootstrap", "exit 9")
        git = ["git", "-C", self.checkout, "-c", "user.name=a", "-c", "user.email=a@b"]
        for command in (["init", "-q"], ["add", "scripts"], ["commit", "-qm", "one"]):
            subprocess.run([*git, *command], check=True)

    def program(self, path, text):
        path.write_text("#!/bin/sh\n" + text + "\n")
        path.chmod(0o755)

    def system_with_make(self, text):
        """Makes the minimal system, as a first run leaves it."""
        root = self.folder / "system"
        for name in ("proc", "sys", "dev", "tmp", "root", "bin", "usr/local/share/ca-certificates", "usr/sbin", "etc/apt/apt.conf.d",
                     "var/cache/apt/archives"):
            (root / name).mkdir(parents=True)
        for name in PROGRAMS:
            program = shutil.which(name)
            shutil.copy(program, root / "bin")
            for library in libraries(program):
                (root / library[1:]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(library, root / library[1:])
        self.program(root / "bin" / "make", text)
        self.program(root / "usr" / "sbin" / "update-ca-certificates", "exit 0")
        cache = self.folder / "cache" / "wingbeat" / "bare"
        cache.mkdir(parents=True)
        arch = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=False).stdout.strip()
        name = f"bookworm-{arch or os.uname().machine}-make-git-ca-certificates.tar"
        subprocess.run(["tar", "-C", root, "-cf", cache / name, "."], check=True)

    def start(self, *arguments):
        env = dict(os.environ, PATH=f"{self.folder}/bin:{os.environ['PATH']}", XDG_CACHE_HOME=str(self.folder / "cache"), MADE_HERE="1")
        return subprocess.Popen([sys.executable, "-B", self.script, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True)

    def run_with(self, make, *arguments):
        self.system_with_make(make)
        child = self.start(*arguments)
        out, err = child.communicate(timeout=60)
        return child.returncode, out, err

    def assert_nothing_left(self):
        self.assertFalse((self.checkout / "build" / "bare" / "demo").exists())
        self.assertNotIn(str(self.folder), Path("/proc/mounts").read_text())

    def test_command_that_passes_runs_in_a_clone_with_devices_and_without_this_machine(self):
        files = "ls; ls /dev/shm /dev/pts; echo x >/dev/null; echo x >/dev/shm/x"
        code, out, err = self.run_with(f"echo made $*; {files}; env; ls /; cat /proc/self/mountinfo", "demo", "--json")
        self.assertEqual(code, 0, err)
        line, count = out.splitlines()
        self.assertEqual(count, "1 passed, 0 failed")
        self.assertEqual([json.loads(line)[key] for key in ("command", "passed")], ["demo", True])
        log = (self.checkout / "build/bare/demo.log").read_text()
        self.assertEqual(log.splitlines()[:2], ["made demo DEMO_SECONDS=5", "scripts"])
        self.assertNotIn("MADE_HERE=1", log)
        self.assertIn("HOME=/root\n", log)
        self.assertFalse(Path("/dev/shm/x").exists())
        self.assertIn("\nproc\n", log)
        self.assertNotIn("boot", log.split("\nproc\n")[0])
        self.assertNotIn(" /.host", log)
        self.assert_nothing_left()

    def test_command_that_fails_shows_its_last_lines(self):
        code, out, err = self.run_with("echo the reason; exit 3", "demo")
        self.assertEqual(code, 1)
        self.assertIn("the reason\n", err)
        self.assertTrue(out.endswith("0 passed, 1 failed\n"))
        self.assert_nothing_left()

    def wait_until(self, condition):
        end = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def sleepers(self):
        """Returns the sleeping processes of the check. Their unique sleep time identifies them."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"sleep\0{self.length}\0" in (process / "cmdline").read_text():
                    found.append(process.name)
            except OSError:
                pass
        return found

    def kill_with(self, number):
        self.length = f"60.{os.getpid()}"
        self.system_with_make(f"sleep {self.length}")
        child = self.start("demo")
        self.wait_until(self.sleepers)
        child.send_signal(number)
        child.communicate(timeout=30)
        self.wait_until(lambda: not self.sleepers())
        self.assertNotIn(str(self.folder), Path("/proc/mounts").read_text())
        return child.returncode

    def test_ended_check_leaves_nothing(self):
        self.assertEqual(self.kill_with(signal.SIGTERM), 143)
        self.assert_nothing_left()

    def test_killed_check_leaves_no_process_and_no_mount(self):
        self.assertEqual(self.kill_with(signal.SIGKILL), -signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
