#!/usr/bin/env python3
"""Tests that `make core` names missing tools and calls no package manager. Each run has its own PATH."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).parents[2]
PROGRAMS = ("sh", "dirname", "id", "sed", "cat")
SYSTEMS = {
    "ID=debian": "apt-get update && apt-get install -y --no-install-recommends g++ make cmake",
    "ID=ubuntu\nID_LIKE=debian": "apt-get update && apt-get install -y --no-install-recommends g++ make cmake",
    "ID=fedora": "dnf install gcc-c++ make cmake",
    'ID="rocky"\nID_LIKE="rhel centos fedora"': "dnf install gcc-c++ make cmake",
    "ID=arch": "pacman -S --needed gcc make cmake",
    'ID="opensuse-leap"\nID_LIKE="suse opensuse"': "zypper install gcc-c++ make cmake",
    "ID=alpine": "apk add g++ make cmake",
    "ID=nixos": "nix-shell -p gcc gnumake cmake",
}


class Core(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="wingbeat-core."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        (self.folder / "scripts").mkdir()
        shutil.copy(SOURCE / "scripts" / "core", self.folder / "scripts")
        for name in PROGRAMS:
            (self.bin / name).symlink_to(shutil.which(name))
        self.fake("uname", "echo Linux")
        for name in ("sudo", "apt-get", "dnf", "pacman", "zypper", "apk"):
            self.fake(name, f"echo {name} called >&2; exit 9")

    def fake(self, name, text):
        (self.bin / name).write_text("#!/bin/sh\n" + text + "\n")
        (self.bin / name).chmod(0o755)

    def run_core(self, prefix="prefix", system="ID=debian"):
        (self.folder / "os-release").write_text(system + "\n")
        env = {"PATH": str(self.bin), "WINGBEAT_OS_RELEASE": str(self.folder / "os-release")}
        return subprocess.run(["sh", self.folder / "scripts" / "core", prefix], env=env, cwd=self.folder, capture_output=True, text=True,
                              check=False)

    def test_missing_tools_are_named_with_the_command_of_each_system(self):
        for system, command in SYSTEMS.items():
            with self.subTest(system):
                done = self.run_core(system=system)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertEqual(done.stderr, "make core: missing: a C++ compiler (c++) and CMake. Install it, as root where the system asks "
                                              f"for it: {command}\n")

    def test_system_that_is_not_known_gets_no_command(self):
        done = self.run_core(system="ID=unheard")
        self.assertEqual((done.returncode, done.stderr), (1, "make core: missing: a C++ compiler (c++) and CMake.\n"))

    @unittest.skipIf(os.getuid() == 0 and not shutil.which("setpriv"), "needs a plain user")
    def test_prefix_that_is_not_writable_is_refused_before_the_build(self):
        self.fake("c++", "exit 9")
        self.fake("cmake", "echo built; exit 9")
        (self.folder / "os-release").write_text("ID=debian\n")
        self.folder.chmod(0o755)
        plain = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
        done = subprocess.run([*plain, "sh", self.folder / "scripts" / "core", "/usr/nowhere/deeper"], env={"PATH": f"{self.bin}:/usr/bin:/bin"},
                              capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"^make core: /usr/nowhere/deeper is not writable for \w+\. Choose .* make core PREFIX=\$HOME/\.local$")

    def test_prefix_is_installed_to_and_no_package_manager_is_called(self):
        self.fake("c++", "exit 9")
        self.fake("cmake", f'mkdir -p build/core; echo "$*" >> {self.folder}/calls; echo "-- Installing: $PWD/x/lib/pkgconfig/wingbeat.pc"')
        (self.bin / "mkdir").symlink_to(shutil.which("mkdir"))
        done = self.run_core("x")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        calls = (self.folder / "calls").read_text().splitlines()
        self.assertEqual([call.split()[0] for call in calls], ["-S", "--build", "--install"])
        self.assertTrue(calls[2].endswith(f"--prefix {self.folder}/x"))
        self.assertIn(f"PKG_CONFIG_PATH={self.folder}/x/lib/pkgconfig\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
