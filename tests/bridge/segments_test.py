#!/usr/bin/env python3
"""wingbeat adopt and wingbeat mirror, between Wingbeat's readers and writers and programs that know only raw segments.

    segments_test.py WINGBEAT PUPPET LIBRARY [unittest's words]

PUPPET is segments_puppet.cpp. What the programs of the origin do is there and in segments_analysis.jl.
"""

import _posixshmem
import json
import mmap
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))
from command import PATIENCE_S, CommandTest  # noqa: E402

PUPPET, LIBRARY = (Path(sys.argv.pop(1)).resolve() for _ in range(2))
JULIA = ROOT / "scripts" / "julia"
JULIA_PATIENCE_S = 120
HAS_JULIA = subprocess.run([JULIA, "--which"], stdout=subprocess.DEVNULL, check=False).returncode == 0
AGENTS = 100
NUMBERED = sys.platform != "darwin"  # whether POSIX objects can be told from others of the same name
# For a lock that is given back: its holder may be held up itself, with the lock in its hand.
PATIENT = ("--lock-limit", "10")


def unlink(name):
    try:
        _posixshmem.shm_unlink(name)
    except FileNotFoundError:
        pass


def open_object(name, flags=os.O_RDWR):
    return _posixshmem.shm_open(name, flags, 0o600)


class Lines:
    """The lines of a file that a process writes."""

    def __init__(self):
        self.file = tempfile.TemporaryFile("w+")

    def text(self):
        return os.pread(self.file.fileno(), 1 << 20, 0).decode()


class SegmentsTest(CommandTest):
    count = 0

    def setUp(self):
        super().setUp()
        SegmentsTest.count += 1
        self.data = f"/wbt{os.getpid()}.{SegmentsTest.count}d"  # macOS allows 31 characters
        self.lock = f"/wbt{os.getpid()}.{SegmentsTest.count}m"
        self.addCleanup(unlink, self.data)
        self.addCleanup(unlink, self.lock)
        self.environment["WINGBEAT_LIBRARY"] = str(LIBRARY)

    def spawn(self, *words, environment=None):
        """A process that ends when its standard input does; .log is what it says on standard error."""
        log = Lines()
        process = subprocess.Popen([str(word) for word in words], env=environment or self.environment, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=log.file, text=True)
        process.log = log
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe and not pipe.closed:
                pipe.close()
        process.log.file.close()

    def puppet(self, *words):
        """A puppet that has said that it is at work."""
        process = self.spawn(PUPPET, *words)
        self.assertTrue(process.stdout.readline(), process.log.text())
        return process

    def simulate(self, rate=120, agents=AGENTS, lock=None):
        return self.puppet("simulate", self.data, lock or self.lock, agents, rate)

    def julia(self, script, *words, package=None):
        """A Julia script that has said that it is at work."""
        environment = dict(self.environment)
        if package:
            environment.update(JULIA_LOAD_PATH=f"@:{package}:@stdlib", JULIA_DEPOT_PATH=str(package / "depot"))
        process = self.spawn(JULIA, "--startup-file=no", "--compile=min", f"--project={ROOT / 'julia' / 'Wingbeat'}",
                             Path(__file__).parent / script, *words, environment=environment)
        self.assertTrue(process.stdout.readline(), process.log.text())
        return process

    def close(self, process):
        """Ends a puppet or a script in order; what it saw."""
        output, _ = process.communicate(timeout=JULIA_PATIENCE_S)
        self.assertEqual(process.returncode, 0, process.log.text())
        return json.loads(output) if output.startswith("{") else {}

    def bridge(self, *words):
        return self.spawn(self.binary, *words, "--json")

    @property
    def binary(self):
        import command
        return command.BINARY

    def adopt(self, *words, lock=True, shape=f"3x{AGENTS}", rate=1000):
        return self.bridge("adopt", self.data, "--type", "f32", "--shape", shape, "--as", "flock", "--field", "data", "--rate",
                           rate, *(["--lock", self.lock] if lock else []), *words)

    def mirror(self, *words, lock=True):
        return self.bridge("mirror", "flock", "--to", self.data, *(["--lock", self.lock] if lock else []), *words)

    def stop(self, bridge, *codes):
        """The summary of a bridge that is ended by Ctrl-C, which has to end with 0, or with one of these."""
        bridge.send_signal(signal.SIGINT)
        output, _ = bridge.communicate(timeout=PATIENCE_S)
        self.assertIn(bridge.returncode, codes or (0,), bridge.log.text())
        return json.loads(output)

    def await_log(self, process, pattern):
        self.wait_until(lambda: re.search(pattern, process.log.text()) or self.assertIsNone(process.poll(), process.log.text()))

    def await_frames(self, more=20):
        goal = self.frames_of("flock") + more
        self.wait_until(lambda: self.frames_of("flock") >= goal)

    def await_received(self, frames):
        """Until the one reader of the stream has got so many."""
        self.wait_until(lambda: [r["received"] >= frames for r in self.succeed_json("info", "flock")["reader_list"]] == [True])

    def exists(self, name):
        try:
            os.close(open_object(name, os.O_RDONLY))
        except FileNotFoundError:
            return False
        return True

    def floats(self, name=None, count=3 * AGENTS, offset=0):
        descriptor = open_object(name or self.data, os.O_RDONLY)
        if os.fstat(descriptor).st_size == 0:  # half made
            return os.close(descriptor) or (0.0,) * count
        with mmap.mmap(descriptor, 0, prot=mmap.PROT_READ) as memory:
            os.close(descriptor)
            return struct.unpack_from(f"{count}f", memory, offset)

    def put(self, numbers, name=None, size=None):
        """Makes an object, or opens it, and writes numbers into it."""
        data = struct.pack(f"{len(numbers)}f", *numbers)
        descriptor = open_object(name or self.data, os.O_RDWR | os.O_CREAT)
        if os.fstat(descriptor).st_size == 0:
            os.ftruncate(descriptor, size or len(data))
        with mmap.mmap(descriptor, 0) as memory:
            os.close(descriptor)
            memory[:len(data)] = data

    def assert_whole(self, seen):
        self.assertEqual((seen["torn"], seen.get("disordered", 0)), (0, 0), seen)


