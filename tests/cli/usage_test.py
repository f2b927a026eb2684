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

    def test_every_verb_has_help_with_exit_codes(self):
        for verb in VERBS:
            with self.subTest(verb):
                text = self.succeed(verb, "--help")
                self.assertIn("Usage:", text)
                self.assertIn("Exit codes: 0 done", text)

    def test_help_verb_prints_the_help_of_a_verb(self):
        self.assertEqual(self.succeed("help", "set"), self.succeed("set", "--help"))
        self.assertEqual(self.succeed("help"), self.succeed("--help"))
        self.assert_fails(2, "no verb 'sett'; did you mean set?", "help", "sett")

    def test_command_alone_prints_the_verbs_in_groups(self):
        done = self.run_verb()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, r"(?s)Look at running simulations:\n  ls .*Steer them:\n  set ")

    def test_help_fits_80_columns(self):
        for words in ((), *((verb,) for verb in VERBS)):
            lines = self.succeed(*words, "--help").splitlines()
            self.assertEqual([line for line in lines if len(line) > 80], [], words)

    def test_help_texts_begin_with_a_verb_and_no_noun_stands_alone(self):
        for verb in VERBS:
            options = re.findall(r"(?m)^  --[\w-]+[^\n]*?(?:  +|\n {20,})(\S+)", self.succeed(verb, "--help"))
            self.assertTrue(options, verb)
            for first in options:
                self.assertRegex(first, r"^[A-Z][a-z]+$", verb)
                self.assertNotIn(first, ("The", "A", "An", "How", "What", "Which", "Where", "Of", "One"), verb)

    def test_mistyped_verbs_and_options_are_answered_with_the_nearest(self):
        self.assert_fails(2, "no verb 'lss'; did you mean ls?", "lss")
        self.assert_fails(2, "no option '--agnets'; did you mean --agents?", "swarm", "--agnets", "5")
        self.assert_fails(2, "no option '--jsno'; did you mean --json?", "ls", "--jsno")
        self.assert_fails(2, "'zoness' is not one of zones, vicsek", "swarm", "--model", "zoness")
        self.assert_fails(2, "did you mean torn?", "swarm", "--inject", "tron")
        self.assert_fails(2, "ls: unexpected argument 'flock'", "ls", "flock")
        done = self.run_verb("frobnicate")
        self.assertNotIn("did you mean", done.stderr)

    def test_version_names_release_and_backend(self):
        self.assertRegex(self.succeed("--version"), r"^wingbeat \d+\.\d+\.\d+ \((linux|macos|portable)\)\n$")

    def test_bad_command_lines_are_usage_errors(self):
        for words in ((), ("fly",), ("ls", "--fast"), ("info",), ("set", "swarm.alignment"), ("top", "--interval", "0"),
                      ("swarm", "--agents", "0"), ("swarm", "--agents", "many"), ("swarm", "--rate", "-1"),
                      ("swarm", "--rate", "9", "--flat-out"), ("swarm", "--inject", "bees"), ("call",)):
            with self.subTest(words):
                done = self.run_verb(*words)
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertNotEqual(done.stderr, "")

    def test_absent_stream_is_not_found(self):
        self.assert_fails(3, "stream", "info", "swarm")
        self.assert_fails(3, "wingbeat ls", "set", "swarm.alignment", "0.02")
        self.assert_fails(3, "wingbeat ls", "call", "swarm.place", "3", "0", "0", "0")
        self.assert_fails(3, "stream", "gc", "swarm")

    def test_stream_of_an_unknown_user_is_not_found(self):
        self.assert_fails(3, "there is no user 'nobody-here'", "info", "nobody-here/swarm")

    def test_bad_stream_name_is_a_usage_error(self):
        for name in ("no/such/stream", "/such", "x" * 64, "sp ace", ""):
            with self.subTest(name):
                self.assert_fails(2, "name", "info", name)

    def test_runtime_directory_that_cannot_be_used_is_said(self):
        self.environment["WINGBEAT_DIR"] = "/dev/null/nothing"
        done = self.run_verb("swarm", "--agents", 10, "--steps", 1)
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("/dev/null/nothing", done.stderr)


if __name__ == "__main__":
    unittest.main()
