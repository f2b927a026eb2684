#!/usr/bin/env python3
"""Tests that scripts/test counts passed tests and reports every kind of broken run as a failure."""

import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SCRIPT = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).parents[2] / "scripts" / "test"


def case(name, shell, **properties):
    """Returns the lines of a CTestTestfile that describe one case."""
    words = " ".join(f"{key} {value}" for key, value in properties.items())
    return f'add_test({name} "sh" "-c" "{shell}")\n' + (f"set_tests_properties({name} PROPERTIES {words})\n" if words else "")


GOOD = case("alpha.one", "true") + case("alpha.two", "true") + case("julia.Some", "echo julia: 5 passed, 0 failed")
PASSED = 7


class RunTests(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="wingbeat-run-tests."))
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "scripts").mkdir()
        shutil.copy(SCRIPT, self.root / "scripts" / "test")

    def command(self, cases, *options):
        build = self.root / "build" / "release"
        build.mkdir(parents=True, exist_ok=True)
        (build / "CTestTestfile.cmake").write_text(cases)
        return [sys.executable, self.root / "scripts" / "test", build, *options]

    def expect(self, cases, passed, failed, skipped=0, shown=(), options=()):
        """Runs these cases and checks the counts in the last line, the exit code, and the output before."""
        done = subprocess.run(self.command(cases, *options), capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        counts = f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
        self.assertEqual(lines[-1], counts, done.stdout)
        self.assertEqual(done.returncode, 1 if failed else 0)
        for line in shown:
            self.assertIn(line, lines)

    def test_each_outcome_is_counted_and_the_output_of_failures_is_shown(self):
        for cases, passed, failed, skipped, *shown in (
            (GOOD, PASSED, 0, 0),
            (GOOD + case("beta.one", "echo because; exit 3"), PASSED, 1, 0, "--- failed: beta.one: Failed"),
            (GOOD + case("beta.one", "echo because; kill -SEGV $$"), PASSED, 1, 0),
            (GOOD + case("beta.one", "exec sleep 60", TIMEOUT=1), PASSED, 1, 0, "--- failed: beta.one: Timeout"),
            (GOOD + case("beta.one", "echo julia: 4 passed, 0 failed; exit 1"), PASSED + 4, 1, 0),
            (GOOD + 'add_test(beta.one "/nowhere/to/be/found")\n', PASSED, 1, 0),
            (GOOD + case("beta.one", "exit 77", SKIP_RETURN_CODE=77), PASSED, 0, 1),
            ("", 0, 1, 0),
            ('message(FATAL_ERROR "broken")\n', 0, 1, 0),
            (GOOD + case("julia.Other", "seq 99999; echo julia: 4 passed, 3 failed, 1 skipped; exit 1"),
             PASSED + 4, 3, 1),
            (GOOD + case("julia.Other", "seq 99999; echo julia: 9 passed, 0 failed"), PASSED + 9, 0, 0),
        ):
            with self.subTest(cases.removeprefix(GOOD)):
                self.expect(cases, passed, failed, skipped, shown)

    def test_long_tests_run_by_their_label_only(self):
        cases = GOOD + case("gamma.slow", "exit 1", LABELS='"gamma;long"') + case("gamma.quick", "true", LABELS="gamma")
        self.expect(cases, PASSED + 1, 0)
        self.expect(cases, 1, 1, options=["--label", "gamma"])

    def test_ended_run_leaves_nothing_running(self):
        shell = f"echo $$ > {self.root}/pid.new; mv {self.root}/pid.new {self.root}/pid; exec sleep 60"
        run = subprocess.Popen(self.command(GOOD + case("beta.one", shell)), stdout=subprocess.DEVNULL)
        while not (self.root / "pid").exists():
            time.sleep(0.05)
        run.terminate()
        self.assertEqual(run.wait(), 143)
        status = Path("/proc", (self.root / "pid").read_text().strip(), "stat")
        self.assertTrue(not status.exists() or ") Z " in status.read_text())


if __name__ == "__main__":
    unittest.main()
