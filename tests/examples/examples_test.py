#!/usr/bin/env python3
"""Runs the C and C++ examples as their READMEs say, and checks the statements of the READMEs."""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BINARIES = Path(sys.argv.pop(2)) if len(sys.argv) > 2 else Path(__file__).parents[2] / "build" / "release" / "bin"
EXAMPLES = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).parents[2] / "examples"
PATIENCE_S = 60
FRAME = re.compile(r"frame (\d+), step (\d+): (\d+) agents around (\S+) (\S+) (\S+)")


class Examples(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="wingbeat-examples.")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.environment = dict(os.environ, WINGBEAT_DIR=self.directory)

    def start(self, name, *words):
        process = subprocess.Popen([BINARIES / name, *words], env=self.environment, stdout=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        collector = BINARIES / "wingbeat"
        if collector.exists():
            subprocess.run([collector, "gc"], env=self.environment, capture_output=True, check=False)

    def read(self, stream, frames):
        """Returns the output of the reader example as a tuple of texts for each frame."""
        done = subprocess.run([BINARIES / "example_reader", stream, str(frames)], env=self.environment,
                              capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [FRAME.fullmatch(line).groups() for line in done.stdout.splitlines()]

    def lines(self, *path):
        return EXAMPLES.joinpath(*path).read_text().splitlines()

    def test_existing_simulation_is_made_live_by_five_added_lines_and_no_change(self):
        folder = "cpp", "existing_simulation"
        before, after = self.lines(*folder, "before.cpp"), self.lines(*folder, "main.cpp")
        changes = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
        self.assertEqual([line for line in changes if line[0] == "-"], [])
        self.assertLessEqual(len(changes), 5)
        self.assertTrue(any("wingbeat" in line for line in changes))
        readme = EXAMPLES.joinpath(*folder, "README.md").read_text()
        for line in changes:
            self.assertIn(line[2:].strip(), readme)

    def test_existing_simulation_runs_as_before_without_the_library(self):
        self.assertEqual(subprocess.run([BINARIES / "example_before", "3"], check=False, timeout=PATIENCE_S).returncode, 0)

    def test_existing_simulation_is_seen_live(self):
        self.start("example_existing_simulation", "100000")
        frames = self.read("rings", 20)
        self.assertEqual(len(frames), 20)
        self.assertTrue(all(agents == "500" for _, _, agents, *_ in frames))
        steps = [int(step) for _, step, *_ in frames]
        self.assertEqual(steps, sorted(set(steps)))
        self.assertGreater(len({centre for *_, centre, _, _ in frames}), 1, "the agents do not move")

    def test_flock_in_cpp_is_seen_live_and_ends_by_itself(self):
        flock = self.start("example_flock", "60")
        frames = self.read("flock", 10)
        self.assertEqual({agents for _, _, agents, *_ in frames}, {"1000"})
        self.assertEqual(flock.wait(PATIENCE_S), 0)

    def test_publisher_in_c_has_fewer_than_30_lines_and_is_seen_live(self):
        self.assertLess(len(self.lines("c", "publisher.c")), 30)
        self.start("example_publisher")
        frames = self.read("helix", 10)
        self.assertEqual({agents for _, _, agents, *_ in frames}, {"100"})
        self.assertEqual({z for *_, z in frames}, {"0.495"})

    def test_reader_may_be_started_first(self):
        reader = subprocess.Popen([BINARIES / "example_reader", "helix", "5"], env=self.environment, text=True,
                                  stdout=subprocess.PIPE)
        self.addCleanup(self.end, reader)
        time.sleep(0.3)
        self.start("example_publisher")
        output, _ = reader.communicate(timeout=PATIENCE_S)
        self.assertEqual(reader.returncode, 0)
        self.assertEqual(len(output.splitlines()), 5)

    def test_reader_without_a_writer_says_what_it_waits_for_then_why_it_fails(self):
        self.start("example_flock")
        self.read("flock", 1)
        for words, waiting in ([], ["waiting for stream 'nobody'; there are: flock"]), (["1", "--quiet"], []):
            done = subprocess.run([BINARIES / "example_reader", "nobody", *words], env=self.environment,
                                  capture_output=True, text=True, check=False, timeout=PATIENCE_S)
            lines = done.stderr.splitlines()
            self.assertEqual((done.returncode, done.stdout, lines[:-1]), (1, "", waiting))
            self.assertIn("nobody: ", lines[-1])

    def test_each_example_has_a_readme(self):
        for folder in ("cpp/existing_simulation", "cpp/flock", "cpp/reader", "c", "julia"):
            self.assertIn("## Run it", EXAMPLES.joinpath(folder, "README.md").read_text())


if __name__ == "__main__":
    unittest.main()
