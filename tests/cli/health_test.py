#!/usr/bin/env python3
"""Tests doctor and gc: the problems that they find, and their remedies."""

import json
import os
import resource
import subprocess
import unittest

from command import BINARY, PATIENCE_S, CommandTest


class Health(CommandTest):
    def kill_swarm(self, *words, **options):
        swarm = self.start_swarm(*words, **options)
        self.kill(swarm)
        return swarm

    def problems(self):
        report = self.run_verb("doctor", "--json")
        findings = json.loads(report.stdout)
        problems = [f for f in findings["findings"] if f["level"] == "problem"]
        self.assertEqual(findings["healthy"], not problems)
        self.assertEqual(report.returncode, 1 if problems else 0)
        return problems

    def test_doctor_looks_at_every_part_of_the_machine(self):
        report = self.succeed_json("doctor")
        self.assertEqual([f["about"] for f in report["findings"]],
                         ["library", "shared memory", "open files", "locked memory", "RemoveIPC", "cores", "clock",
                          "runtime directory"])
        self.assertTrue(all(f["remedy"] for f in report["findings"] if f["level"] != "ok"))

    def test_doctor_finds_a_live_stream_well(self):
        swarm = self.start_swarm()
        self.assertEqual(self.problems(), [])
        self.assertIn(f"writer {swarm.pid} alive", self.succeed("doctor"))

    def test_doctor_finds_a_directory_that_is_open_to_all_or_of_another_user(self):
        self.directory.chmod(0o777)
        problem, = self.problems()
        self.assertEqual(problem["about"], "runtime directory")
        self.assertIn("chmod 700", problem["remedy"])
        if os.getuid() == 0:
            os.chown(self.directory, 12345, 12345)
            problem, = self.problems()
            self.assertIn("12345", problem["what"])

    def test_doctor_finds_too_few_open_files(self):
        done = self.run_verb("doctor", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("ulimit -n", done.stdout)

    # Runs in a private mount namespace, as a user without lingering who is no system user.
    def remove_ipc_where(self, setting):
        words = ["unshare", "--mount", "--propagation", "private", "sh", "-ec",
                 "mount -t tmpfs none /etc; mkdir /etc/systemd; printf '[Login]\\nRemoveIPC=%s\\n' \"$1\" > "
                 "/etc/systemd/logind.conf; mount -t tmpfs none /run; mkdir -p /run/systemd/system; "
                 "exec setpriv --reuid 31001 --regid 31001 --clear-groups \"$2\" doctor --json", "sh", setting, str(BINARY)]
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        if not done.stdout:
            self.skipTest(f"this machine does not let a test have mounts of its own: {done.stderr}")
        return next(f for f in json.loads(done.stdout)["findings"] if f["about"] == "RemoveIPC")

    @unittest.skipUnless(os.getuid() == 0, "only root can have mounts of its own")
    def test_doctor_says_that_streams_go_at_logout(self):
        on = self.remove_ipc_where("yes")
        self.assertEqual(on["level"], "advice")
        self.assertIn("RemoveIPC=no", on["remedy"])
        self.assertIn("enable-linger", on["remedy"])
        self.assertEqual(self.remove_ipc_where("no")["level"], "ok")

    def test_dead_stream_is_found_and_collected(self):
        swarm = self.kill_swarm()
        problem, = self.problems()
        self.assertIn(str(swarm.pid), problem["what"])
        self.assertIn("wingbeat gc", problem["remedy"])
        report = self.succeed_json("gc")
        self.assertEqual(report["streams"], 1)
        self.assertGreater(report["bytes"], 0)
        self.assertEqual(self.problems(), [])
        self.assertEqual(self.succeed_json("ls"), [])

    def test_gc_of_one_stream_leaves_the_others_and_gc_of_all_the_live_one(self):
        self.start_swarm(name="live")
        self.kill_swarm(name="one")
        self.kill_swarm(name="two")
        self.assertEqual(self.succeed_json("gc", "one")["streams"], 1)
        self.assertEqual([s["name"] for s in self.succeed_json("ls")], ["live", "two"])
        self.assertIn("removed 1 stream", self.succeed("gc"))
        before = self.frames_of("live")
        self.wait_until(lambda: self.frames_of("live") > before)
        self.assertEqual([s["name"] for s in self.succeed_json("ls")], ["live"])

    def test_dead_reader_is_found_and_its_entry_cleared(self):
        self.start_swarm()
        listener = self.start_swarm("--subscribe", "swarm", name="listener")
        self.wait_until(lambda: self.succeed_json("info", "swarm")["readers"] == 1)
        self.kill(listener)
        self.assertTrue(any(f"reader {listener.pid}" in p["what"] for p in self.problems()))
        self.assertEqual(self.succeed_json("gc")["readers"], 1)
        self.assertEqual(self.problems(), [])

    def test_gc_with_nothing_to_do_says_so(self):
        self.assertEqual(self.succeed("gc"), "nothing to collect\n")
        self.assertEqual(self.succeed_json("gc"),
                         {"streams": 0, "readers": 0, "objects": 0, "segments": [], "files": 0, "bytes": 0})

    def test_garbage_manifest_is_a_problem_with_a_remedy(self):
        self.start_swarm()
        manifest, = (f for f in self.directory.iterdir() if "swarm" in f.name and f.name.endswith("manifest"))
        (self.directory / manifest.name.replace("swarm", "garbage")).write_bytes(b"\xff" * 300)
        problem, = self.problems()
        self.assertIn("garbage", problem["about"])
        self.assertIn("wingbeat gc garbage", problem["remedy"])
        self.assertIn("garbage", self.succeed("ls"))


if __name__ == "__main__":
    unittest.main()
