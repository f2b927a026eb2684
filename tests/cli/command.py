"""Runs the `wingbeat` command as a user does, in a private runtime directory."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BINARY = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path(__file__).parents[2] / "build/release/bin/wingbeat"
# The time limit of every wait. No test depends on a short limit.
PATIENCE_S = 30


class Log:
    """Collects the output of a process in a file."""

    def __init__(self):
        self.file = tempfile.TemporaryFile("w+")

    def text(self):
        return os.pread(self.file.fileno(), 1 << 20, 0).decode()


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.directory = Path(tempfile.mkdtemp(prefix="wingbeat-cli."))
        self.directory.chmod(0o700)
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.addCleanup(self.run_verb, "gc")
        self.environment = dict(os.environ, WINGBEAT_DIR=str(self.directory))

    def run_verb(self, *words, **options):
        return subprocess.run([BINARY, *map(str, words)], env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=PATIENCE_S, **options)

    def succeed(self, *words):
        """Checks that a run ends with 0, and returns its output."""
        done = self.run_verb(*words)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def succeed_json(self, *words):
        return json.loads(self.succeed(*words, "--json"))

    def assert_fails(self, code, text, *words):
        """Checks that a run ends with this code and that its message contains this text."""
        done = self.run_verb(*words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(text, done.stderr)

    def start(self, *words):
        return self.spawn(BINARY, *words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def start_logged(self, *words, stream="stderr", **options):
        """Starts a process with its own standard input. Its .log collects what it writes to `stream`."""
        log = Log()
        self.addCleanup(log.file.close)
        process = self.spawn(*words, **{"stdin": subprocess.PIPE, stream: log.file, **options})
        process.log = log
        return process

    def spawn(self, *words, **options):
        process = subprocess.Popen([str(word) for word in words], text=True,
                                   **{"env": self.environment, "stdout": subprocess.PIPE, **options})
        self.addCleanup(self.end, process)
        return process

    def kill(self, process):
        process.kill()
        process.wait()

    def end(self, process):
        self.kill(process)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe:
                pipe.close()

    def start_swarm(self, *words, name="swarm", agents=50):
        """Starts a swarm and waits until it has published a frame."""
        process = self.start("swarm", "--name", name, "--agents", agents, "--rate", 200, *words)
        self.wait_until(lambda: self.frames_of(name) > 2 or self.assertIsNone(process.poll()))
        return process

    def frames_of(self, name):
        done = self.run_verb("info", name, "--json")
        return json.loads(done.stdout)["seq"] if done.returncode == 0 else 0

    def wait_until(self, condition):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not happen in time")
            time.sleep(0.02)

    def await_log(self, process, pattern):
        """Waits until the log of the process contains this pattern."""
        self.wait_until(lambda: re.search(pattern, process.log.text())
                        or self.assertIsNone(process.poll(), process.log.text()))

    def stop(self, process, *codes):
        """Ends a process with a .log by Ctrl-C and returns its summary. Its exit code must be 0 or one of `codes`."""
        code, output, _ = self.finish(process)
        self.assertIn(code, codes or (0,), process.log.text())
        return json.loads(output)

    def finish(self, process, sent=signal.SIGINT):
        """Sends a signal and returns the exit code and the output."""
        process.send_signal(sent)
        output, errors = process.communicate(timeout=PATIENCE_S)
        return process.returncode, output, errors

    def value_of(self, name, stream="swarm"):
        controls = self.succeed_json("info", stream)["controls"]
        return next(c["value"] for c in controls if c["name"] == name)
