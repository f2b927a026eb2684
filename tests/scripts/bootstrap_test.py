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
FEDORA = 'ID=fedora\nPRETTY_NAME="Fedora Linux 42"\n'
RANDOM123 = "git clone --depth 1 https://github.com/DEShawResearch/random123 .deps/random123"


class Bootstrap(unittest.TestCase):
    def setUp(self):
        folder = Path(tempfile.mkdtemp(prefix="wingbeat-bootstrap."))
        self.addCleanup(shutil.rmtree, folder)
        self.scripts = folder / "checkout" / "scripts"
        self.scripts.mkdir(parents=True)
        shutil.copy(SCRIPT, self.scripts)
        self.fake("julia", "exit 1", self.scripts)
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.os_release = folder / "os-release"
        self.on('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')
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
        return subprocess.run(["bash", self.scripts / "bootstrap", *arguments], env={"PATH": str(self.bin), "WINGBEAT_OS_RELEASE": self.os_release, **env},
                              stdin=stdin, capture_output=True, text=True, check=False)

    def assert_told(self, done, command):
        """Checks that the run failed, and that it printed exactly this command and the alternative `make core`."""
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        lines = done.stderr.splitlines()
        self.assertEqual([line.strip() for line in lines if line.startswith("    ")], [command])
        self.assertEqual(len([line for line in lines if "make core PREFIX=$HOME/.local" in line]), 1)

    def test_nothing_missing_is_silent_success(self):
        done = self.run_bootstrap()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_missing_tool_on_macos_names_the_brew_command(self):
        self.miss("cmake", "ninja")
        self.fake("uname", "echo Darwin")
        self.assert_told(self.run_bootstrap(), "brew install cmake ninja")

    def test_debian_without_sudo_names_the_command_for_root(self):
        self.miss("cmake")
        self.fake("apt-get", "echo must not run; exit 9")
        done = self.run_bootstrap()
        self.assert_told(done, "apt-get update && apt-get install -y --no-install-recommends cmake")
        self.assertIn("missing on Debian GNU/Linux 12 (bookworm): cmake. Run this as root, then", done.stderr)

    def test_debian_with_sudo_and_no_terminal_names_the_command_with_sudo(self):
        self.miss("cmake")
        self.fake("apt-get", "echo must not run; exit 9")
        self.fake("sudo", "echo must not run; exit 9")
        done = self.run_bootstrap()
        self.assert_told(done, "sudo apt-get update && sudo apt-get install -y --no-install-recommends cmake")

    def test_fedora_names_the_dnf_command(self):
        self.on(FEDORA)
        self.miss("cmake")
        self.miss_headers()
        self.assert_told(self.run_bootstrap(), "dnf install cmake cli11-devel fmt-devel json-devel Random123-devel tbb-devel highway-devel "
                                               "tomlplusplus-devel liblo-devel")

    def test_fedora_without_julia_names_its_installer_after_the_packages(self):
        self.on(FEDORA)
        self.miss("cmake")
        self.assert_told(self.run_bootstrap("--demo"), "dnf install cmake && curl -fsSL https://install.julialang.org | sh")

    def test_ubuntu_without_julia_names_its_installer(self):
        self.on('ID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Ubuntu 24.04"\n')
        self.assert_told(self.run_bootstrap("--demo"), "curl -fsSL https://install.julialang.org | sh")

    def test_debian_without_julia_fetches_it(self):
        self.fake("fetch_julia", "echo fetched", self.scripts)
        self.assertEqual(self.run_bootstrap("--demo").stdout, "fetched\n")

    def test_julia_that_is_there_is_not_fetched(self):
        self.fake("fetch_julia", "echo fetched", self.scripts)
        self.fake("julia", "echo /usr/bin/julia", self.scripts)
        self.assertEqual(self.run_bootstrap("--demo").stdout, "")

    def test_arch_names_the_pacman_command_and_fetches_random123(self):
        self.on('ID=manjaro\nID_LIKE=arch\nPRETTY_NAME="Manjaro Linux"\n')
        self.miss("ninja")
        self.miss_headers()
        self.fake("sudo", "exit 9")
        self.assert_told(self.run_bootstrap(), "sudo pacman -S --needed ninja cli11 fmt nlohmann-json onetbb highway tomlplusplus liblo "
                                               f"&& {RANDOM123}")

    def test_opensuse_names_the_zypper_command_and_fetches_random123(self):
        self.on('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nPRETTY_NAME="openSUSE Tumbleweed"\n')
        self.miss_headers()
        self.assert_told(self.run_bootstrap(), "zypper install cli11-devel fmt-devel nlohmann_json-devel tbb-devel highway-devel "
                                               f"tomlplusplus-devel liblo-devel && {RANDOM123}")

    def test_nixos_names_a_shell_with_the_packages(self):
        self.on('ID=nixos\nPRETTY_NAME="NixOS 25.05"\n')
        self.miss("cmake")
        self.miss_headers()
        self.assert_told(self.run_bootstrap(), f"{RANDOM123} && nix-shell -p cmake cli11 fmt nlohmann_json onetbb libhwy tomlplusplus liblo")

    def test_systems_without_the_packages_are_led_to_the_library_alone(self):
        for text in ('ID=alpine\nPRETTY_NAME="Alpine Linux v3.22"\n', 'ID="rocky"\nID_LIKE="rhel centos fedora"\nPRETTY_NAME="Rocky Linux 9"\n',
                     'ID=unheard\n', ""):
            with self.subTest(text):
                self.on(text)
                self.miss_headers()
                done = self.run_bootstrap()
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertEqual([line.strip() for line in done.stderr.splitlines() if line.startswith("    ")],
                                 ["make core PREFIX=$HOME/.local"])
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

    def test_what_only_other_targets_need_is_not_asked_for(self):
        """Programs that only tests, benchmarks and lint need are absent; the build needs none of them."""
        for name in ("python3", "pkg-config", "clang++", "valgrind", "spin", "shellcheck"):
            self.assertFalse((self.bin / name).exists())
        self.assertEqual(self.run_bootstrap().returncode, 0)

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

    def test_plain_user_who_says_no_gets_nothing_installed(self):
        self.assertEqual(self.answer("\n"), "")

    def test_plain_user_who_says_yes_gets_it_installed_by_sudo(self):
        self.assertRegex(self.answer("y\n"), r"apt-get .*install -y --no-install-recommends cmake")

    def test_unknown_argument_names_the_known_ones(self):
        done = self.run_bootstrap("--everything")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--demo --test --long --lint --all", done.stderr)


if __name__ == "__main__":
    unittest.main()
