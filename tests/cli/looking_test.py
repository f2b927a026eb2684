#!/usr/bin/env python3
"""Tests ls, info and top with running swarms."""

import json
import unittest

from command import CommandTest

FIELDS = {"position": ("f32", [3, 50]), "velocity": ("f32", [3, 50]), "mass": ("f32", [50]), "max_speed": ("f32", [50]),
          "id": ("u32", [50])}


class Looking(CommandTest):
    def test_ls_without_streams_says_so_and_succeeds(self):
        done = self.run_verb("ls")
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("no streams", done.stderr)
        self.assertEqual(self.succeed_json("ls"), [])

    def test_ls_lists_streams_with_their_writers(self):
        one, two = self.start_swarm(name="one"), self.start_swarm(name="two.b")
        lines = self.succeed("ls").splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["STREAM", "one", "two.b"])
        self.assertIn(f"alive {one.pid}", lines[1])
        listed = self.succeed_json("ls")
        self.assertEqual([s["writer_pid"] for s in listed], [one.pid, two.pid])
        self.assertTrue(all(s["writer"] == "alive" and s["memory_bytes"] > 0 for s in listed))

    def test_ls_and_top_count_readers_live_and_dead(self):
        self.start_swarm()
        listener = self.start_swarm("--subscribe", "swarm", name="listener")
        self.wait_until(lambda: self.succeed_json("ls")[1]["readers"] == 1)
        self.kill(listener)
        self.wait_until(lambda: self.succeed_json("ls")[1]["dead_readers"] == 1)
        readers = self.succeed_json("top", "--once")[1]["reader_list"]
        self.assertEqual([(r["pid"], r["alive"]) for r in readers], [(listener.pid, False)])

    def test_info_describes_fields_attributes_and_controls_as_json_and_as_text(self):
        self.start_swarm("--seed", 5)
        info = self.succeed_json("info", "swarm")
        fields = {f["name"]: (f["type"], f["shape"]) for f in info["fields"] if f["per_agent"]}
        self.assertEqual(fields, FIELDS)
        self.assertEqual(info["attributes"]["model"], "zones")
        self.assertEqual(info["attributes"]["seed"], "5")
        alignment = next(c for c in info["controls"] if c["name"] == "alignment")
        self.assertEqual([alignment[k] for k in ("value", "minimum", "maximum")], [0.001, 1e-5, 0.1])
        place = next(c for c in info["controls"] if c["name"] == "place")
        self.assertEqual((place["kind"], place["arguments"]), ("command", "id x y z"))
        text = self.succeed("info", "swarm")
        for word in ("position", "x y z", "alignment", "0.001", "1e-05 to 0.1", "place", "id x y z", "zones", "leases"):
            self.assertIn(word, text)

    def test_top_once_shows_rate_and_step_time(self):
        self.start_swarm()
        lines = self.succeed("top", "--once").splitlines()
        self.assertIn("STEP TIME", lines[0])
        self.assertRegex(lines[1], r"^swarm +alive +\d+ +\d+\.\d/s")
        self.wait_until(lambda: self.succeed_json("top", "--once")[0]["rate"] > 0)

    def test_top_without_a_terminal_says_what_it_waits_for_and_ends_at_a_limit(self):
        words = ("top", "--interval", 0.1, "--timeout", 2.5)
        self.assert_fails(3, "wingbeat top: waiting for a stream; there are none\n", *words)
        done = self.run_verb(*words, "--quiet")
        self.assertEqual((done.returncode, "waiting" in done.stderr), (3, False))
        self.assertIn("a stream did not appear within 2.5 s", done.stderr)

    def test_top_without_a_terminal_prints_lines_until_it_is_interrupted(self):
        self.start_swarm()
        top = self.start("top", "--interval", "0.1", "--json")
        first = json.loads(top.stdout.readline())
        self.wait_until(lambda: json.loads(top.stdout.readline())[0]["seq"] > first[0]["seq"])
        code, _, errors = self.finish(top)
        self.assertEqual((code, errors), (0, ""))


if __name__ == "__main__":
    unittest.main()
