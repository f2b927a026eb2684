#!/usr/bin/env python3
"""Tests the messages and actions of scripts/bootstrap when programs are missing. Each run has its own PATH, so that
nothing is installed."""

import os
import pty
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).parents[2] / "scripts" / "bootstrap"
NEEDED = ("bash", "env", "cat", "dirname", "make", "c++", "cmake", "ninja")
DEBIAN = 'ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
FEDORA = 'ID=fedora\nPRETTY_NAME="Fedora Linux 42"\n'
RANDOM123 = "git clone --depth 1 https://github.com/DEShawResearch/random123 .deps/random123"
APT_INSTALL = "apt-get install -y --no-install-recommends"
JULIA = "curl -fsSL https://install.julialang.org | sh"
SUDO = {"sudo": "echo must not run; exit 9"}


class Bootstrap(unittest.TestCase):
    def setUp(self):
        self.make_system()

    def make_system(self):
        """Makes a Debian with every program that the build needs, and a checkout with the script."""
        folder = Path(tempfile.mkdtemp(prefix="wingbeat-bootstrap."))
        self.addCleanup(shutil.rmtree, folder)
        self.scripts = folder / "checkout" / "scripts"
        self.scripts.mkdir(parents=True)
        shutil.copy(SCRIPT, self.scripts)
        self.fake("julia", "exit 1", self.scripts)
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.os_release = folder / "os-release"
        self.on(DEBIAN)
        for name in NEEDED:
            (self.bin / name).symlink_to(shutil.which(name))
        self.fake("id", "echo 1000")
        self.fake("uname", "echo Linux")
        # The fake compiler accepts all headers, so that the result does not depend on this machine.
        self.fake("c++", "cat >/dev/null")

    def fake(self, name, text, folder=None):
        program = (folder or self.bin) / name
        program.unlink(missing_ok=True)
        program.write_text("#!/bin/sh\n" + text + "\n")
        program.chmod(0o755)

    def on(self, text):
        """Sets the system: writes this text as the os-release file."""
        self.os_release.write_text(text)

    def miss(self, *names):
        for name in names:
            (self.bin / name).unlink()

    def miss_headers(self):
        self.fake("c++", "exit 1")

    def run_bootstrap(self, *arguments, stdin=subprocess.DEVNULL, **env):
        return subprocess.run(["bash", self.scripts / "bootstrap", *arguments],
                              env={"PATH": str(self.bin), "WINGBEAT_OS_RELEASE": self.os_release, **env},
                              stdin=stdin, capture_output=True, text=True, check=False)

    def assert_told(self, done, command):
        """Checks that the run failed, and that it printed exactly this command and the alternative `make core`."""
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        lines = done.stderr.splitlines()
        self.assertEqual([line.strip() for line in lines if line.startswith("    ")], [command])
        self.assertEqual(len([line for line in lines if "make core PREFIX=$HOME/.local" in line]), 1)

    def test_nothing_missing_is_silent_success_without_what_only_other_targets_need(self):
        for name in ("python3", "pkg-config", "clang++", "valgrind", "spin", "shellcheck"):
            self.assertFalse((self.bin / name).exists())
        done = self.run_bootstrap()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_missing_tools_are_named_in_the_command_of_each_system(self):
        for system, names, has_headers, programs, arguments, command in (
            (DEBIAN, ["cmake", "ninja"], True, {"uname": "echo Darwin"}, [], "brew install cmake ninja"),
            (DEBIAN, ["cmake"], True, {}, [], f"apt-get update && {APT_INSTALL} cmake"),
            (DEBIAN, ["cmake"], True, SUDO, [], f"sudo apt-get update && sudo {APT_INSTALL} cmake"),
            (FEDORA, ["cmake"], False, {}, [],
             "dnf install cmake cli11-devel fmt-devel json-devel Random123-devel tbb-devel highway-devel "
             "tomlplusplus-devel liblo-devel"),
            (FEDORA, ["cmake"], True, {}, ["--demo"], f"dnf install cmake && {JULIA}"),
            ('ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Ubuntu 24.04"\n', [], True, {}, ["--demo"], JULIA),
            ('ID=manjaro\nID_LIKE=arch\nPRETTY_NAME="Manjaro Linux"\n', ["ninja"], False, SUDO, [],
             "sudo pacman -S --needed ninja cli11 fmt nlohmann-json onetbb highway tomlplusplus liblo && " + RANDOM123),
            ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nPRETTY_NAME="openSUSE"\n', [], False, {}, [],
             "zypper install cli11-devel fmt-devel nlohmann_json-devel tbb-devel highway-devel tomlplusplus-devel "
             f"liblo-devel && {RANDOM123}"),
            ('ID=nixos\nPRETTY_NAME="NixOS 25.05"\n', ["cmake"], False, {}, [],
             f"{RANDOM123} && nix-shell -p cmake cli11 fmt nlohmann_json onetbb libhwy tomlplusplus liblo"),
        ):
            with self.subTest(command):
                self.make_system()
                self.on(system)
                self.miss(*names)
                for name, text in {"apt-get": "echo must not run; exit 9", **programs}.items():
                    self.fake(name, text)
                if not has_headers:
                    self.miss_headers()
                done = self.run_bootstrap(*arguments)
                self.assert_told(done, command)
                if command.startswith("apt-get"):
                    said = "missing on Debian GNU/Linux 12 (bookworm): cmake. Run this as root, then"
                    self.assertIn(said, done.stderr)

    def test_debian_fetches_julia_unless_it_is_there(self):
        self.fake("fetch_julia", "echo fetched", self.scripts)
        self.assertEqual(self.run_bootstrap("--demo").stdout, "fetched\n")
        self.fake("julia", "echo /usr/bin/julia", self.scripts)
        self.assertEqual(self.run_bootstrap("--demo").stdout, "")

    def test_systems_without_the_packages_are_led_to_the_library_alone(self):
        for text in ('ID=alpine\nPRETTY_NAME="Alpine Linux v3.22"\n', "ID=unheard\n", "",
                     'ID="rocky"\nID_LIKE="rhel centos fedora"\nPRETTY_NAME="Rocky Linux 9"\n'):
            with self.subTest(text):
                self.on(text)
                self.miss_headers()
                done = self.run_bootstrap()
                self.assert_told(done, "make core PREFIX=$HOME/.local")
                self.assertIn("Debian's names", done.stderr)

    def test_bridge_to_osc_can_be_left_out(self):
        self.on(FEDORA)
        self.fake("c++", 'grep -q "lo/lo.h" && exit 1; exit 0')
        (self.bin / "grep").symlink_to(shutil.which("grep"))
        done = self.run_bootstrap()
        self.assert_told(done, "dnf install liblo-devel")
        self.assertIn("make build WINGBEAT_OSC=OFF", done.stderr)
        without = self.run_bootstrap(WINGBEAT_OSC="OFF")
        self.assertEqual((without.returncode, without.stdout, without.stderr), (0, "", ""))

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
        """Runs the script on a terminal and types `text`. Returns the calls of sudo."""
        (self.bin / "cmake").unlink()
        self.fake("apt-get", "exit 0")
        self.fake("sudo", f'echo "$*" >> {self.bin}/calls')
        ours, theirs = pty.openpty()
        os.write(ours, text.encode())
        done = self.run_bootstrap(stdin=theirs)
        os.close(ours)
        os.close(theirs)
        self.assertEqual(done.returncode, 1)
        calls = self.bin / "calls"
        return calls.read_text() if calls.exists() else ""

    def test_plain_user_is_asked_before_sudo_installs(self):
        self.assertEqual(self.answer("\n"), "")
        self.make_system()
        self.assertRegex(self.answer("y\n"), r"apt-get .*install -y --no-install-recommends cmake")

    def test_unknown_argument_names_the_known_ones(self):
        done = self.run_bootstrap("--everything")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--demo --test --long --lint --all", done.stderr)


if __name__ == "__main__":
    unittest.main()
