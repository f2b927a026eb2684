#!/usr/bin/env python3
"""Runs the reproduction of a published figure, short, and holds what its help promises."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[3]
COMMAND, LIBRARY = map(Path, sys.argv[1:3]) if len(sys.argv) > 2 else (
    ROOT / "build/release/bin/wingbeat", ROOT / "build/release/lib/libwingbeat.so")
del sys.argv[1:3]
PATIENCE_S = 120


class Reproduce(unittest.TestCase):
    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="wingbeat-test-reproduce."))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.environment = dict(os.environ, TMPDIR=str(self.directory), WINGBEAT_COMMAND=str(COMMAND),
                                WINGBEAT_LIBRARY=str(LIBRARY))
        self.environment.pop("WINGBEAT_DIR", None)

    def run_figure(self, *words):
        script = ROOT / "apps/reproduce/reproduce.jl"
        done = subprocess.run([ROOT / "scripts/julia", "--startup-file=no", script, *map(str, words)], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        self.assertEqual(list(self.directory.glob("wingbeat-reproduce-*")), [], "the runtime directory is still there")
        return done

    def test_the_order_of_vicsek_is_measured_live_and_compared(self):
        done = self.run_figure("vicsek-order", "--short", "--noise", "3,1", "--out", self.directory / "out", "--json")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("vicsek-order: 3 of 3 checks hold", done.stdout)
        summary = json.loads(done.stdout.splitlines()[-1])
        self.assertTrue(summary["holds"])
        self.assertAlmostEqual(summary["checks"][0]["measured"], 0.953, delta=0.02)
        with (self.directory / "out/vicsek-order.csv").open() as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["noise"] for row in rows], ["1.0", "3.0"])
        self.assertAlmostEqual(float(rows[1]["polarisation"]), 0.621, delta=0.02)
        picture = ElementTree.parse(self.directory / "out/vicsek-order.svg")
        self.assertGreaterEqual(len(picture.findall(".//{http://www.w3.org/2000/svg}circle")), 2)

    def test_other_agents_are_compared_with_nothing_but_that_order_falls(self):
        # With other agents than the known ones there is nothing to compare with but that order falls.
        done = self.run_figure("vicsek-order", "--short", "--agents", 50, "--noise", "1", "--out", self.directory / "out")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("vicsek-order: 1 of 1 checks hold", done.stdout)

    def test_a_wrong_command_line_is_refused_with_a_reason(self):
        for words, reason in ((["fig-9"], "couzin-memory"), (["vicsek-order", "--nose", "3"], "--nose"),
                              (["vicsek-order", "--seeds", "none"], "--seeds"), (["vicsek-order", "--steps"], "--steps")):
            done = self.run_figure(*words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(reason, done.stderr)
        self.assertEqual(self.run_figure("--help").returncode, 0)


if __name__ == "__main__":
    unittest.main()
