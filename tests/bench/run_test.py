#!/usr/bin/env python3
"""Tests the runner with programs that pose as peers: it records every failure and leaves nothing behind."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUN = HERE.parents[1] / "bench/peers/run.py"
PATIENCE_S = 60


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@unittest.skipUnless(hasattr(os, "pidfd_open"), "needs Linux")
class Run(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="wingbeat-run."))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("build/bin/peers", "work"):
            (self.folder / name).mkdir(parents=True)
        self.pids = self.folder / "pids"
        self.pids.touch()

    def add_peers(self, *names):
        """Adds peers that run with this test's interpreter."""
        for name in names:
            program = self.folder / "build/bin/peers" / f"peer-{name}"
            text = (HERE / "fake_peer.py").read_text().partition("\n")[2]
            program.write_text(f"#!{sys.executable}\n{text}")
            program.chmod(0o755)

    def start(self, *words):
        return subprocess.Popen(
            [sys.executable, RUN, "--build", self.folder / "build", "--results", self.folder / "results", "--work",
             self.folder / "work", "--machine", "here", "--cores", "0,0", "--seconds", "0.1", "--limit", "3", *words],
            env={**os.environ, "FAKE_PEER_PIDS": str(self.pids), "FAKE_PEER_FILES": self.folder.name},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_it(self, *words, code=0):
        """Runs these words, or each case of the scenario `flat` once."""
        words = words or ("--scenarios", "flat", "--rounds", "1")
        process = self.start(*words)
        out, complaints = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, code, complaints)
        self.assert_nothing_left()
        return out, complaints

    def assert_nothing_left(self):
        pids = self.pids.read_text().split()
        self.assertEqual([pid for pid in pids if is_alive(pid)], [])
        self.assertEqual(list((self.folder / "work").iterdir()), [])
        self.assertEqual(list(Path("/dev/shm").glob(f"{self.folder.name}-*")), [])

    def rows(self, name):
        with (self.folder / "results/here" / name).open(newline="") as file:
            return list(csv.DictReader(file))

    def row(self, case, peer, metric):
        rows = {(row["case"], row["peer"], row["metric"]): row for row in self.rows("batches.csv")}
        return rows[case, peer, metric]

    def test_good_peer_is_measured_in_every_round(self):
        self.add_peers("good")
        out, _ = self.run_it("--scenarios", "flat", "--rounds", "2", "--json")
        self.assertEqual(json.loads(out)["failed"], [])
        row = self.row("flat-64", "good", "age")
        expected = {"p50_ns": "200", "max_ns": "200", "count": "3600", "sent": "4000", "received": "3998", "lost": "2",
                    "rounds": "2", "failed": "0", "status": "ok"}
        self.assertEqual({name: row[name] for name in expected}, expected)
        self.assertEqual(self.row("flat-64", "good", "publish")["p50_ns"], "50")
        self.assertEqual(self.rounds_of("flat-64", "good"), ["1", "2"])
        self.assertEqual(self.row("flat-3200000", "good", "")["status"], "cannot", "too large a frame")

    def rounds_of(self, *case_and_peer):
        return [row["round"] for row in self.rows("rounds.csv") if (row["case"], row["peer"]) == case_and_peer]

    def test_cases_are_measured_anew_and_the_others_kept(self):
        self.add_peers("good", "too")
        self.run_it()
        before = {(row["case"], row["peer"]) for row in self.rows("batches.csv")}
        self.run_it("--cases", "flat-64", "--peers", "good", "--rounds", "2")
        self.assertEqual({(row["case"], row["peer"]) for row in self.rows("batches.csv")}, before)
        self.assertEqual((self.rounds_of("flat-64", "good"), self.rounds_of("flat-64", "too")), (["1", "2"], ["1"]))
        self.assertEqual([row["peer"] for row in self.rows("peers.csv")], ["too", "good"])

    def test_what_targets_are_about_is_played_four_times_as_often(self):
        self.add_peers("good")
        self.run_it("--cases", "spin-64,spin-4096", "--rounds", "1")
        self.assertEqual(self.row("spin-64", "good", "age")["rounds"], "4")
        self.assertEqual(self.row("spin-4096", "good", "age")["rounds"], "1")

    def test_stopped_and_slow_readers_are_ended(self):
        self.add_peers("good")
        self.run_it("--scenarios", "beside", "--rounds", "1")
        for case in ("beside-alone", "beside-slow", "beside-stopped"):
            self.assertEqual(self.row(case, "good", "age")["status"], "ok")

    def test_crash_and_a_peer_that_cannot_describe_itself_are_recorded_with_what_was_said(self):
        self.add_peers("good", "crash", "mute")
        self.run_it("--scenarios", "flat", "--rounds", "3")
        failures = self.rows("failures.csv")
        crashes = [row for row in failures if (row["case"], row["peer"]) == ("flat-64", "crash")]
        reasons = [(row["why"], row["stderr"]) for row in crashes]
        self.assertEqual(reasons, [("sender ended by SIGABRT", "sender: boom")] * 2)
        self.assertIn("describe failed", next(row["why"] for row in failures if row["peer"] == "mute"))
        self.assertEqual(self.row("flat-64", "crash", "")["status"], "failed")
        self.assertEqual(self.row("flat-64", "good", "age")["rounds"], "3")

    def test_hanging_is_recorded_and_ended_with_all_that_it_started(self):
        self.add_peers("hang")
        self.run_it("--scenarios", "flat", "--rounds", "1", "--limit", "1")
        self.assertEqual(self.rows("failures.csv")[0]["why"], "not over after 1 s: receiver-0")
        self.assertGreaterEqual(len(self.pids.read_text().split()), 7)

    def test_failure_of_wingbeat_is_an_exit_code(self):
        self.add_peers("wingbeat")
        self.run_it(code=1)

    def test_interrupted_run_ends_its_processes(self):
        self.add_peers("hang")
        process = self.start("--scenarios", "flat", "--rounds", "1", "--limit", "600")
        end = time.monotonic() + PATIENCE_S
        while len(self.pids.read_text().split()) < 4 and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 130)
        self.assert_nothing_left()

    def test_no_peers_and_unknown_ones_say_so(self):
        _, complaints = self.run_it("--rounds", "1", code=3)
        self.assertIn("make bench-peers", complaints)
        self.add_peers("good")
        _, complaints = self.run_it("--peers", "better", code=2)
        self.assertIn("not built: better", complaints)
        self.run_it("--scenarios", "nonsense", code=2)
        self.run_it("--cases", "nonsense", code=2)


if __name__ == "__main__":
    unittest.main()
