#!/usr/bin/env python3
"""Tests set and call: requests with receipts, as typed in a shell."""

import re
import signal
import unittest

from command import CommandTest


class Steering(CommandTest):
    def test_set_is_applied_and_tells_the_step(self):
        self.start_swarm()
        self.assertRegex(self.succeed("set", "swarm.alignment", "0.02"), r"^swarm\.alignment: applied at step \d+\n$")
        self.assertEqual(self.value_of("alignment"), 0.02)

    def test_negative_numbers_are_values_not_options(self):
        self.start_swarm()
        for text, value in (("-5", -5), ("-.5", -0.5), ("-1e3", -1000)):
            with self.subTest(text):
                self.succeed("set", "swarm.centre_x", text)
                self.assertEqual(self.value_of("centre_x"), value)
        self.assertIn("applied", self.succeed("call", "swarm.place", "3", "-0.5", "-.25", "-1e2"))

    def test_set_as_json_is_the_receipt(self):
        self.start_swarm()
        receipt = self.succeed_json("set", "swarm.automatic", "on")
        self.assertEqual((receipt["status"], receipt["control"]), ("applied", "automatic"))
        self.assertGreater(receipt["seq"], receipt["step"])
        self.assertIs(self.value_of("automatic"), True)

    def test_wrong_names_and_values_are_refused_with_what_is_right(self):
        self.start_swarm()
        for code, text, *words in (
            (2, "0.1", "set", "swarm.alignment", 5), (2, "alignment", "set", "swarm.alignment", "much"),
            (3, "alignment", "set", "swarm.alinement", 0.02), (3, "place", "call", "swarm.plaice"),
            (3, "no stream", "set", "flock.alignment", 0.02), (2, "STREAM.NAME", "set", "alignment", 0.02),
            (2, "id x y z", "call", "swarm.place", 3), (2, "0 numbers", "call", "swarm.pause", 3),
            (2, "wingbeat call swarm.pause", "set", "swarm.pause", 1),
            (2, "wingbeat set swarm.alignment", "call", "swarm.alignment", 1),
        ):
            with self.subTest(words):
                self.assert_fails(code, text, *words)
        self.assertEqual(self.value_of("alignment"), 0.001)

    def test_stream_with_dots_in_its_name_is_found(self):
        self.start_swarm(name="lab.a")
        self.start_swarm(name="lab")
        self.succeed("set", "lab.a.alignment", "0.03")
        self.assertEqual(self.value_of("alignment", "lab.a"), 0.03)
        self.assertEqual(self.value_of("alignment", "lab"), 0.001)
        self.assert_fails(3, "", "set", "lab.b.alignment", "0.03")

    def test_command_the_simulation_refuses_ends_with_1_and_the_reason(self):
        self.start_swarm()
        done = self.run_verb("call", "swarm.place", "3000", "0", "0", "0")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"^swarm\.place: refused: \S")

    def test_pause_stops_time_and_step_advances_it_by_one(self):
        self.start_swarm()
        self.succeed("call", "swarm.pause")
        seq, step = (self.succeed_json("info", "swarm")[k] for k in ("seq", "step"))
        self.wait_until(lambda: self.frames_of("swarm") > seq + 3)
        self.assertEqual(self.succeed_json("info", "swarm")["step"], step)
        seq = self.succeed_json("call", "swarm.step")["seq"]
        self.wait_until(lambda: self.frames_of("swarm") >= seq)
        self.assertEqual(self.succeed_json("info", "swarm")["step"], step + 1)
        self.succeed("call", "swarm.resume")
        self.wait_until(lambda: self.succeed_json("info", "swarm")["step"] > step + 3)

    def test_stopped_writer_gives_no_answer_within_the_limit(self):
        swarm = self.start_swarm()
        swarm.send_signal(signal.SIGSTOP)
        self.assert_fails(1, "did not answer", "set", "swarm.alignment", "0.02", "--timeout", "0.2")
        words = ("set", "swarm.alignment", "0.02", "--timeout", "2.5")
        self.assert_fails(1, "wingbeat set: waiting for the writer of 'swarm' to answer", *words)
        self.assertNotIn("waiting", self.run_verb(*words, "--quiet").stderr)
        swarm.send_signal(signal.SIGCONT)

    def test_dead_writer_is_said_at_once(self):
        self.kill(self.start_swarm())
        done = self.run_verb("set", "swarm.alignment", "0.02", "--timeout", "20")
        self.assertIn(done.returncode, (1, 3))
        self.assertTrue(re.search("ended|no stream", done.stderr), done.stderr)


if __name__ == "__main__":
    unittest.main()
