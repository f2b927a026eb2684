#!/usr/bin/env python3
"""Tests help, versions, invalid command lines and exit codes of every verb."""

import re
import unittest

from command import CommandTest

VERBS = ("ls", "info", "top", "set", "call", "swarm", "osc", "adopt", "mirror", "doctor", "gc", "bench")


class Usage(CommandTest):
    def test_help_of_the_command_names_every_verb_and_the_exit_codes(self):
        text = self.succeed("--help")
        for verb in VERBS:
            self.assertRegex(text, rf"\n  {verb} +\S")
        self.assertIn("Exit codes:", text)

    def test_help_verb_prints_the_help_of_a_verb(self):
        self.assertEqual(self.succeed("help", "set"), self.succeed("set", "--help"))
        self.assertEqual(self.succeed("help"), self.succeed("--help"))

    def test_command_alone_prints_the_verbs_in_groups(self):
        done = self.run_verb()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"(?s)Look at running simulations:\n  ls .*Steer them:\n  set ")

    def test_help_of_every_verb_fits_80_columns_and_its_texts_begin_with_a_verb(self):
        for verb in VERBS:
            with self.subTest(verb):
                text = self.succeed(verb, "--help")
                self.assertIn("Usage:", text)
                self.assertIn("Exit codes: 0 done", text)
                options = re.findall(r"(?m)^  --[\w-]+[^\n]*?(?:  +|\n {20,})(\S+)", text)
                self.assertTrue(options)
                for first in options:
                    self.assertRegex(first, r"^[A-Z][a-z]+$")
                    self.assertNotIn(first, ("The", "A", "An", "How", "What", "Which", "Where", "Of", "One"))
                self.assertLessEqual(max(map(len, [*text.splitlines(), *self.succeed("--help").splitlines()])), 80)

    def test_version_names_release_and_backend(self):
        self.assertRegex(self.succeed("--version"), r"^wingbeat \d+\.\d+\.\d+ \((linux|macos|portable)\)\n$")

    def test_bad_command_lines_are_usage_errors_that_name_what_is_right(self):
        for words, text in (
            (["lss"], "no verb 'lss'; did you mean ls?"), (["help", "sett"], "no verb 'sett'; did you mean set?"),
            (["ls", "--jsno"], "no option '--jsno'; did you mean --json?"),
            (["ls", "flock"], "ls: unexpected argument 'flock'"), (["fly"], "no verb 'fly'"),
            (["swarm", "--agnets", 5], "no option '--agnets'; did you mean --agents?"), (["ls", "--fast"], "--fast"),
            (["swarm", "--model", "zoness"], "'zoness' is not one of zones, vicsek"), (["info"], ""), (["call"], ""),
            (["swarm", "--inject", "tron"], "did you mean torn?"), (["set", "swarm.alignment"], ""),
            (["top", "--interval", 0], "--interval"), (["swarm", "--agents", 0], "--agents"),
            (["swarm", "--agents", "many"], "--agents"), (["swarm", "--rate", -1], "--rate"),
            (["swarm", "--rate", 9, "--flat-out"], "--flat-out"), (["swarm", "--boundary", "round"], ""),
            (["swarm", "--box", 5], "an open space has no box"), (["swarm", "--box", -1], "--box"),
            (["swarm", "--threads", 0], "--threads"), (["swarm", "--publish"], ""),
            (["bench", "--scale", 0], "--scale"),
            *((["info", name], "name") for name in ("no/such/stream", "/such", "x" * 64, "sp ace", "")),
        ):
            with self.subTest(words):
                self.assert_fails(2, text or words[0], *words)
        self.assertNotIn("did you mean", self.run_verb("frobnicate").stderr)

    def test_absent_streams_and_users_are_not_found(self):
        for words, text in ((["info", "swarm"], "stream"), (["set", "swarm.alignment", 0.02], "wingbeat ls"),
                            (["call", "swarm.place", 3, 0, 0, 0], "wingbeat ls"), (["gc", "swarm"], "stream"),
                            (["info", "nobody-here/swarm"], "there is no user 'nobody-here'")):
            with self.subTest(words):
                self.assert_fails(3, text, *words)

    def test_a_command_that_was_built_without_osc_says_so(self):
        is_without = "without it" in self.succeed("--help")
        done = self.run_verb("osc", "swarm", "--list")
        self.assertEqual((done.returncode, "WINGBEAT_OSC=ON" in done.stderr), (4 if is_without else 3, is_without))

    def test_runtime_directory_that_cannot_be_used_is_said(self):
        self.environment["WINGBEAT_DIR"] = "/dev/null/nothing"
        self.assert_fails(4, "/dev/null/nothing", "swarm", "--agents", 10, "--steps", 1)


if __name__ == "__main__":
    unittest.main()
