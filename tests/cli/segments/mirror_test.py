#!/usr/bin/env python3
"""Tests wingbeat mirror, which copies a stream to a raw segment."""

import json
import os
import re
import signal
import sys
import time
import unittest
from pathlib import Path

from segments_case import AGENTS, NUMBERED, PATIENCE_S, SegmentsTest, open_object, unlink


class Mirroring(SegmentsTest):
    def test_what_it_made_is_there_for_readers_and_gone_at_the_end(self):
        mirror = self.mirror()
        self.await_log(mirror, "waiting for stream 'flock'; there are none")
        writer = self.puppet("write", "flock", AGENTS, 100)
        self.await_log(mirror, "attached to")
        self.wait_until(lambda: self.floats()[0] >= 20)
        self.close(writer)
        self.await_log(mirror, "waiting for a new writer of stream 'flock'")  # logged after the last frame was written
        frames = self.floats()[0]  # of the last frame: n % 5 agents less than 100
        present = AGENTS - int(frames) % 5
        self.assertEqual(self.floats(), (frames,) * (3 * present) + (0.0,) * (3 * (AGENTS - present)))
        self.assertTrue(self.exists(self.lock))
        self.stop(mirror)
        self.assertFalse(self.exists(self.data) or self.exists(self.lock))

    def test_keep_and_a_kill_leave_what_the_next_attaches_to(self):
        self.puppet("write", "flock", AGENTS, 100)
        for turn in range(3):
            mirror = self.mirror(*(["--keep"] if turn == 1 else []))
            self.await_log(mirror, "attached to")
            self.wait_until(lambda: self.floats()[0] > 0)
            if turn == 0:
                mirror.kill()
                mirror.wait()
            else:
                self.stop(mirror, 0, 1)
            self.assertTrue(self.exists(self.data) and self.exists(self.lock), turn)

    def kill(self, mirror):
        mirror.kill()
        mirror.wait()

    def notes(self):
        return [path for path in self.directory.iterdir() if path.suffix == ".note"]

    def kill_mirror(self, *words):
        """Starts a mirror, waits until it is attached to the stream, and kills it."""
        mirror = self.mirror(*words)
        self.await_log(mirror, "attached to")
        self.kill(mirror)

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_what_a_killed_mirror_made_is_found_and_collected(self):
        self.puppet("write", "flock", AGENTS, 100)
        self.kill_mirror()
        self.assertEqual(len(self.notes()), 2)
        problems = json.loads(self.run_verb("doctor", "--json").stdout)["findings"]
        self.assertEqual(sorted(p["about"] for p in problems if "gc" in p["remedy"] and "segment" in p["about"]),
                         [f"segment {self.data}", f"segment {self.lock}"])
        self.assertEqual(self.succeed_json("gc", "flock")["segments"], [])
        self.assertTrue(self.exists(self.data) and self.exists(self.lock))
        report = self.succeed_json("gc")
        self.assertEqual((sorted(report["segments"]), report["files"]), ([self.data, self.lock], 2))
        self.assertGreaterEqual(report["bytes"], 12 * AGENTS)
        self.assertFalse(self.exists(self.data) or self.exists(self.lock) or self.notes())
        self.kill_mirror()
        self.assertRegex(self.succeed("gc"), "2 segments .*, 2 files\nsegments: ")
        self.assertEqual(self.succeed("gc"), "nothing to collect\n")

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_the_next_mirror_takes_over_what_a_killed_one_made(self):
        writer = self.puppet("write", "flock", AGENTS, 100)
        self.kill_mirror()
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        self.assertEqual(len(self.notes()), 2)
        self.assertEqual(self.succeed_json("gc")["segments"], [])
        self.stop(mirror, 0, 1)
        self.assertFalse(self.exists(self.data) or self.exists(self.lock) or self.notes())
        self.kill_mirror()
        self.close(writer)
        self.puppet("write", "flock", 2 * AGENTS, 100)
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        self.assertEqual(self.size(), 24 * AGENTS)
        self.stop(mirror, 0, 1)
        self.assertFalse(self.exists(self.data) or self.exists(self.lock) or self.notes())

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_a_death_at_any_moment_leaves_nothing_that_is_not_collected(self):
        self.puppet("write", "flock", AGENTS, 100)
        for turn in range(40):
            mirror = self.mirror()
            time.sleep(0.001 * turn)
            self.kill(mirror)
            self.succeed("gc")
            self.assertFalse(self.exists(self.data) or self.exists(self.lock) or self.notes(), turn)

    def test_what_a_stopped_mirror_made_is_not_collected(self):
        self.puppet("write", "flock", AGENTS, 100)
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        os.kill(mirror.pid, signal.SIGSTOP)
        notes = self.notes()
        for _ in range(3):
            self.assertEqual(self.succeed_json("gc")["segments"], [])
        self.assertTrue(self.exists(self.data) and self.exists(self.lock))
        self.assertEqual(self.notes(), notes)
        os.kill(mirror.pid, signal.SIGCONT)
        self.stop(mirror, 0, 1)

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_what_two_mirrors_share_goes_with_the_last(self):
        self.puppet("write", "flock", AGENTS, 100)
        self.puppet("write", "small", 5, 100)
        lock = ("--lock", self.data, "--lock-offset", 0)
        for end in (lambda mirror: self.stop(mirror, 0, 1), self.kill):
            maker = self.mirror("--offset", 128, *lock, lock=False)
            self.await_log(maker, "attached to")
            other = self.bridge("mirror", "small", "--to", self.data, "--offset", 48, *lock)
            self.await_log(other, "attached to")
            end(maker)
            self.assertEqual(self.succeed_json("gc")["segments"], [])
            self.assertTrue(self.exists(self.data))
            self.assertEqual(len(self.notes()), 1)
            self.stop(other, 0, 1)
            self.assertFalse(self.exists(self.data) or self.notes())

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_a_segment_that_another_made_after_the_death_is_left_alone(self):
        self.puppet("write", "flock", AGENTS, 100)
        self.kill_mirror()
        unlink(self.data)
        self.put([7.0] * 3 * AGENTS)
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        self.stop(mirror, 0, 1)
        self.assertTrue(self.exists(self.data))
        self.assertFalse(self.exists(self.lock))
        self.assertEqual(self.succeed_json("gc")["segments"], [])
        self.assertTrue(self.exists(self.data))
        self.assertEqual(self.notes(), [])

    def test_what_is_kept_has_no_note(self):
        self.puppet("write", "flock", AGENTS, 100)
        mirror = self.mirror("--keep")
        self.await_log(mirror, "attached to")
        self.assertEqual(self.notes(), [])
        self.kill(mirror)
        self.assertEqual(self.succeed_json("gc")["segments"], [])
        self.assertTrue(self.exists(self.data) and self.exists(self.lock))

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_no_note_makes_gc_remove_what_it_may_not(self):
        self.puppet("write", "flock", AGENTS, 100)
        self.kill_mirror()
        note = next(path for path in self.notes() if path.read_text().endswith(self.data))
        first, boot, space, numbers, name = note.read_text().split("\n")
        stream = Path("/dev/shm", re.search("wb-[-0-9a-f]+d", (self.directory / "flock.manifest").read_text())[0])
        status = stream.stat()
        self.put([1.0], name=self.lock + "x")
        self.addCleanup(unlink, self.lock + "x")
        forged = ["", "x" * 5000, "\0" * 100, "\n" * 10, first, note.read_text()[:-1],
                  "\n".join((first, boot, space, f"1 {status.st_dev} {status.st_ino} 1 1", f"/{stream.name}")),
                  "\n".join((first, boot, space, "0 0 0 1 1", self.lock + "x")),
                  "\n".join((first, boot, space, numbers, self.lock + "x")),
                  "\n".join((first, boot, space, numbers.replace("1 ", "2 ", 1), name)),
                  "\n".join((first, "another boot", space, numbers, name)),
                  "\n".join((first, boot, space, numbers, "/../" + name)),
                  "\n".join((first, boot, space, numbers, "id:0"))]
        note.rename(self.directory / "kept")
        for n, text in enumerate(forged):
            (self.directory / f"segment-{n}.note").write_text(text)
        (self.directory / "segment-link.note").symlink_to(self.directory / "kept")
        (self.directory / "segment-folder.note").mkdir()
        os.mkfifo(self.directory / "segment-pipe.note")
        report = self.succeed_json("gc")
        self.assertNotIn(self.data, report["segments"])
        self.assertNotIn(self.lock + "x", report["segments"])
        self.assertTrue(self.exists(self.data) and self.exists(self.lock + "x") and stream.exists())
        self.assertEqual(sorted(path.name for path in self.notes()),
                         ["segment-folder.note", "segment-link.note", "segment-pipe.note"])
        (self.directory / "kept").rename(self.directory / "segment-kept.note")
        self.assertEqual(self.succeed_json("gc")["segments"], [self.data])

    @unittest.skipUnless(sys.platform == "linux", "only there are ranges locked")
    def test_a_second_mirror_of_the_same_bytes_is_refused(self):
        self.puppet("write", "flock", AGENTS, 100)
        self.put([0.0], size=4096)
        first = self.mirror("--offset", 64, lock=False)
        self.await_log(first, "attached to")
        again = ("mirror", "flock", "--to", self.data, "--seconds", 0.2)
        self.assert_fails(4, f"another mirror writes {self.data};", *again, "--offset", 128)
        self.succeed(*again, "--offset", 64 + 12 * AGENTS)
        os.kill(first.pid, signal.SIGSTOP)
        self.assert_fails(4, "another mirror", *again, "--offset", 64)
        first.kill()
        first.wait()
        self.succeed(*again, "--offset", 64)

    def test_it_goes_on_when_the_stream_comes_back(self):
        mirror = self.mirror()
        for _ in range(2):
            writer = self.puppet("write", "flock", AGENTS, 100)
            self.wait_until(lambda: self.exists(self.data) and self.floats()[0] >= 10)
            self.close(writer)
            self.await_log(mirror, "waiting for (a new writer of )?stream")
            self.put([0.0] * 300)
        self.stop(mirror)

    def test_a_stream_that_comes_back_with_another_shape_gets_segments_of_another_size(self):
        mirror = self.mirror()
        for agents in (100, 50, 200):
            writer = self.puppet("write", "flock", agents, 100)
            self.wait_until(lambda n=agents: self.exists(self.data) and self.size() == 12 * n and self.floats(count=3)[0] >= 5)
            self.close(writer)
        self.assertGreaterEqual(self.stop(mirror)["restarts"], 1)

    def test_what_went_wrong_still_counts_after_a_stream_of_another_shape(self):
        writer = self.puppet("write", "flock", AGENTS, 100)
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        holder = self.puppet("hold", self.lock)
        holder.kill()
        holder.wait()
        self.await_log(mirror, "can be locked again")
        self.close(writer)
        self.puppet("write", "flock", 2 * AGENTS, 100)
        self.wait_until(lambda: self.exists(self.data) and self.size() == 24 * AGENTS and self.floats(count=3)[0] >= 5)
        summary = self.stop(mirror, 1)
        self.assertEqual((summary["recovered"], summary["attachments"]), (1, 2))

    def test_a_stream_that_outgrows_the_place_before_its_mutex_is_not_written(self):
        mirror = self.mirror("--lock", self.data, "--lock-offset", 12 * AGENTS, lock=False)
        for agents in (AGENTS, 2 * AGENTS, AGENTS):
            writer = self.puppet("write", "flock", agents, 100)
            if agents == AGENTS:
                self.wait_until(lambda: self.exists(self.data) and self.floats(count=3)[0] >= 5)
            else:
                self.await_log(mirror, "overlap the numbers.*; waiting until the stream changes")
            self.assertEqual(self.size(), 12 * AGENTS + 40)
            self.close(writer)
            self.put([0.0] * 3)
        self.stop(mirror)
        self.assertFalse(self.exists(self.data))

    def size(self):
        descriptor = open_object(self.data, os.O_RDONLY)
        try:
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def test_numbers_become_the_type_that_readers_know(self):
        self.puppet("write", "flock", AGENTS, 100, "f64")
        mirror = self.mirror("--type", "f32")
        self.await_log(mirror, "attached to")
        self.wait_until(lambda: self.floats()[0] >= 5)
        numbers = set(self.floats()[:3 * (AGENTS - 4)])
        self.assertTrue(all(number == int(number) for number in numbers), numbers)
        self.stop(mirror)

    def test_rate_limits_what_is_written(self):
        self.puppet("write", "flock", AGENTS, 200)
        mirror = self.mirror("--rate", 10, "--seconds", 2)
        output, _ = mirror.communicate(timeout=PATIENCE_S)
        summary = json.loads(output)
        self.assertGreater(summary["frames"], 0)
        self.assertLessEqual(summary["frames"], 10 * summary["wall_seconds"] + 2)

    def test_what_does_not_fit_is_an_error_that_says_so(self):
        self.puppet("write", "flock", AGENTS, 100)
        self.put([0.0] * 100)
        self.assert_fails(2, f"{self.data} has 400 bytes, but f32 3x100 needs 1200", "mirror", "flock", "--to", self.data)
        self.assert_fails(2, "has 400 bytes", "mirror", "flock", "--to", self.data, "--lock", self.lock)
        self.assertFalse(self.exists(self.lock))
        self.assert_fails(3, "position", "mirror", "flock", "--to", self.data, "--field", "speed")
        self.assert_fails(2, "overlap the numbers", "mirror", "flock", "--to", self.lock, "--lock", self.lock)
        self.assertFalse(self.exists(self.lock))
        self.assert_fails(2, "not the name of a segment", "mirror", "flock", "--to", "data")

    def test_a_reader_that_died_with_the_lock_stops_nothing(self):
        self.puppet("write", "flock", AGENTS, 100)
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        holder = self.puppet("hold", self.lock)
        holder.kill()
        holder.wait()
        self.await_log(mirror, "its holder died; the mutex works again")
        self.await_log(mirror, "can be locked again")
        self.assertEqual(self.stop(mirror, 1)["recovered"], 1)

    def test_names_taken_away_are_made_anew(self):
        self.puppet("write", "flock", AGENTS, 100)
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        for _ in range(20):
            unlink(self.data)
            unlink(self.lock)
            self.wait_until(lambda: self.exists(self.lock) and self.exists(self.data) and self.floats()[0] > 0)
        self.stop(mirror, 0, 1)
        self.assertFalse(self.exists(self.data) or self.exists(self.lock))

    def test_numbers_and_mutex_may_share_a_segment_and_lie_behind_a_header(self):
        writer = self.puppet("write", "flock", AGENTS, 100)
        both = ("--offset", 64, "--lock", self.data, "--lock-offset", 0)
        mirror = self.mirror(*both, lock=False)
        self.await_log(mirror, "attached to")
        adoption = self.bridge("adopt", self.data, "--type", "f32", "--shape", "3x100", "--as", "again", *both)
        self.wait_until(lambda: self.frames_of("again") > 10)
        self.close(writer)
        self.stop(adoption, 0, 1)
        self.assertGreater(self.floats(offset=64)[0], 0)
        self.stop(mirror)
        self.assertFalse(self.exists(self.data))


if __name__ == "__main__":
    unittest.main()
