#!/usr/bin/env python3
"""Tests the report of `wingbeat bench`, not the measured times."""

import json
import subprocess
import unittest

from command import BINARY, CommandTest

DUELS = ("signal_spin", "frame_3200000", "wake")
PUBLISH = ("readers_0_ns", "readers_1_ns", "readers_4_ns", "readers_16_ns", "readers_32_ns", "stopped_reader_ns", "asleep_1_ns",
           "asleep_32_ns", "base_ns")
# Two processes that wait for each other are slow on a busy machine.
PATIENCE_S = 150


class Bench(CommandTest):
    def run_bench(self, *words):
        done = subprocess.run([BINARY, "bench", "--scale", "0.01", *words], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_json_has_every_figure_and_nothing_is_left(self):
        report = json.loads(self.run_bench("--json"))
        for duel in DUELS:
            figures = report[duel]
            self.assertGreater(figures["floor_p50_ns"], 0)
            self.assertLessEqual(figures["p50_ns"], figures["p99_ns"])
            self.assertLessEqual(figures["p99_ns"], figures["p999_ns"])
            self.assertAlmostEqual(figures["ratio_p50"], figures["p50_ns"] / figures["floor_p50_ns"], places=6)
        for figure in PUBLISH:
            self.assertGreater(report["publish"][figure], 0)
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_text_is_a_table_for_people(self):
        text = self.run_bench()
        for words in ("signal, 64 B, spinning", "3.2 MB written and summed", "ratio p50", "0 readers", "32 readers",
                      "1 reader, stopped", "32 readers, woken"):
            self.assertIn(words, text)



if __name__ == "__main__":
    unittest.main()
