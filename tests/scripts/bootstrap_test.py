#!/usr/bin/env python3
"""What scripts/bootstrap says and does when something is missing. Installs nothing: each run sees a PATH of its own."""

import os
import pty
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).parents[2] / "scripts" / "bootstrap"
NEEDED = ("bash", "env", "cat", "dirname", "make", "c++", "cmake", "ninja", "pkg-config")


class Bootstrap(unittest.TestCase):
    def setUp(self):
        self.bin = Path(tempfile.mkdtemp(prefix="wingbeat-bootstrap."))
        self.addCleanup(shutil.rmtree, self.bin)
        for name in NEEDED:
            (self.bin / name).symlink_to(shutil.which(name))
        self.fake("id", "echo 1000")
        self.fake("uname", "echo Linux")
        # The headers count as found: what is on this machine is not the question here.
        self.fake("c++", "cat >/dev/null")

    def fake(self, name, text):
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text("#!/bin/sh\n" + text + "\n")
        (self.bin / name).chmod(0o755)

    def run_bootstrap(self, *arguments):
        return subprocess.run(["bash", SCRIPT, *arguments], env={"PATH": str(self.bin)}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)

    def test_nothing_missing_is_silent_success(self):
        done = self.run_bootstrap()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_missing_tool_on_macos_names_the_brew_command(self):
        (self.bin / "cmake").unlink()
        (self.bin / "ninja").unlink()
        self.fake("uname", "echo Darwin")
        done = self.run_bootstrap()
        self.assertEqual(done.returncode, 1)
        self.assertIn("brew install cmake ninja", done.stderr)

    @unittest.skipUnless(Path("/etc/debian_version").exists(), "needs Debian")
    def test_plain_user_without_terminal_gets_the_exact_command(self):
        (self.bin / "cmake").unlink()
        self.fake("apt-get", "echo must not run; exit 9")
        done = self.run_bootstrap()
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.endswith("Run as root: apt-get install -y --no-install-recommends cmake\n"))

    @unittest.skipUnless(Path("/etc/debian_version").exists(), "needs Debian")
    def test_root_refreshes_stale_lists_and_says_what_is_still_missing(self):
        (self.bin / "cmake").unlink()
        self.fake("id", "echo 0")
        self.fake("apt-get", f'echo "$*" >> {self.bin}/calls; case "$*" in *--simulate*) exit 100;; esac')
        done = self.run_bootstrap()
        self.assertEqual(done.returncode, 1)
        self.assertIn("still not found: cmake", done.stderr)
        words = [call.split() for call in (self.bin / "calls").read_text().splitlines()]
        actions = [next(w for w in call if w in ("install", "update")) for call in words]
        self.assertEqual(actions, ["install", "update", "install"])

    def answer(self, text):
        """Runs it with a terminal at which somebody types `text`; the calls that sudo got."""
        (self.bin / "cmake").unlink()
        self.fake("apt-get", "exit 0")
        self.fake("sudo", f'echo "$*" >> {self.bin}/calls')
        ours, theirs = pty.openpty()
        os.write(ours, text.encode())
        done = subprocess.run(["bash", SCRIPT], env={"PATH": str(self.bin)}, stdin=theirs, capture_output=True,
                              text=True, check=False)
        os.close(ours)
        os.close(theirs)
        self.assertEqual(done.returncode, 1)
        calls = self.bin / "calls"
        return calls.read_text() if calls.exists() else ""

    @unittest.skipUnless(Path("/etc/debian_version").exists(), "needs Debian")
    def test_plain_user_who_says_no_gets_nothing_installed(self):
        self.assertEqual(self.answer("\n"), "")

    @unittest.skipUnless(Path("/etc/debian_version").exists(), "needs Debian")
    def test_plain_user_who_says_yes_gets_it_installed_by_sudo(self):
        self.assertRegex(self.answer("y\n"), r"apt-get .*install -y --no-install-recommends cmake")

    def test_unknown_argument_names_the_known_ones(self):
        done = self.run_bootstrap("--everything")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--demo --test --lint --all", done.stderr)


if __name__ == "__main__":
    unittest.main()
