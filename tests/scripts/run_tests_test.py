#!/usr/bin/env python3
"""Proves that scripts/test counts what passed and cannot take a broken run for a good one."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SCRIPT = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).parents[2] / "scripts" / "test"
GOOD_CTEST = 'add_test(alpha.one "true")\nadd_test(alpha.two "true")\n'
GOOD_JULIA = "echo 'julia: 5 passed, 0 failed'"


def write_program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text + "\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


JULIA_RUNS = 2  # with one thread and with two


class RunTests(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="wingbeat-run-tests."))
        self.addCleanup(shutil.rmtree, self.root)
        self.root.chmod(0o755)
        self.julia = self.root / ".deps" / "julia" / "usr" / "bin" / "julia"
        (self.root / "scripts").mkdir()
        shutil.copy(SCRIPT, self.root / "scripts" / "test")
        write_program(self.root / "scripts" / "julia", f'echo "{self.julia}"')

    def build_with(self, ctest=GOOD_CTEST, julia=GOOD_JULIA, package=True, sanitize=""):
        """The build folder of a tree with these ctest tests and this as its Julia."""
        build = self.root / "build" / "release"
        (build / "lib").mkdir(parents=True)
        (build / "lib" / "libwingbeat.so").touch()
        (build / "CTestTestfile.cmake").write_text(ctest)
        (build / "CMakeCache.txt").write_text(f"WINGBEAT_SANITIZE:STRING={sanitize}\n")
        write_program(self.julia, julia)
        if package:
            (self.root / "julia" / "Wingbeat" / "test").mkdir(parents=True)
            (self.root / "julia" / "Wingbeat" / "Project.toml").touch()
            (self.root / "julia" / "Wingbeat" / "test" / "runtests.jl").touch()
        return build

    def run_with(self, **tree):
        """Exit code and the lines of a run over such a tree."""
        build = self.build_with(**tree)
        env = dict(os.environ, WINGBEAT_JULIA_LIMIT_S="2")
        done = subprocess.run([sys.executable, self.root / "scripts" / "test", build], env=env, capture_output=True,
                              text=True, check=False)
        return done.returncode, done.stdout.splitlines()

    def assert_counts(self, run, passed, failed, skipped=0):
        code, lines = run
        self.assertEqual(lines[-1], f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
        self.assertEqual(code, 1 if failed else 0)

    def test_everything_passed(self):
        self.assert_counts(self.run_with(), 2 + 5 * JULIA_RUNS, 0)

    @unittest.skipUnless(os.getuid() == 0, "needs root")
    def test_plain_user_runs_the_julia_tests_of_a_checkout_closed_to_others(self):
        self.root.chmod(0o700)
        only_if_readable = 'test -r "$4" -a -r "$WINGBEAT_LIBRARY" && test -w "$HOME" -a -w "$WINGBEAT_DIR" && id -u && '
        code, lines = self.run_with(julia=only_if_readable + GOOD_JULIA)
        self.assert_counts((code, lines), 2 + 5 * JULIA_RUNS, 0)

    def test_failed_case_is_counted_and_its_output_shown(self):
        run = self.run_with(ctest=GOOD_CTEST + 'add_test(beta.one "sh" "-c" "echo reason; exit 3")\n')
        self.assert_counts(run, 2 + 5 * JULIA_RUNS, 1)
        self.assertIn("--- failed: beta.one: Failed", run[1])
        self.assertIn("reason", run[1])

    def test_crashed_case_is_a_failure(self):
        run = self.run_with(ctest=GOOD_CTEST + 'add_test(beta.one "sh" "-c" "kill -SEGV $$")\n')
        self.assert_counts(run, 2 + 5 * JULIA_RUNS, 1)

    def test_hanging_case_is_a_failure(self):
        hanging = 'add_test(beta.one "sleep" "60")\nset_tests_properties(beta.one PROPERTIES TIMEOUT 1)\n'
        run = self.run_with(ctest=GOOD_CTEST + hanging)
        self.assert_counts(run, 2 + 5 * JULIA_RUNS, 1)
        self.assertIn("--- failed: beta.one: Timeout", run[1])

    def test_case_that_cannot_start_is_a_failure(self):
        run = self.run_with(ctest=GOOD_CTEST + 'add_test(beta.one "/nowhere/to/be/found")\n')
        self.assert_counts(run, 2 + 5 * JULIA_RUNS, 1)

    def test_skipped_case_is_counted_as_skipped(self):
        skipped = 'add_test(beta.one "sh" "-c" "exit 77")\nset_tests_properties(beta.one PROPERTIES SKIP_RETURN_CODE 77)\n'
        self.assert_counts(self.run_with(ctest=GOOD_CTEST + skipped), 2 + 5 * JULIA_RUNS, 0, 1)

    def test_tree_without_cases_is_a_failure(self):
        self.assert_counts(self.run_with(ctest=""), 5 * JULIA_RUNS, 1)

    def test_broken_test_description_is_a_failure(self):
        run = self.run_with(ctest='message(FATAL_ERROR "broken")\n')
        self.assertEqual(run[0], 1)

    def test_missing_julia_tests_are_a_failure(self):
        self.assert_counts(self.run_with(package=False), 2, 1)

    def test_failed_julia_tests_are_counted(self):
        run = self.run_with(julia="echo because; echo 'julia: 4 passed, 3 failed'; exit 1")
        self.assert_counts(run, 2 + 4 * JULIA_RUNS, 3 * JULIA_RUNS)
        self.assertIn("because", run[1])

    def test_julia_crashing_after_its_count_is_a_failure(self):
        run = self.run_with(julia=GOOD_JULIA + "; kill -SEGV $$")
        self.assert_counts(run, 2 + 5 * JULIA_RUNS, JULIA_RUNS)

    def test_julia_without_a_count_is_a_failure(self):
        self.assert_counts(self.run_with(julia="echo all fine"), 2, JULIA_RUNS)

    def test_julia_counting_nothing_is_a_failure(self):
        self.assert_counts(self.run_with(julia="echo 'julia: 0 passed, 0 failed'"), 2, JULIA_RUNS)

    def test_hanging_julia_is_a_failure(self):
        self.assert_counts(self.run_with(julia="sleep 60"), 2, JULIA_RUNS)

    def test_ended_run_leaves_nothing_running(self):
        build = self.build_with(julia=f"echo $$ > {self.root}/pid.new; mv {self.root}/pid.new {self.root}/pid; exec sleep 60")
        run = subprocess.Popen([sys.executable, self.root / "scripts" / "test", build], stdout=subprocess.DEVNULL)
        while not (self.root / "pid").exists():
            time.sleep(0.05)
        run.terminate()
        self.assertEqual(run.wait(), 143)
        with self.assertRaises(ProcessLookupError):
            os.kill(int((self.root / "pid").read_text()), 0)

    def test_julia_is_skipped_with_a_sanitized_library(self):
        self.assert_counts(self.run_with(sanitize="address,leak"), 2, 0, 1)


if __name__ == "__main__":
    unittest.main()
