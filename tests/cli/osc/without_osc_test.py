#!/usr/bin/env python3
"""Tests the message of a command that was built without liblo."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from command import CommandTest  # noqa: E402


class WithoutOsc(CommandTest):
    def test_the_verb_says_what_to_build_and_ends_with_4(self):
        self.assert_fails(4, "WINGBEAT_OSC=ON", "osc", "swarm", "--listen", "0")
        self.assertIn("without it", self.succeed("--help"))


if __name__ == "__main__":
    unittest.main()