class Contract(SegmentsTest):
    """The two programs of the origin, each with Wingbeat in the place of the other."""

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
        seen, analysed = self.close(reader), self.close(analysis)
        self.assert_whole(seen)
        self.assert_whole(analysed)
        self.assertGreaterEqual(seen["frames"], 10)
        self.assertGreaterEqual(analysed["changes"], 10)
        self.assertEqual(analysed["failed"], 0)
        self.assertEqual(self.stop(adoption)["spoiled"], 0)

    @unittest.skipUnless(HAS_JULIA, "there is no Julia")
    def test_the_analysis_sees_whole_frames_of_a_mirrored_stream(self):
        self.puppet("write", "flock", AGENTS, 100)
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        for how in ("attach", "initialise"):
            with self.subTest(how):
                analysis = self.julia("segments_analysis.jl", self.data, self.lock, AGENTS, how)
                self.await_frames(200)
                seen = self.close(analysis)
                # Whoever initialises a mutex that others use takes it away from who holds it: that moment may show.
                self.assertLessEqual(seen["torn"], 0 if how == "attach" else 1, seen)
                self.assertGreaterEqual(seen["changes"], 20)
                self.assertEqual(seen["failed"], 0)
        summary = self.stop(mirror, 0, 1)
        self.assertGreaterEqual(summary["frames"], 100)
        self.assertLessEqual(summary["spoiled"], 1)

    @unittest.skipUnless(HAS_JULIA, "there is no Julia")
    def test_the_package_of_the_origins_analysis_sees_whole_frames_of_a_mirrored_stream(self):
        with tempfile.TemporaryDirectory(prefix="wingbeat-ipc-") as name:
            package = self.package_in(Path(name))
            self.puppet("write", "flock", AGENTS, 100)
            mirror = self.mirror()
            self.await_log(mirror, "attached to")
            analysis = self.julia("segments_analysis.jl", self.data, self.lock, AGENTS, "package", package=package)
            self.await_frames(200)
            seen = self.close(analysis)
            self.assertLessEqual(seen["torn"], 1, seen)
            self.assertGreaterEqual(seen["changes"], 20)
            self.assertGreaterEqual(self.stop(mirror, 0, 1)["frames"], 100)

    def package_in(self, folder):
        script = ROOT / "scripts" / "ipc_package"
        done = subprocess.run([script, folder], capture_output=True, text=True, check=False, timeout=JULIA_PATIENCE_S)
        if done.returncode == 77:
            self.skipTest(done.stderr)
        self.assertEqual(done.returncode, 0, done.stderr)
        return folder


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
        self.await_log(adoption, f"waits for {self.lock}")
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
            simulation.kill()
            simulation.wait()
        self.stop(adoption, 0, 1)

    def test_a_dead_holder_of_the_lock_hangs_nothing_and_is_named(self):
        self.simulate()
        adoption = self.adopt("--lock-limit", 2)
        self.await_frames()
        holder = self.puppet("hold", self.lock)
        holder.kill()
        holder.wait()
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

    def test_the_death_of_a_holder_that_was_seen_alive_is_told_as_well(self):
        self.simulate()
        adoption = self.adopt("--lock-limit", 2)
        self.await_frames()
        holder = self.puppet("hold", self.lock)
        self.await_log(adoption, f"thread {holder.pid}, which lives, holds it")
        holder.kill()
        holder.wait()
        self.await_log(adoption, f"{self.lock}: thread {holder.pid}, which has ended, holds it: only restarting")
        self.stop(adoption, 1)

    def test_a_holder_that_gives_the_lock_back_is_told_as_well(self):
        self.simulate()
        adoption = self.adopt("--lock-limit", 2)
        self.await_frames()
        holder = self.puppet("hold", self.lock)
        self.await_log(adoption, f"thread {holder.pid}, which lives, holds it")
        self.close(holder)
        self.await_log(adoption, f"{self.lock} can be locked again")
        self.await_frames()
        self.stop(adoption, 1)

    def test_a_mutex_that_nobody_has_initialised_is_waited_for(self):
        self.put([1.0] * 300)
        self.put([0.0] * 16, name=self.lock)
        adoption = self.adopt()
        self.await_log(adoption, f"{self.lock} holds no process-shared mutex")
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
        self.await_log(adoption, f"waits for {self.data}, which is still empty")
        os.ftruncate(descriptor, 600)
        self.await_log(adoption, f"{self.data} has 600 bytes, but f32 3x100 needs 1200; waits")
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
        os.kill(simulation.pid, signal.SIGSTOP)  # it would die of this itself
        data, lock = open_object(self.data), open_object(self.lock)
        for _ in range(30000):
            for descriptor, size in ((data, 12 * AGENTS), (lock, 40)):
                os.ftruncate(descriptor, 0)
                os.ftruncate(descriptor, size)
        os.close(data)
        os.close(lock)
        simulation.kill()
        self.simulate()
        self.await_frames()
        self.stop(adoption, 0, 1)
        self.assertGreater(self.stop(without, 0, 1)["attachments"], 2)

    def test_what_does_not_fit_is_an_error_with_both_sizes(self):
        self.put([0.0] * 300)
        words = ("adopt", self.data, "--type", "f32", "--as", "flock", "--shape")
        self.assert_fails(2, f"{self.data} has 1200 bytes, but f32 3x300 needs 3600", *words, "3x300")
        self.assert_fails(2, "needs 1200 from 4 on", *words, "3x100", "--offset", 4)
        self.put([0.0], name=self.lock)
        self.assert_fails(2, f"{self.lock} has 4 bytes: a mutex", *words, "3x100", "--lock", self.lock)
        self.assert_fails(2, "multiple of 8", *words, "3x100", "--lock", self.lock, "--lock-offset", 4)
        self.assert_fails(2, "at most 2^40", *words, "3x100", "--offset", 2**64 - 4)
        self.assert_fails(2, "--shape 3xN", *words, "3xN")
        self.assert_fails(2, "among the numbers", *words, "3x100", "--lock", self.data, "--lock-offset", 1192)
        self.assert_fails(2, "names no segment", "adopt", "position_data", *words[2:], "3x1")
        self.assert_fails(2, "those of streams' memory", "adopt", "/wb-1d", *words[2:], "3x1")
        self.assert_fails(2, "key:0x1234", "adopt", "key:zero", *words[2:], "3x1")
        self.assert_fails(2, "--component x,y", *words, "3x100", "--component", "x,y")
        self.assert_fails(2, "f32 f64", "adopt", self.data, "--type", "f16", *words[4:], "3x1")

    def test_a_shared_arrays_numbers_lie_behind_its_header(self):
        header = struct.pack("<IHHqqq32x", 0x57412D31, 9, 2, 64, 3, AGENTS)  # f32, 2 dimensions
        self.put(struct.unpack("16f", header) + (1.5,) * 300)
        adoption = self.adopt(lock=False)
        self.await_log(adoption, "looks like a shared array, whose numbers begin at --offset 64")
        self.stop(adoption)
        adoption = self.adopt("--offset", 64, lock=False)
        self.await_log(adoption, f"attached to {self.data}\n")
        self.stop(adoption)
        self.puppet("write", "flock", AGENTS, 100)
        self.assert_fails(2, "begin at --offset 64", "mirror", "flock", "--to", self.data)
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


