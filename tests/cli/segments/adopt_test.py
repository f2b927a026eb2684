#!/usr/bin/env python3
"""Tests wingbeat adopt, which publishes a raw segment as a stream, with a lock or without."""

import mmap
import os
import re
import signal
import struct
import unittest

from segments_case import AGENTS, PATIENCE_S, PATIENT, SegmentsTest, open_object, unlink


class Adopting(SegmentsTest):
    def test_frames_are_made_of_changes_and_a_pause_makes_none(self):
        self.put([1.0, 2.0, 3.0, 4.0])
        adoption = self.adopt(lock=False, shape="2x2")
        self.wait_until(lambda: self.frames_of("flock") == 1)
        self.put([1.0, 2.0, 3.0, 5.0])
        self.wait_until(lambda: self.frames_of("flock") == 2)
        summary = self.stop(adoption)
        self.assertEqual(summary["frames"], 2)
        self.assertGreater(summary["unchanged"], 0)

    def test_repeat_makes_a_frame_of_each_look(self):
        self.put([1.0] * 4)
        adoption = self.adopt("--repeat", lock=False, shape="2x2", rate=200)
        self.await_frames(20)
        summary = self.stop(adoption)
        self.assertEqual((summary["frames"], summary["unchanged"]), (summary["looks"], 0))

    def test_it_waits_for_the_segment_and_its_stream_outlives_it(self):
        adoption = self.adopt(*PATIENT)
        self.await_log(adoption, f"waiting for segment {self.lock}")
        for turn in range(2):
            simulation = self.simulate()
            self.await_frames()
            self.close(simulation)
            self.await_log(adoption, "(?s)" + f"({self.data}|{self.lock}) was removed.*" * (turn + 1))
        stream = self.succeed_json("info", "flock")
        self.assertEqual((stream["writer"], stream["generation"], stream["epoch"]), ("alive", 1, 1))
        self.assertEqual(self.stop(adoption)["attachments"], 2)

    def test_a_simulation_that_was_killed_comes_back_with_the_same_segments(self):
        adoption = self.adopt()
        for _ in range(3):
            simulation = self.simulate()
            self.await_frames()
            self.kill(simulation)
        self.stop(adoption, 0, 1)

    def test_a_dead_holder_of_the_lock_hangs_nothing_and_is_named(self):
        self.simulate()
        adoption = self.adopt("--lock-limit", 2)
        self.await_frames()
        holder = self.die_with_the_lock()
        self.await_log(adoption, f"{self.lock} could not be locked within 2 s: thread {holder.pid}")
        before = self.frames_of("flock")
        later = self.bridge("adopt", self.data, "--type", "f32", "--shape", "3x100", "--as", "later", "--lock", self.lock,
                            "--seconds", "0.5")
        later.communicate(timeout=PATIENCE_S)
        self.assertIn("which has ended, holds it", later.log.text())
        self.assertEqual(later.returncode, 1)
        self.assertEqual(self.frames_of("flock"), before)
        summary = self.stop(adoption, 1)
        self.assertGreater(summary["lock_missed"], 0)
        self.assertEqual(len(re.findall("could not be locked", adoption.log.text())), 1)

    def test_a_holder_that_gives_the_lock_back_and_the_death_of_one_that_was_seen_alive_are_told(self):
        self.simulate()
        adoption = self.adopt("--lock-limit", 2)
        self.await_frames()
        holder = self.puppet("hold", self.lock)
        self.await_log(adoption, f"thread {holder.pid}, which is alive, holds it")
        self.close(holder)
        self.await_log(adoption, f"{self.lock} can be locked again")
        self.await_frames()
        holder = self.puppet("hold", self.lock)
        self.await_log(adoption, f"thread {holder.pid}, which is alive, holds it")
        self.kill(holder)
        self.await_log(adoption, f"{self.lock}: thread {holder.pid}, which has ended, holds it; restart")
        self.stop(adoption, 1)

    def test_a_mutex_that_nobody_has_initialised_is_waited_for(self):
        self.put([1.0] * 300)
        self.put([0.0] * 16, name=self.lock)
        adoption = self.adopt()
        self.await_log(adoption, f"{self.lock} holds no initialised process-shared mutex")
        self.assertEqual(self.frames_of("flock"), 0)
        self.simulate()
        self.await_log(adoption, f"{self.lock} can be locked again")
        self.await_frames()
        self.stop(adoption, 1)

    def test_a_segment_cut_short_underneath_ends_nothing(self):
        self.put([1.0] * 300)
        adoption = self.adopt(lock=False)
        self.wait_until(lambda: self.frames_of("flock") == 1)
        descriptor = open_object(self.data)
        os.ftruncate(descriptor, 0)
        self.await_log(adoption, f"waiting for segment {self.data}, which is still empty")
        os.ftruncate(descriptor, 600)
        self.await_log(adoption, f"{self.data} has 600 bytes, but f32 3x100 needs 1200; waiting")
        os.ftruncate(descriptor, 1200)
        os.close(descriptor)
        self.put([2.0] * 300)
        self.wait_until(lambda: self.frames_of("flock") >= 2)
        self.stop(adoption, 0, 1)

    def test_segments_cut_short_again_and_again_end_nothing(self):
        simulation = self.simulate()
        adoption = self.adopt(rate=20000)
        without = self.bridge("adopt", self.data, "--type", "f32", "--shape", "3x100", "--as", "loose", "--rate", 100000)
        self.wait_until(lambda: self.frames_of("flock") > 0 and self.frames_of("loose") > 0)
        os.kill(simulation.pid, signal.SIGSTOP)  # a running simulation would crash
        data, lock = open_object(self.data), open_object(self.lock)
        for _ in range(30000):
            for descriptor, size in ((data, 12 * AGENTS), (lock, 40)):
                os.ftruncate(descriptor, 0)
                os.ftruncate(descriptor, size)
        os.close(data)
        os.close(lock)
        self.kill(simulation)
        self.simulate()
        self.await_frames()
        self.stop(adoption, 0, 1)
        self.assertGreater(self.stop(without, 0, 1)["attachments"], 2)

    def test_what_does_not_fit_is_an_error_with_both_sizes(self):
        self.put([0.0] * 300)
        self.put([0.0], name=self.lock)
        for reason, name, kind, shape, *words in (
            (f"{self.data} has 1200 bytes, but f32 3x300 needs 3600", self.data, "f32", "3x300"),
            ("needs 1200 from byte 4 on", self.data, "f32", "3x100", "--offset", 4),
            (f"{self.lock} has 4 bytes, but a mutex", self.data, "f32", "3x100", "--lock", self.lock),
            ("multiple of 8", self.data, "f32", "3x100", "--lock", self.lock, "--lock-offset", 4),
            ("at most 2^40", self.data, "f32", "3x100", "--offset", 2**64 - 4),
            ("--shape 3xN", self.data, "f32", "3xN"), ("f32 f64", self.data, "f16", "3x1"),
            ("overlap the numbers", self.data, "f32", "3x100", "--lock", self.data, "--lock-offset", 1192),
            ("not the name of a segment", "position_data", "f32", "3x1"), ("key:0x1234", "key:zero", "f32", "3x1"),
            ("the memory of a stream", "/wb-1d", "f32", "3x1"),
            ("--component x,y", self.data, "f32", "3x100", "--component", "x,y"),
        ):
            self.assert_fails(2, reason, "adopt", name, "--type", kind, "--as", "flock", "--shape", shape, *words)

    def test_a_shared_arrays_numbers_lie_behind_its_header(self):
        header = struct.pack("<IHHqqq32x", 0x57412D31, 9, 2, 64, 3, AGENTS)  # f32, 2 dimensions
        self.put(struct.unpack("16f", header) + (1.5,) * 300)
        adoption = self.adopt(lock=False)
        self.await_log(adoption, "looks like a shared array, whose numbers begin at byte 64: give --offset 64")
        self.stop(adoption)
        adoption = self.adopt("--offset", 64, lock=False)
        self.await_log(adoption, f"attached to {self.data}\n")
        self.stop(adoption)
        self.write()
        self.assert_fails(2, "give --offset 64", "mirror", "flock", "--to", self.data)
        self.assertEqual(struct.pack("16f", *self.floats(count=16)), header)
        mirror = self.mirror("--offset", 64, lock=False)
        self.wait_until(lambda: self.floats(count=1, offset=64)[0] not in (0, 1.5))
        self.stop(mirror)
        self.assertEqual(struct.pack("16f", *self.floats(count=16)), header)

    def test_bytes_that_are_left_are_told(self):
        self.put([0.0] * 300, size=1216)
        adoption = self.adopt(lock=False)
        self.await_log(adoption, "it has 1216 bytes, 16 more than f32 3x100 needs")
        self.stop(adoption)
        unlink(self.data)
        self.put([0.0] * 300, size=mmap.PAGESIZE)
        adoption = self.adopt(lock=False)
        self.await_log(adoption, f"attached to {self.data}\n")
        self.stop(adoption)

    def test_shapes_other_than_agents_in_rows(self):
        self.put([float(i) for i in range(24)])
        for shape, words, expected, per_agent in (("24", (), [24], True), ("4x6", ("--fixed",), [4, 6], False),
                                                  ("2x3x4", (), [2, 3, 4], False)):
            with self.subTest(shape):
                adoption = self.adopt("--unit", "m", *words, lock=False, shape=shape)
                self.wait_until(lambda: self.frames_of("flock") == 1)
                field = self.succeed_json("info", "flock")["fields"][0]
                self.assertEqual((field["shape"], field["per_agent"], field["unit"]), (expected, per_agent, "m"))
                self.stop(adoption)


