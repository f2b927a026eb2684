"""Helpers of the applications' tests: they run the scripts against a built command and library."""

import csv
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "build/release"
PATIENCE_S = 180
SKIPPED = 77
MARKS = [f".//{{http://www.w3.org/2000/svg}}{mark}" for mark in ("circle", "polyline")]


def command_and_library():
    """Returns the paths in the arguments `TEST.py COMMAND LIBRARY [case...]`, otherwise those of the release build."""
    if len(sys.argv) > 2 and Path(sys.argv[1]).is_file():
        return Path(sys.argv.pop(1)), Path(sys.argv.pop(1))
    return RELEASE / "bin/wingbeat", RELEASE / "lib/libwingbeat.so"


COMMAND, LIBRARY = command_and_library()


class AppTest(unittest.TestCase):
    script = ""

    def setUp(self):
        # apps/run makes its runtime directory in TMPDIR.
        self.directory = Path(tempfile.mkdtemp(prefix="wingbeat-test-apps."))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.environment = dict(os.environ, TMPDIR=str(self.directory), WINGBEAT_COMMAND=str(COMMAND),
                                WINGBEAT_LIBRARY=str(LIBRARY))
        self.environment.pop("WINGBEAT_DIR", None)

    def command(self, *words):
        return [str(ROOT / "scripts" / self.script), *map(str, words)]

    def runtime_directories(self):
        return list(self.directory.glob("wingbeat-*"))

    def run_app(self, *words):
        done = subprocess.run(self.command(*words), env=self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        self.assertEqual(self.runtime_directories(), [], "the runtime directory is still there")
        return done

    def start_app(self, *words):
        """Starts a process as the leader of a session, so that its descendants can be found."""
        app = subprocess.Popen(self.command(*words), env=self.environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(lambda: app.poll() is None and (app.kill(), app.communicate()))
        return app

    def assert_refused(self, words, reason):
        done = self.run_app(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(reason, done.stderr)

    def assert_missing_build_is_named(self, *words):
        self.environment["WINGBEAT_COMMAND"] = str(self.directory / "nothing")
        done = self.run_app(*words)
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("make build", done.stderr)

    def judge(self, name, done):
        """Asserts that all checks of a run hold or were skipped. Returns its checks and its table."""
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        verdict = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((verdict["name"], verdict["holds"]), (name, True))
        self.assertEqual([check["what"] for check in verdict["checks"] if check["holds"] is False], [])
        picture = ElementTree.parse(self.directory / f"out/{name}.svg")
        self.assertTrue(any(picture.findall(mark) for mark in MARKS))
        with (self.directory / f"out/{name}.csv").open() as file:
            rows = list(csv.DictReader(file))
        return {check["what"]: check for check in verdict["checks"]}, rows

    def wait_until(self, condition, seconds=PATIENCE_S):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not happen in time")
            time.sleep(0.02)


def session_members(session):
    """Returns the process ids of a session, without zombies. Linux only."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, member_of = stat.read_text().rsplit(")", 1)[1].split()[:4]
        except OSError:
            continue
        if int(member_of) == session and state not in "ZX":
            members.append(int(stat.parent.name))
    return members


def command_line(pid):
    """Returns the arguments of a process, empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return []


class Terminal:
    """An application on a terminal of its own, which is the leader of a session."""

    def __init__(self, command, environment):
        self.shown = b""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.execve(command[0], command, environment)

    def read_until(self, text, seconds=PATIENCE_S):
        """Reads until `text` appears (None: until the application ends). Returns False after `seconds`."""
        end = time.monotonic() + seconds
        while text is None or text not in self.shown:
            ready, _, _ = select.select([self.file], [], [], max(0, end - time.monotonic()))
            if not ready:
                return False
            try:
                part = os.read(self.file, 65536)
            except OSError:  # the application has closed its side
                part = b""
            if not part:
                return text is None
            self.shown += part
        return True

    def press_ctrl_c(self):
        os.write(self.file, b"\x03")

    def end(self):
        """Waits for the end of the application and returns its exit code."""
        ended = self.read_until(None)
        if not ended:
            os.killpg(self.pid, 9)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.file)
        return os.waitstatus_to_exitcode(status) if ended else None


def main():
    if subprocess.run([ROOT / "scripts/julia", "--which"], capture_output=True, check=False).returncode != 0:
        print("skipped: there is no Julia; scripts/bootstrap --test fetches one")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)
