#!/usr/bin/env python3
"""Runs the Julia examples together with the flock of examples/cpp/flock, and checks their output.

    julia_examples_test.py CHECKOUT BINARIES LIBRARY JULIA
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKOUT, BINARIES, LIBRARY, JULIA = (Path(word) for word in sys.argv[1:5])
LIMIT_S = 300


class JuliaExamples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="wingbeat-examples.")
        cls.environment = dict(os.environ, WINGBEAT_DIR=cls.folder, WINGBEAT_LIBRARY=str(LIBRARY))
        cls.flock = subprocess.Popen([BINARIES / "example_flock", "1000000"], env=cls.environment, stdout=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        cls.flock.send_signal(signal.SIGKILL)
        cls.flock.wait()
        subprocess.run([BINARIES / "wingbeat", "gc"], env=cls.environment, capture_output=True, check=False)
        shutil.rmtree(cls.folder, ignore_errors=True)

    def run_example(self, name):
        command = [JULIA, "--startup-file=no", f"--project={CHECKOUT / 'julia' / 'Wingbeat'}", CHECKOUT / "examples" / "julia" / name]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=LIMIT_S)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_flock_looks_steers_and_answers(self):
        output = self.run_example("flock.jl")
        self.assertEqual(len(re.findall(r"^step \d+: centre", output, re.MULTILINE)), 3)
        self.assertIn("a matrix of 3000 x 60", output)
        applied = re.search(r"applied at step (\d+); frame (\d+)", output)
        self.assertEqual(int(applied[2]), int(applied[1]) + 1)
        self.assertIn("published frame 1 of stream code", output)

    def test_look_draws_all_agents(self):
        output = self.run_example("look.jl")
        self.assertEqual(len(re.findall(r"^frame \d+: 1000 agents, x -1.0 to 1.0", output, re.MULTILINE)), 5)
        self.assertRegex(output, r"received 5 of \d+ frames")

    def test_window_finds_the_motions(self):
        shares = [float(x) for x in re.findall(r"(\S+) %", self.run_example("window.jl"))]
        self.assertEqual(len(shares), 20)
        for first in range(0, 20, 4):
            self.assertEqual(shares[first:first + 4], sorted(shares[first:first + 4], reverse=True))
            self.assertGreater(sum(shares[first:first + 4]), 95)

    def test_steer_doubles_the_distance_with_the_speed(self):
        output = self.run_example("steer.jl")
        distances = [float(x) for x in re.findall(r"(\S+) m a step", output)]
        self.assertEqual(len(distances), 4)
        for slow, fast in zip(distances, distances[1:]):
            self.assertAlmostEqual(fast / slow, 2, delta=0.3)
        self.assertIn("speed 1000: InvalidArgument", output)

    def test_answer_publishes_a_summary(self):
        output = self.run_example("answer.jl")
        self.assertRegex(output, r"published \d+ frames of stream summary")

    def test_learn_predicts_better_than_flying_straight_on(self):
        errors = re.findall(r"error +(\S+) %; of flying straight on +(\S+) %", self.run_example("learn.jl"))
        self.assertEqual(len(errors), 10)
        learned, straight = (float(x) for x in errors[-1])
        self.assertLess(learned, 0.5 * straight)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
