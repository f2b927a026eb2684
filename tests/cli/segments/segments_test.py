#!/usr/bin/env python3
"""Tests Wingbeat together with programs that use raw segments: the original project's, closed outputs, System V."""

import os
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from segments_case import AGENTS, BINARY, HAS_JULIA, JULIA_PATIENCE_S, PATIENCE_S, PATIENT, ROOT, SegmentsTest


class Contract(SegmentsTest):
    """Tests each of the original project's two programs with Wingbeat in place of the other."""

    def test_readers_of_the_adopted_simulation_see_whole_frames_in_order(self):
        simulation = self.simulate()
        adoption = self.adopt("--component", "x,y,z", *PATIENT)
        reader = self.puppet("read", "flock")
        self.await_frames(100)
        self.await_received(50)
        seen = self.close(reader)
        self.assert_whole(seen)
        self.assertGreaterEqual(seen["frames"], 50)
        field = self.succeed_json("info", "flock")["fields"][0]
        self.assertEqual((field["name"], field["type"], field["shape"], field["per_agent"], field["labels"]),
                         ("data", "f32", [3, AGENTS], True, "x y z"))
        summary = self.stop(adoption)
        self.assertEqual((summary["verified"], summary["lock_missed"], summary["spoiled"]), (True, 0, 0), adoption.log.text())
        self.assertGreater(summary["unchanged"], 0)
        self.close(simulation)

    def test_without_the_lock_the_same_reader_sees_torn_frames(self):
        self.simulate()
        adoption = self.adopt(lock=False, rate=5000)
        reader = self.puppet("read", "flock")
        self.await_frames(300)
        seen = self.close(reader)
        self.assertGreater(seen["torn"], 0)
        self.assertIn("has no lock", seen["unverified"])
        self.stop(adoption)

    @unittest.skipUnless(HAS_JULIA, "there is no Julia")
    def test_the_simulation_its_analysis_and_adopt_share_the_lock(self):
        self.simulate()
        adoption = self.adopt(*PATIENT)
        analysis = self.julia("segments_analysis.jl", self.data, self.lock, AGENTS, "attach")
        reader = self.julia("segments_reader.jl", "flock")
        self.await_frames(200)
        self.await_received(10)
        self.at_work(analysis)  # reports its 20th change
        seen, analysed = self.close(reader), self.close(analysis)
        self.assert_whole(seen)
        self.assert_whole(analysed)
        self.assertGreaterEqual(seen["frames"], 10)
        self.assertGreaterEqual(analysed["changes"], 20)
        self.assertEqual(analysed["failed"], 0)
        self.assertEqual(self.stop(adoption)["spoiled"], 0)

    @unittest.skipUnless(HAS_JULIA, "there is no Julia")
    def test_the_analysis_sees_whole_frames_of_a_mirrored_stream(self):
        self.write()
        mirror = self.attached_mirror()
        for how in ("attach", "initialise", "package"):
            with self.subTest(how), tempfile.TemporaryDirectory(prefix="wingbeat-ipc-") as folder:
                package = self.package_in(Path(folder)) if how == "package" else None
                analysis = self.julia("segments_analysis.jl", self.data, self.lock, AGENTS, how, package=package)
                self.await_frames(200)
                self.at_work(analysis)  # reports its 20th change
                seen = self.close(analysis)
                # Initialising a mutex in use takes it away from its holder, so one torn frame is possible.
                self.assertLessEqual(seen["torn"], 0 if how == "attach" else 1, seen)
                self.assertGreaterEqual(seen["changes"], 20)
                self.assertEqual(seen["failed"], 0)
        summary = self.stop(mirror, 0, 1)
        self.assertGreaterEqual(summary["frames"], 100)
        self.assertLessEqual(summary["spoiled"], 2)

    def package_in(self, folder):
        script = ROOT / "scripts" / "ipc_package"
        done = subprocess.run([script, folder], capture_output=True, text=True, check=False, timeout=JULIA_PATIENCE_S)
        if done.returncode == 77:
            self.skipTest(done.stderr)
        self.assertEqual(done.returncode, 0, done.stderr)
        return folder


class Unheard(SegmentsTest):
    """Tests processes whose output has no reader, or has lost its reader."""

    def test_closed_descriptors_leave_segments_alone(self):
        simulation = self.simulate()
        adoption = subprocess.run(
            ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", BINARY, "adopt", self.data, "--type", "f32",
             "--shape", "3x100", "--lock", self.lock, "--as", "flock", "--seconds", "0.5", *PATIENT],
            env=self.environment, check=False, timeout=PATIENCE_S)
        self.assertEqual(adoption.returncode, 0)
        self.close(simulation)  # its mutex still exists

    def test_a_pipe_that_nobody_reads_any_more_leaves_no_segments_behind(self):
        self.write()
        mirror = subprocess.Popen([BINARY, "mirror", "flock", "--to", self.data, "--lock", self.lock],
                                  env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertIn(b"attached", mirror.stdout.readline())
        mirror.stdout.close()
        self.die_with_the_lock()
        frames = self.floats()[0]
        self.wait_until(lambda: self.floats()[0] > frames)  # its message had no reader
        mirror.send_signal(signal.SIGINT)
        self.assertEqual(mirror.wait(timeout=PATIENCE_S), 1)
        self.assert_nothing_left()


class SystemV(SegmentsTest):
    def test_a_mirrored_and_adopted_segment_carries_whole_frames(self):
        key, lock = f"key:{0x57420000 + os.getpid() % 65536:#x}", f"key:{0x57430000 + os.getpid() % 65536}"
        for name in (key, lock):
            self.addCleanup(subprocess.run, ["ipcrm", "-M", hex(int(name[4:], 0))], stderr=subprocess.DEVNULL, check=False)
        self.write(stream="source")
        adoption = self.bridge("adopt", key, "--type", "f32", "--shape", "3x96", "--lock", lock, "--as", "flock", "--rate", 1000)
        self.await_log(adoption, f"waiting for segment {lock}")
        mirror = self.bridge("mirror", "source", "--to", key, "--lock", lock)
        reader = self.puppet("read", "flock")
        self.await_log(adoption, "it has 1200 bytes, 48 more")
        self.await_frames(50)
        self.await_received(20)
        seen = self.close(reader)
        self.assert_whole(seen)
        self.assertGreaterEqual(seen["frames"], 20)
        self.stop(mirror, 0, 1)
        self.await_log(adoption, "was removed")
        self.assertEqual(self.succeed_json("info", "flock")["fields"][0]["name"], key.replace(":", "_"))
        self.stop(adoption, 0, 1)
        self.assert_fails(3, "give a key", "mirror", "source", "--to", "id:2147483647")

    def test_what_a_killed_mirror_made_is_collected_or_taken_over(self):
        key = f"key:{0x57440000 + os.getpid() % 65536:#x}"
        remove = ["ipcrm", "-M", key[4:]]
        self.addCleanup(subprocess.run, remove, stderr=subprocess.DEVNULL, check=False)

        def is_there():
            return subprocess.run(remove, stderr=subprocess.DEVNULL, check=False).returncode == 0

        def start():
            mirror = self.bridge("mirror", "flock", "--to", key)
            self.await_log(mirror, "attached to")
            return mirror

        self.write()
        self.kill(start())
        self.assertEqual(self.succeed_json("gc")["segments"], [key])
        self.assertFalse(is_there())
        self.kill(start())
        self.stop(start(), 0, 1)
        self.assertFalse(is_there())
        self.assertEqual(self.succeed("gc"), "nothing to collect\n")


if __name__ == "__main__":
    unittest.main()
