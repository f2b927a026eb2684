#!/usr/bin/env python3
"""Runs each example of learning from a live swarm, short, and holds what its help promises."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[3]
COMMAND, LIBRARY = map(Path, sys.argv[1:3]) if len(sys.argv) > 2 else (
    ROOT / "build/release/bin/wingbeat", ROOT / "build/release/lib/libwingbeat.so")
del sys.argv[1:3]
PATIENCE_S = 180
STOPS, STOP_S, FRAMES_PER_SECOND = 10, 0.3, 250
CIRCLES_AND_LINES = (".//{http://www.w3.org/2000/svg}circle", ".//{http://www.w3.org/2000/svg}polyline")


class ExampleTest(unittest.TestCase):
    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="wingbeat-test-learning."))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.environment = dict(os.environ, TMPDIR=str(self.directory), WINGBEAT_COMMAND=str(COMMAND),
                                WINGBEAT_LIBRARY=str(LIBRARY))
        self.environment.pop("WINGBEAT_DIR", None)

    def run_example(self, *words):
        script = ROOT / "apps/learning/learn.jl"
        done = subprocess.run([ROOT / "scripts/julia", "--startup-file=no", script, *map(str, words)], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        self.assertEqual(list(self.directory.glob("wingbeat-learning-*")), [], "the runtime directory is still there")
        return done

    def start_example(self, *words):
        script = ROOT / "apps/learning/learn.jl"
        learner = subprocess.Popen([ROOT / "scripts/julia", "--startup-file=no", script, *map(str, words)], env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: learner.poll() is None and (learner.kill(), learner.communicate()))
        return learner

    def run_stopped(self, example, moment):
        """A short run that is stopped again and again from the time on when it says something of that moment."""
        learner = self.start_example(example, "--short", "--json", "--out", self.directory / "out")
        said = []
        for line in learner.stderr:
            said.append(line)
            if moment in line:
                break
        for _ in range(STOPS):
            time.sleep(STOP_S)
            learner.send_signal(signal.SIGSTOP)
            time.sleep(STOP_S)
            learner.send_signal(signal.SIGCONT)
        out, rest = learner.communicate(timeout=PATIENCE_S)
        return subprocess.CompletedProcess(learner.args, learner.returncode, out, "".join(said) + rest)

    def run_short(self, example, *words):
        return self.judge(example, self.run_example(example, "--short", "--json", "--out", self.directory / "out", *words))

    def judge(self, example, done):
        """The verdict of a short run whose checks all hold (how fast it was is not judged), and its table."""
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        verdict = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((verdict["name"], verdict["holds"]), (example, True))
        self.assertIn(f"{example}: ", done.stdout)
        self.assertEqual([check["what"] for check in verdict["checks"] if check["holds"] is False], [])
        picture = ElementTree.parse(self.directory / f"out/{example}.svg")
        self.assertTrue(any(picture.findall(mark) for mark in CIRCLES_AND_LINES))
        with (self.directory / f"out/{example}.csv").open() as file:
            rows = list(csv.DictReader(file))
        return {check["what"]: check for check in verdict["checks"]}, rows


class InferRules(ExampleTest):
    def test_the_rules_are_inferred_and_their_change_is_followed(self):
        checks, rows = self.run_short("infer-rules")
        self.assertAlmostEqual(checks["before the change: cohesion"]["measured"], 0.001, delta=0.00005)
        self.assertAlmostEqual(checks["after the change: cohesion"]["measured"], 0.002, delta=0.0001)
        self.assertAlmostEqual(checks["after the change: separation"]["measured"], 0.0015, delta=0.000075)
        self.assertIsNone(checks["seconds from the start until the strengths are right"]["holds"])
        self.assertEqual({row["true_cohesion"] for row in rows}, {"0.001", "0.002"})


class ClosedLoop(ExampleTest):
    def test_a_polarisation_is_held_and_in_lock_step_with_a_delay_of_exactly_one_frame(self):
        checks, rows = self.run_short("closed-loop")
        for way in ("free-running", "lock-step"):
            for wanted in (0.8, 0.5, 0.65):
                self.assertAlmostEqual(checks[f"{way}, hold {wanted}: polarisation"]["measured"], wanted, delta=0.02)
            self.assertEqual(checks[f"{way}, disturbed: radius"]["measured"], 0.5)
        for end in ("least", "most"):
            self.assertEqual(checks[f"lock-step: frames from a frame to its answer, at {end}"]["measured"], 1)
        self.assertEqual({row["way"] for row in rows}, {"free-running", "lock-step"})

    def test_a_controller_that_is_stopped_now_and_then_goes_on_by_the_newest_frame(self):
        done = self.run_stopped("closed-loop", "free-running: hold")
        self.judge("closed-loop", done)
        missed = int(re.search(r"free-running: [0-9]+ frames in [0-9.]+ s, ([0-9]+) missed", done.stderr)[1])
        self.assertGreater(missed, STOPS * STOP_S * FRAMES_PER_SECOND / 2, done.stderr)


class WhoLeads(ExampleTest):
    def test_planted_leaders_are_found_and_so_are_those_who_take_over_though_the_pilot_is_stopped_now_and_then(self):
        done = self.run_stopped("who-leads", "the first leaders")
        checks, rows = self.judge("who-leads", done)
        self.assertIn("100 % of the steps steered", done.stderr)
        for leaders in ("the first leaders", "the second leaders"):
            self.assertEqual(checks[f"{leaders}: planted among the first 5 by delay"]["measured"], 5)
            self.assertGreater(checks[f"{leaders}: least lead of them, steps"]["measured"], 0)
        planted = {phase: {row["agent"] for row in rows if row["phase"] == phase and row["planted"] == "1"} for phase in "123"}
        self.assertEqual([len(agents) for agents in planted.values()], [0, 5, 5])
        self.assertFalse(planted["2"] & planted["3"])


class WindowToCode(ExampleTest):
    def test_a_change_of_regime_shows_in_the_code_of_an_autoencoder_that_learned_meanwhile(self):
        checks, rows = self.run_short("window-to-code")
        self.assertEqual(checks["alarms before the change"]["measured"], 0)
        self.assertLess(checks["before the change: what is left over"]["measured"], 0.01)
        self.assertLessEqual(checks["frames from the change to the alarm"]["measured"], 300)
        self.assertIsNone(checks["ms from the change to the alarm"]["holds"])
        self.assertIn("code_10", rows[0])


class CommandLine(ExampleTest):
    def test_a_wrong_command_line_is_refused_with_a_reason(self):
        for words, reason in ((["infer-rulers"], "infer-rules"), (["infer-rules", "--second", "3"], "--second"),
                              (["infer-rules", "--seconds", "1"], "--seconds"), (["infer-rules", "--agents"], "--agents"),
                              (["infer-rules", "--agents", 2], "500 agents"),
                              (["who-leads", "--agents", "5"], "20 to 65"), (["who-leads", "--seconds", "5"], "9.0 seconds")):
            done = self.run_example(*words)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(reason, done.stderr)
        done = self.run_example("--help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("infer-rules", done.stdout)

    def test_a_swarm_that_is_not_built_is_missed_with_a_word_on_what_to_do(self):
        self.environment["WINGBEAT_COMMAND"] = str(self.directory / "nothing")
        done = self.run_example("infer-rules", "--short")
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("make build", done.stderr)


if __name__ == "__main__":
    unittest.main()
