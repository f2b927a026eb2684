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

from segments_case import AGENTS, NUMBERED, PATIENCE_S, SegmentsTest, unlink


class Mirroring(SegmentsTest):
    def test_what_it_made_is_there_for_readers_and_gone_at_the_end(self):
        mirror = self.mirror()
        self.await_log(mirror, "waiting for stream 'flock'; there are none")
        writer = self.write()
        self.await_log(mirror, "attached to")
        self.wait_until(lambda: self.floats()[0] >= 20)
        self.close(writer)
        self.await_log(mirror, "waiting for a new writer of stream 'flock'")  # logged after the last frame was written
        frames = self.floats()[0]  # of the last frame: n % 5 agents less than 100
        present = AGENTS - int(frames) % 5
        self.assertEqual(self.floats(), (frames,) * (3 * present) + (0.0,) * (3 * (AGENTS - present)))
        self.assertTrue(self.exists(self.lock))
        self.stop(mirror)
        self.assert_nothing_left()

    def test_what_is_kept_has_no_note_and_stays_for_the_next(self):
        self.write()
        mirror = self.attached_mirror("--keep")
        self.assertEqual(self.notes(), [])
        self.stop(mirror, 0, 1)
        self.assert_both_exist()
        self.kill(self.attached_mirror("--keep"))
        self.assertEqual(self.succeed_json("gc")["segments"], [])
        mirror = self.attached_mirror()
        self.wait_until(lambda: self.floats()[0] > 0)
        self.stop(mirror, 0, 1)
        self.assert_both_exist()

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_what_a_killed_mirror_made_is_found_and_collected(self):
        self.write()
        self.killed_mirror()
        self.assertEqual(len(self.notes()), 2)
        problems = json.loads(self.run_verb("doctor", "--json").stdout)["findings"]
        self.assertEqual(sorted(p["about"] for p in problems if "gc" in p["remedy"] and "segment" in p["about"]),
                         [f"segment {self.data}", f"segment {self.lock}"])
        self.assertEqual(self.succeed_json("gc", "flock")["segments"], [])
        self.assert_both_exist()
        report = self.succeed_json("gc")
        self.assertEqual((sorted(report["segments"]), report["files"]), ([self.data, self.lock], 2))
        self.assertGreaterEqual(report["bytes"], 12 * AGENTS)
        self.assert_nothing_left()
        self.killed_mirror()
        self.assertRegex(self.succeed("gc"), "2 segments .*, 2 files\nsegments: ")
        self.assertEqual(self.succeed("gc"), "nothing to collect\n")

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_the_next_mirror_takes_over_what_a_killed_one_made(self):
        writer = self.write()
        self.killed_mirror()
        mirror = self.attached_mirror()
        self.assertEqual(len(self.notes()), 2)
        self.assertEqual(self.succeed_json("gc")["segments"], [])
        self.stop(mirror, 0, 1)
        self.assert_nothing_left()
        self.killed_mirror()
        self.close(writer)
        self.write(2 * AGENTS)
        mirror = self.attached_mirror()
        self.assertEqual(self.size(), 24 * AGENTS)
        self.stop(mirror, 0, 1)
        self.assert_nothing_left()

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_a_death_at_any_moment_leaves_nothing_that_is_not_collected(self):
        self.write()
        for turn in range(40):
            mirror = self.mirror()
            time.sleep(0.001 * turn)
            self.kill(mirror)
            self.succeed("gc")
            self.assert_nothing_left(turn)

    def test_what_a_stopped_mirror_made_is_not_collected(self):
        self.write()
        mirror = self.attached_mirror()
        os.kill(mirror.pid, signal.SIGSTOP)
        notes = self.notes()
        for _ in range(3):
            self.assertEqual(self.succeed_json("gc")["segments"], [])
        self.assert_both_exist()
        self.assertEqual(self.notes(), notes)
        os.kill(mirror.pid, signal.SIGCONT)
        self.stop(mirror, 0, 1)

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_what_two_mirrors_share_goes_with_the_last(self):
        self.write()
        self.write(5, stream="small")
        lock = ("--lock", self.data, "--lock-offset", 0)
        for end in (lambda mirror: self.stop(mirror, 0, 1), self.kill):
            maker = self.attached_mirror("--offset", 128, *lock, lock=False)
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
        self.write()
        self.killed_mirror()
        unlink(self.data)
        self.put([7.0] * 3 * AGENTS)
        mirror = self.attached_mirror()
        self.stop(mirror, 0, 1)
        self.assertTrue(self.exists(self.data))
        self.assertFalse(self.exists(self.lock))
        self.assertEqual(self.succeed_json("gc")["segments"], [])
        self.assertTrue(self.exists(self.data))
        self.assertEqual(self.notes(), [])

    @unittest.skipUnless(NUMBERED, "objects have no numbers there")
    def test_no_note_makes_gc_remove_what_it_may_not(self):
        self.write()
        self.killed_mirror()
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
        self.write()
        self.put([0.0], size=4096)
        first = self.attached_mirror("--offset", 64, lock=False)
        again = ("mirror", "flock", "--to", self.data, "--seconds", 0.2)
        self.assert_fails(4, f"another mirror writes {self.data};", *again, "--offset", 128)
        self.succeed(*again, "--offset", 64 + 12 * AGENTS)
        os.kill(first.pid, signal.SIGSTOP)
        self.assert_fails(4, "another mirror", *again, "--offset", 64)
        self.kill(first)
        self.succeed(*again, "--offset", 64)

    def test_a_stream_that_comes_back_has_segments_of_its_size(self):
        mirror = self.mirror()
        for agents in (AGENTS, AGENTS, 50, 200):
            writer = self.write(agents)
            self.await_numbers(agents)
            self.close(writer)
            self.await_log(mirror, "waiting for (a new writer of )?stream")
            self.put([0.0] * 3)
        self.assertGreaterEqual(self.stop(mirror)["restarts"], 1)

    def await_numbers(self, agents):
        self.wait_until(lambda: self.size() == 12 * agents and self.floats(count=3)[0] >= 5)

    def test_a_reader_that_died_with_the_lock_stops_nothing_and_counts_after_a_change_of_shape(self):
        writer = self.write()
        mirror = self.attached_mirror()
        self.die_with_the_lock()
        self.await_log(mirror, "its holder died; the mutex works again")
        self.await_log(mirror, "can be locked again")
        self.close(writer)
        self.write(2 * AGENTS)
        self.await_numbers(2 * AGENTS)
        summary = self.stop(mirror, 1)
        self.assertEqual((summary["recovered"], summary["attachments"]), (1, 2))

    def test_a_stream_that_outgrows_the_place_before_its_mutex_is_not_written(self):
        mirror = self.mirror("--lock", self.data, "--lock-offset", 12 * AGENTS, lock=False)
        for agents in (AGENTS, 2 * AGENTS, AGENTS):
            writer = self.write(agents)
            if agents == AGENTS:
                self.wait_until(lambda: self.exists(self.data) and self.floats(count=3)[0] >= 5)
            else:
                self.await_log(mirror, "overlap the numbers.*; waiting until the stream changes")
            self.assertEqual(self.size(), 12 * AGENTS + 40)
            self.close(writer)
            self.put([0.0] * 3)
        self.stop(mirror)
        self.assertFalse(self.exists(self.data))

    def test_numbers_become_the_type_that_readers_know(self):
        self.write(AGENTS, "f64")
        mirror = self.attached_mirror("--type", "f32")
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
        self.write()
        self.put([0.0] * 100)
        lock = ("--lock", self.lock)
        for code, reason, *words in (
            (2, f"{self.data} has 400 bytes, but f32 3x100 needs 1200", self.data),
            (2, "has 400 bytes", self.data, *lock), (2, "overlap the numbers", self.lock, *lock),
            (3, "position", self.data, "--field", "speed"), (2, "not the name of a segment", "data"),
        ):
            self.assert_fails(code, reason, "mirror", "flock", "--to", *words)
            self.assertFalse(self.exists(self.lock))

    def test_names_taken_away_are_made_anew(self):
        self.write()
        mirror = self.attached_mirror()
        for _ in range(20):
            unlink(self.data)
            unlink(self.lock)
            self.wait_until(lambda: self.exists(self.lock) and self.exists(self.data) and self.floats()[0] > 0)
        self.stop(mirror, 0, 1)
        self.assert_nothing_left()

    def test_numbers_and_mutex_may_share_a_segment_and_lie_behind_a_header(self):
        writer = self.write()
        both = ("--offset", 64, "--lock", self.data, "--lock-offset", 0)
        mirror = self.attached_mirror(*both, lock=False)
        adoption = self.bridge("adopt", self.data, "--type", "f32", "--shape", "3x100", "--as", "again", *both)
        self.wait_until(lambda: self.frames_of("again") > 10)
        self.close(writer)
        self.stop(adoption, 0, 1)
        self.assertGreater(self.floats(offset=64)[0], 0)
        self.stop(mirror)
        self.assertFalse(self.exists(self.data))


if __name__ == "__main__":
    unittest.main()