class Unverified(SegmentsTest):
    def test_a_stream_without_a_lock_is_marked_everywhere(self):
        self.put([1.0] * 300)
        adoption = self.adopt(lock=False)
        self.wait_until(lambda: self.frames_of("flock") == 1)
        why = f"{self.data} has no lock: frames may be torn"
        for verb in (("ls",), ("top", "--once")):
            self.assertIn("flock (unverified)", self.succeed(*verb))
            self.assertEqual(self.succeed_json(*verb)[0]["unverified"], why)
        self.assertIn(f"unverified: {why}", self.succeed("info", "flock"))
        info = self.succeed_json("info", "flock")
        self.assertEqual((info["unverified"], info["attributes"]["unverified"]), (why, why))
        self.assertEqual(self.close(self.puppet("read", "flock"))["unverified"], why)
        self.assertFalse(self.stop(adoption)["verified"])

    def test_others_are_not(self):
        self.simulate()
        adoption = self.adopt()
        self.await_frames(2)
        for verb in (("ls",), ("top", "--once"), ("info", "flock")):
            self.assertNotIn("unverified", self.succeed(*verb))
            told = self.succeed_json(*verb)
            self.assertIsNone((told if verb[0] == "info" else told[0])["unverified"])
        self.assertEqual(self.close(self.puppet("read", "flock"))["unverified"], "")
        self.stop(adoption, 0, 1)


if __name__ == "__main__":
    unittest.main()
