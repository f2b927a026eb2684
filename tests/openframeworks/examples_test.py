#!/usr/bin/env python3
"""Runs the examples' own main() against the stand-ins, without a window: examples_test.py MINIMAL VIEWER."""

import os
import subprocess
import sys
import tempfile
import unittest

MINIMAL, VIEWER = sys.argv[1:3]


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wingbeat-examples-")
        self.addCleanup(folder.cleanup)
        self.environment = dict(os.environ, WINGBEAT_DIR=folder.name)

    def start(self, program, *arguments, frames):
        process = subprocess.Popen(
            [program, *arguments],
            env=dict(self.environment, OF_STAND_IN_FRAMES=str(frames)),
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        return process

    def end(self, process):
        _, log = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, log)
        return log

    def test_minimal_publishes(self):
        log = self.end(self.start(MINIMAL, frames=5))
        self.assertIn("publishing 'ring': 1 fields, 1 controls, up to 500 agents", log)

    def test_viewer_sees_minimal_whoever_comes_first(self):
        viewer = self.start(VIEWER, "ring", frames=90)
        ring = self.start(MINIMAL, frames=60)
        self.end(ring)
        log = self.end(viewer)
        self.assertIn("'ring' is there", log)
        self.assertIn("'ring' has ended", log)

    def test_viewer_without_any_stream(self):
        self.end(self.start(VIEWER, frames=3))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
