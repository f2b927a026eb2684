#!/usr/bin/env python3
"""Runs each example of learning from a live swarm with --short and checks its verdict."""

import re
import signal
import subprocess
import time

import apps

STOPS, STOP_S, FRAMES_PER_SECOND = 10, 0.3, 250


class ExampleTest(apps.AppTest):
    script = "learn"

    def run_short(self, example):
        return self.judge(example, self.run_app(example, "--short", "--json", "--out", self.directory / "out"))

    def run_stopped(self, example, moment):
        """Makes a short run and stops its Julia process repeatedly after the first message that contains `moment`."""
        app = self.start_app(example, "--short", "--json", "--out", self.directory / "out")
        messages = []
        for line in app.stderr:
            messages.append(line)
            if moment in line:
                break
        julia = self.julia_of(app)
        for _ in range(STOPS):
            time.sleep(STOP_S)
            for number in (signal.SIGSTOP, signal.SIGCONT):
                julia(number)
                time.sleep(STOP_S)
        out, rest = app.communicate(timeout=apps.PATIENCE_S)
        return subprocess.CompletedProcess(app.args, app.returncode, out, "".join(messages) + rest)

    def julia_of(self, app):
        """Returns a function that sends a signal to the Julia process of an application."""
        main = str(apps.ROOT / "apps/learning/main.jl")
        found = [pid for pid in apps.session_members(app.pid) if main in apps.command_line(pid)]
        self.assertEqual(len(found), 1)
        return lambda number: apps.os.kill(found[0], number)


class InferRules(ExampleTest):
    def test_the_rules_are_inferred_and_their_change_is_followed(self):
        checks, rows = self.run_short("infer-rules")
        self.assertAlmostEqual(checks["before the change: cohesion"]["measured"], 0.001, delta=0.00005)
        self.assertAlmostEqual(checks["after the change: cohesion"]["measured"], 0.002, delta=0.0001)
        self.assertAlmostEqual(checks["after the change: separation"]["measured"], 0.0015, delta=0.000075)
        self.assertIsNone(checks["seconds from the start until the strengths are right"]["holds"])
        self.assertEqual({row["true_cohesion"] for row in rows}, {"0.001", "0.002"})


class ClosedLoop(ExampleTest):
    def test_a_controller_that_is_stopped_at_times_holds_a_polarisation_by_the_newest_frame_and_in_lock_step(self):
        done = self.run_stopped("closed-loop", "free-running: hold")
        checks, rows = self.judge("closed-loop", done)
        missed = int(re.search(r"free-running: [0-9]+ frames in [0-9.]+ s, ([0-9]+) missed", done.stderr)[1])
        self.assertGreater(missed, STOPS * STOP_S * FRAMES_PER_SECOND / 2, done.stderr)
        for way in ("free-running", "lock-step"):
            for wanted in (0.8, 0.5, 0.65):
                self.assertAlmostEqual(checks[f"{way}, hold {wanted}: polarisation"]["measured"], wanted, delta=0.02)
            self.assertEqual(checks[f"{way}, disturbed: radius"]["measured"], 0.5)
        for end in ("least", "most"):
            self.assertEqual(checks[f"lock-step: frames from a frame to its effect, at {end}"]["measured"], 1)
        self.assertEqual({row["way"] for row in rows}, {"free-running", "lock-step"})


class WhoLeads(ExampleTest):
    def test_leaders_are_found_and_so_are_the_agents_that_take_over_although_the_pilot_is_stopped_at_times(self):
        done = self.run_stopped("who-leads", "the first leaders")
        checks, rows = self.judge("who-leads", done)
        self.assertIn("100 % of the steps steered", done.stderr)
        for leaders in ("the first leaders", "the second leaders"):
            self.assertEqual(checks[f"{leaders}: leaders among the first 5 by delay"]["measured"], 5)
            self.assertGreater(checks[f"{leaders}: least lead of a leader, steps"]["measured"], 0)
        leaders = [row for row in rows if row["planted"] == "1"]
        planted = {phase: {row["agent"] for row in leaders if row["phase"] == phase} for phase in "123"}
        self.assertEqual([len(agents) for agents in planted.values()], [0, 5, 5])
        self.assertFalse(planted["2"] & planted["3"])


class WindowToCode(ExampleTest):
    def test_a_change_of_regime_shows_in_the_code_of_an_autoencoder_that_learned_meanwhile(self):
        checks, rows = self.run_short("window-to-code")
        self.assertEqual(checks["alarms before the change"]["measured"], 0)
        self.assertLess(checks["before the change: reconstruction error"]["measured"], 0.01)
        self.assertLessEqual(checks["frames from the change to the alarm"]["measured"], 300)
        self.assertIsNone(checks["ms from the change to the alarm"]["holds"])
        self.assertIn("code_10", rows[0])


class CommandLine(ExampleTest):
    def test_a_wrong_command_line_is_refused_with_a_reason(self):
        for words, reason in ((["infer-rulers"], "infer-rules"), (["infer-rules", "--agents", 2], "500 agents"),
                              (["who-leads", "--agents", "5"], "20 to 65"),
                              (["who-leads", "--seconds", "5"], "9.0 seconds")):
            self.assert_refused(words, reason)

    def test_the_help_names_the_examples(self):
        done = self.run_app("--help")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("infer-rules", done.stdout)


if __name__ == "__main__":
    apps.main()
