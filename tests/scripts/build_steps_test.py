#!/usr/bin/env python3
"""Checks what a bare configure builds (few steps, no tests, no benchmarks), and that `product` does not change tests.

    build_steps_test.py SOURCE BUILD

BUILD is a build folder of Ninja in which the tests are configured.
"""

import subprocess
import sys
import tempfile
import unittest

BUILD = sys.argv.pop(2)
SOURCE = sys.argv.pop(1)
MOST_STEPS = 130


def steps(build, target):
    """Returns the commands that build this target in an empty folder."""
    done = subprocess.run(["ninja", "-C", build, "-t", "commands", target], capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line.strip() and not line.startswith("ninja: ")]


class BuildSteps(unittest.TestCase):
    def assert_product_alone(self, commands):
        self.assertGreater(len(commands), 50)
        self.assertLessEqual(len(commands), MOST_STEPS)
        for command in commands:
            self.assertNotRegex(command.replace(SOURCE, ""), r"[ /]tests/|[ /]bench/(micro|peers)|gtest")

    def test_bare_configure_builds_no_tests_and_no_benchmarks(self):
        with tempfile.TemporaryDirectory(prefix="wingbeat-steps.") as build:
            done = subprocess.run(["cmake", "-S", SOURCE, "-B", build, "-G", "Ninja"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertNotRegex((done.stdout + done.stderr).lower(), r"warning|could not find|not found|left out")
            self.assert_product_alone(steps(build, "all"))

    def test_product_of_a_folder_with_tests_is_the_same(self):
        self.assert_product_alone(steps(BUILD, "product"))

    def test_folder_with_tests_has_more_than_the_product(self):
        self.assertGreater(len(steps(BUILD, "all")), len(steps(BUILD, "product")))

    def test_demo_needs_no_example_and_no_static_library(self):
        self.assertFalse([command for command in steps(BUILD, "wingbeat_cli") if "/examples/" in command or "libwingbeat.a" in command])


if __name__ == "__main__":
    unittest.main()
