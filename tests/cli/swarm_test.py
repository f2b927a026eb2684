#!/usr/bin/env python3
"""Tests how wingbeat swarm starts, runs and ends. swarm_frames_test.cpp tests the contents of its frames."""

import json
import signal
import unittest

from command import PATIENCE_S, CommandTest


class Swarm(CommandTest):
    def test_steps_are_counted_and_summed_up_as_json(self):
        summary = self.succeed_json("swarm", "--agents", 100, "--flat-out", "--steps", 200)
        self.assertEqual(summary["frames"], 201)
        self.assertEqual((summary["late"], summary["latent_frames"], summary["latent"]), (0, 0, []))
        for key in ("publish_p50_ns", "publish_p99_ns", "step_p50_ns", "wall_seconds"):
            self.assertGreater(summary[key], 0, key)
        self.assertLessEqual(summary["publish_p50_ns"], summary["publish_p99_ns"])

    def test_summary_as_text_is_the_last_line(self):
        lines = self.succeed("swarm", "--agents", 100, "--rate", 500, "--steps", 20).splitlines()
        self.assertIn("100 agents", lines[0])
        self.assertRegex(lines[-1], r"^swarm: 21 frames in \d")

    def test_quiet_prints_nothing(self):
        self.assertEqual(self.succeed("swarm", "--agents", 100, "--flat-out", "--steps", 5, "--quiet"), "")

    def test_rate_paces_and_seconds_end_it(self):
        summary = self.succeed_json("swarm", "--agents", 10, "--rate", 100, "--seconds", 1)
        self.assertLessEqual(summary["frames"], 102)
        self.assertGreater(summary["frames"], 20)
        self.assertGreaterEqual(summary["wall_seconds"], 1)

    def test_ctrl_c_and_termination_end_in_order_and_leave_nothing(self):
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(sent):
                code, output, errors = self.finish(self.start_swarm(), sent)
                self.assertEqual((code, errors), (0, ""))
                self.assertRegex(output.splitlines()[-1], r"^swarm: \d+ frames in")
                self.assertEqual(self.succeed_json("ls"), [])

    def test_ctrl_c_ends_a_slow_swarm_at_once(self):
        swarm = self.start("swarm", "--agents", 10, "--rate", 0.001)
        self.wait_until(lambda: self.frames_of("swarm") == 1)
        self.assertEqual(self.finish(swarm)[0], 0)

    def test_slow_swarm_answers_and_ends_in_time_between_its_steps(self):
        swarm = self.start("swarm", "--agents", 10, "--rate", 0.001, "--seconds", 2)
        self.wait_until(lambda: self.frames_of("swarm") == 1)
        self.assertIn("applied at step 0", self.succeed("set", "swarm.alignment", "0.02", "--timeout", 20))
        output, _ = swarm.communicate(timeout=PATIENCE_S)
        self.assertRegex(output.splitlines()[-1], r"^swarm: 1 frames in 2\.")

    def test_in_lock_step_with_nobody_it_waits_for_nobody(self):
        summary = self.succeed_json("swarm", "--agents", 100, "--flat-out", "--steps", 200, "--lock-step", "trainer")
        self.assertEqual(summary["frames"], 201)

    def test_second_swarm_of_a_name_is_told_who_has_it(self):
        first = self.start_swarm()
        self.assert_fails(4, str(first.pid), "swarm", "--agents", 10, "--steps", 1)

    def test_killed_swarm_is_taken_over_by_the_next(self):
        first = self.start_swarm()
        self.kill(first)
        seq = self.frames_of("swarm")
        second = self.start("swarm", "--agents", 50, "--rate", 200)
        self.wait_until(lambda: self.succeed_json("info", "swarm")["writer_pid"] == second.pid)
        self.wait_until(lambda: self.frames_of("swarm") > seq)
        info = self.succeed_json("info", "swarm")
        self.assertEqual((info["writer"], info["epoch"], info["generation"]), ("alive", 1, 2))

    def test_initial_values_are_set_and_checked(self):
        self.start_swarm("--set", "alignment=0.05", "--set", "automatic=1")
        self.assertEqual((self.value_of("alignment"), self.value_of("automatic")), (0.05, True))
        for wrong in ("alignment", "alignment=x", "alignment=7", "colour=1"):
            with self.subTest(wrong):
                self.assert_fails(2, wrong, "swarm", "--steps", 1, "--set", wrong)

    def test_budgets_are_those_asked_for(self):
        self.start_swarm("--lease-budget", 5, "--history", 7, "--max-readers", 3)
        info = self.succeed_json("info", "swarm")
        self.assertEqual((info["lease_budget"], info["max_readers"], info["slots"]), (5, 3, 5 + 3 + 7))

    def test_subscribed_stream_without_a_code_is_complained_about(self):
        self.start_swarm(name="latent")
        listener = self.start_swarm("--subscribe", "latent")
        self.wait_until(lambda: [r["received"] > 0 for r in self.succeed_json("info", "latent")["reader_list"]] == [True])
        code, output, errors = self.finish(listener)
        self.assertEqual(code, 0)
        self.assertIn("0 frames of latent", output)
        self.assertIn("code", errors)

    def test_frozen_swarm_accepts_parameters(self):
        self.start_swarm("--inject", "frozen")
        self.assertIn("applied", self.succeed("set", "swarm.alignment", "0.02"))
        self.assertEqual(self.value_of("alignment"), 0.02)

    def attributes_of(self, name, *keys):
        attributes = self.succeed_json("info", name)["attributes"]
        return [attributes[key] for key in keys]

    def test_model_and_space_are_attributes_of_the_stream(self):
        self.start_swarm("--model", "vicsek", "--boundary", "walled", "--box", 9, "--threads", 1)
        self.start_swarm(name="usual")
        for name, expected in ("swarm", ["vicsek", "walled", "9", "2"]), ("usual", ["zones", "open", "0", "3"]):
            self.assertEqual(self.attributes_of(name, "model", "boundary", "box", "dimensions"), expected)

    def test_parameters_of_every_model_are_steered_while_it_runs(self):
        for model, name, value, wrong in (("vicsek", "noise", 2.5, 7), ("couzin", "delta_ro", 4, -1),
                                          ("reynolds", "match", 0.2, 11), ("topological", "neighbours", 6, 65)):
            with self.subTest(model):
                self.start_swarm("--model", model, name=model)
                self.assertIn("applied", self.succeed("set", f"{model}.{name}", value))
                self.assertEqual(self.value_of(name, model), value)
                self.assert_fails(2, name, "set", f"{model}.{name}", wrong)

    def test_scenario_says_what_the_command_line_does_not(self):
        process = self.start("swarm", "--scenario", "couzin-torus", "--seed", 5, "--set", "sigma=0.02")
        self.wait_until(lambda: self.frames_of("swarm") > 1 or self.assertIsNone(process.poll()))
        attributes = self.attributes_of("swarm", "model", "agents", "seed", "rate")
        self.assertEqual(attributes, ["couzin", "100", "5", "10 steps/s"])
        self.assertEqual([self.value_of(name) for name in ("delta_ro", "delta_ra", "sigma")], [2, 10, 0.02])

    def test_scenario_file_with_a_wrong_key_is_a_usage_error(self):
        file = self.directory / "mine.toml"
        for text, reason in (("colour = 'red'", "there are model, agents"),
                             ("[parameters]\ncolour = 1", "there are radius, separation")):
            file.write_text(f"model = 'reynolds'\n{text}\n")
            self.assert_fails(2, reason, "swarm", "--scenario", file, "--steps", 1)
        self.assert_fails(3, "couzin-torus", "swarm", "--scenario", "no-such", "--steps", 1)

    def test_bench_measures_each_model(self):
        lines = self.succeed("swarm", "--bench", "--json", "--agents", 500, "--seconds", 0.05).splitlines()
        speeds = [json.loads(line) for line in lines]
        self.assertEqual([s["model"] for s in speeds], ["zones", "vicsek", "couzin", "reynolds", "topological"])
        for speed in speeds:
            self.assertEqual(list(speed)[:5], ["model", "n", "threads", "agent_steps_per_s", "neighbours"])
            self.assertEqual((speed["n"], speed["threads"]), (500, 1))
            self.assertAlmostEqual(speed["neighbours_per_s"] / speed["agent_steps_per_s"], speed["neighbours"], delta=0.01)
            phases = sum(speed[phase] for phase in ("sort_ns", "neighbours_ns", "rules_ns", "rest_ns"))
            self.assertAlmostEqual(phases * speed["agent_steps_per_s"] / 1e9, 1, delta=0.01)
            self.assertGreater(speed["bandwidth_share"], 0)

    def test_bench_has_a_table_for_people_and_a_series_of_sizes(self):
        head, line = self.succeed("swarm", "--bench", "--model", "reynolds", "--agents", 500, "--seconds", 0.05).splitlines()
        self.assertRegex(head, r"^model +agents +threads +agent-steps/s")
        self.assertRegex(line, r"^reynolds +500 +1 +\d")
        lines = self.succeed("swarm", "--bench", "--model", "vicsek", "--json", "--seconds", 0.01, "--steps", 1).splitlines()
        self.assertEqual([json.loads(line)["n"] for line in lines], [400, 4000, 40000, 400000, 1000000])

    def test_bench_publishes_beside_when_asked(self):
        words = ("swarm", "--bench", "--publish", "--model", "reynolds", "--agents", 500, "--seconds", 0.1)
        speed = self.succeed_json(*words)
        self.assertGreater(speed["published_steps_per_s"], 0)
        self.assertTrue(0 < speed["publish_share"] < 1, speed)
        self.assertIn("published, of it publishing", self.succeed(*words))


if __name__ == "__main__":
    unittest.main()
