#!/usr/bin/env python3
"""Holds what the README of example-flock says to what its sources do, and runs its commands and its Julia code beside it.

    readme_test.py ROOT EXAMPLE WINGBEAT [LIBRARY JULIA]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT, EXAMPLE, WINGBEAT, *WITH_JULIA = (Path(word).resolve() for word in sys.argv[1:])
FOLDER = ROOT / "openframeworks" / "ofxWingbeat" / "example-flock"
README = (FOLDER / "README.md").read_text()
MARK = re.compile(r"^(.*?)\s*// live, (\d) of 5$", re.MULTILINE)
PATIENCE_S = 200


def sources():
    return {path.name: path.read_text() for path in sorted((FOLDER / "src").iterdir())}


def block(language):
    return re.search(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL).group(1)


class Words(unittest.TestCase):
    def test_five_marked_lines_are_those_of_the_diff(self):
        marked = [match for text in sources().values() for match in MARK.findall(text)]
        self.assertEqual(sorted(number for _, number in marked), list("12345"))
        added = [line[1:].strip() for line in block("diff").splitlines() if line.startswith("+")]
        self.assertEqual(sorted(line.strip() for line, _ in marked), sorted(added))

    def test_without_those_lines_and_what_it_offers_more_nothing_publishes(self):
        text = sources()["ofApp.cpp"]
        more = re.search(r"^void ofApp::offerMore\(\) \{$.*?^\}$", text, re.MULTILINE | re.DOTALL).group(0)
        rest = MARK.sub("", text.replace(more, ""))
        self.assertEqual(re.findall(r"\blive\b", re.sub(r"//.*", "", rest)), [])

    def test_keys_are_those_of_the_source(self):
        told = set(re.findall(r"^\| `(.)` \|", README, re.MULTILINE))
        self.assertEqual(told, set(re.findall(r"case '(.)':", sources()["ofApp.cpp"])))

    def test_every_source_is_named(self):
        for name in sources():
            stem = Path(name).stem
            self.assertTrue(stem == "main" or f"`{stem}`" in README, name)

    def test_nothing_but_the_addon_and_the_gui_is_needed(self):
        self.assertEqual((FOLDER / "addons.make").read_text().split(), ["ofxGui", "ofxWingbeat"])
        for name, text in sources().items():
            self.assertNotIn("using namespace", text, name)
            self.assertEqual(set(re.findall(r'"(ofx?\w+\.h)"', text)) - {"ofMain.h", "ofxGui.h", "ofxWingbeat.h", "ofApp.h"}, set())


class Running(unittest.TestCase):
    """The app without a window, for as long as a test takes."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="wingbeat-flock.")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.environment = dict(os.environ, WINGBEAT_DIR=self.folder, OF_STAND_IN_FRAMES="1000000", OF_STAND_IN_KEYS="aaessg",
                                JULIA_DEPOT_PATH=os.path.join(self.folder, "depot:"))
        self.log = Path(self.folder) / "log"
        with self.log.open("w") as log:
            self.app = subprocess.Popen([EXAMPLE, "100", "7"], env=self.environment, cwd=self.folder, stderr=log)
        self.addCleanup(self.end)
        self.wait_for_stream()

    def end(self):
        self.app.kill()
        self.app.wait()
        subprocess.run([WINGBEAT, "gc"], env=self.environment, capture_output=True, check=False)

    def wait_for_stream(self):
        limit = time.monotonic() + PATIENCE_S
        while self.run_words("wingbeat", "info", "flock").returncode != 0:
            self.assertIsNone(self.app.poll(), "the app has ended")
            self.assertLess(time.monotonic(), limit, "no stream")
            time.sleep(0.05)

    def run_words(self, *words):
        return subprocess.run([WINGBEAT, *words[1:]], env=self.environment, capture_output=True, text=True, check=False,
                              timeout=PATIENCE_S)

    def test_each_command_does_what_it_says(self):
        commands = re.findall(r"`(wingbeat (?:info|set|call) [^`]*)`", README)
        self.assertEqual(len(commands), 3)
        for command in commands:
            done = self.run_words(*command.split())
            self.assertEqual(done.returncode, 0, f"{command}: {done.stdout}{done.stderr}")
        self.assertIn("wind_amount", self.run_words("wingbeat", "info", "flock").stdout)

    def test_a_refusal_reaches_who_asked(self):
        done = self.run_words("wingbeat", "call", "flock.place", "100", "0", "0", "0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("0 to 99", done.stdout + done.stderr)

    @unittest.skipIf(not WITH_JULIA, "no Julia here")
    def test_julia_code_runs_and_its_stream_reaches_the_app(self):
        library, julia = WITH_JULIA
        script = Path(self.folder) / "readme.jl"
        script.write_text(block("julia"))
        environment = dict(self.environment, WINGBEAT_LIBRARY=str(library))
        done = subprocess.run([julia, "--startup-file=no", f"--project={ROOT / 'julia' / 'Wingbeat'}", str(script)],
                              env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 4)
        self.assertIn("applied", done.stdout.splitlines()[-1])
        self.assertIn("'latent' is there", self.log.read_text())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