class Unheard(SegmentsTest):
    """Whoever reads what is said may go, or never have been there."""

    def test_closed_descriptors_leave_segments_alone(self):
        simulation = self.simulate()
        adoption = subprocess.run(
            ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", self.binary, "adopt", self.data, "--type", "f32", "--shape", "3x100",
             "--lock", self.lock, "--as", "flock", "--seconds", "0.5", *PATIENT], env=self.environment, check=False, timeout=PATIENCE_S)
        self.assertEqual(adoption.returncode, 0)
        self.close(simulation)  # which has its mutex still

    def test_a_pipe_that_nobody_reads_any_more_leaves_no_segments_behind(self):
        self.puppet("write", "flock", AGENTS, 100)
        mirror = subprocess.Popen([self.binary, "mirror", "flock", "--to", self.data, "--lock", self.lock], env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertIn(b"attached", mirror.stdout.readline())
        mirror.stdout.close()
        holder = self.puppet("hold", self.lock)
        holder.kill()
        holder.wait()
        frames = self.floats()[0]
        self.wait_until(lambda: self.floats()[0] > frames)  # it has complained to nobody
        mirror.send_signal(signal.SIGINT)
        self.assertEqual(mirror.wait(timeout=PATIENCE_S), 1)
        self.assertFalse(self.exists(self.data) or self.exists(self.lock))


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
        reader = self.puppet("read", "flock")
        self.assertEqual(self.close(reader)["unverified"], why)
        self.assertFalse(self.stop(adoption)["verified"])

    def test_others_are_not(self):
        self.simulate()
        adoption = self.adopt()
        self.await_frames(2)
        for verb in (("ls",), ("top", "--once"), ("info", "flock")):
            self.assertNotIn("unverified", self.succeed(*verb))
        for verb in (("ls",), ("top", "--once")):
            self.assertIsNone(self.succeed_json(*verb)[0]["unverified"])
        self.assertIsNone(self.succeed_json("info", "flock")["unverified"])
        reader = self.puppet("read", "flock")
        self.assertEqual(self.close(reader)["unverified"], "")
        self.stop(adoption, 0, 1)


class Mirroring(SegmentsTest):
    def test_what_it_made_is_there_for_readers_and_gone_at_the_end(self):
        mirror = self.mirror()
        self.await_log(mirror, "waits for stream flock")
        writer = self.puppet("write", "flock", AGENTS, 100)
        self.await_log(mirror, "attached to")
        self.wait_until(lambda: self.floats()[0] >= 20)
        self.close(writer)
        self.await_log(mirror, "its writer is gone")  # which it sees after the last frame
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
        """One that had written."""
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
        self.assert_fails(4, f"another mirror writes {self.data} already", *again, "--offset", 128)
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
            self.await_log(mirror, "its writer is gone|waits for stream")
            self.put([0.0] * 300)
        self.stop(mirror)

    def test_a_stream_that_comes_back_with_another_shape_gets_segments_of_another_size(self):
        mirror = self.mirror()
        for agents in (100, 50, 200):
            writer = self.puppet("write", "flock", agents, 100)
            self.wait_until(lambda: self.exists(self.data) and self.size() == 12 * agents and self.floats(count=3)[0] >= 5)
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
                self.await_log(mirror, "among the numbers.*; waits until the stream is another")
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
        self.assert_fails(2, "among the numbers", "mirror", "flock", "--to", self.lock, "--lock", self.lock)
        self.assertFalse(self.exists(self.lock))
        self.assert_fails(2, "names no segment", "mirror", "flock", "--to", "data")

    def test_a_reader_that_died_with_the_lock_stops_nothing(self):
        self.puppet("write", "flock", AGENTS, 100)
        mirror = self.mirror()
        self.await_log(mirror, "attached to")
        holder = self.puppet("hold", self.lock)
        holder.kill()
        holder.wait()
        self.await_log(mirror, "its holder died. It works again")
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


class SystemV(SegmentsTest):
    def test_a_mirrored_and_adopted_segment_carries_whole_frames(self):
        key, lock = f"key:{0x57420000 + os.getpid() % 65536:#x}", f"key:{0x57430000 + os.getpid() % 65536}"
        for name in (key, lock):
            self.addCleanup(subprocess.run, ["ipcrm", "-M", hex(int(name[4:], 0))], stderr=subprocess.DEVNULL, check=False)
        self.puppet("write", "source", AGENTS, 100)
        adoption = self.bridge("adopt", key, "--type", "f32", "--shape", "3x96", "--lock", lock, "--as", "flock", "--rate", 1000)
        self.await_log(adoption, f"waits for {lock}")
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
        is_there = lambda: subprocess.run(remove[:1] + ["-M", key[4:]], stderr=subprocess.DEVNULL, check=False).returncode == 0
        self.puppet("write", "flock", AGENTS, 100)

        def start():
            mirror = self.bridge("mirror", "flock", "--to", key)
            self.await_log(mirror, "attached to")
            return mirror

        def kill():
            mirror = start()
            mirror.kill()
            mirror.wait()

        kill()
        self.assertEqual(self.succeed_json("gc")["segments"], [key])
        self.assertFalse(is_there())
        kill()
        self.stop(start(), 0, 1)
        self.assertFalse(is_there())
        self.assertEqual(self.succeed("gc"), "nothing to collect\n")
        for turn in range(20):
            mirror = self.bridge("mirror", "flock", "--to", key)
            time.sleep(0.002 * turn)
            mirror.kill()
            mirror.wait()
            self.succeed("gc")
            self.assertFalse(is_there(), turn)


if __name__ == "__main__":
    unittest.main()
