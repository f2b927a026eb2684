"""Helpers of the tests of wingbeat adopt and wingbeat mirror: private segments, and programs that use raw segments.

The arguments of a test are WINGBEAT PUPPET LIBRARY [arguments of unittest]. PUPPET is built from segments_puppet.cpp,
which does the same as the original project's simulation; segments_analysis.jl does the same as its analysis.
"""

import _posixshmem
import json
import mmap
import os
import struct
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "cli"))
from command import BINARY, PATIENCE_S, CommandTest  # noqa: E402, F401

PUPPET, LIBRARY = (Path(sys.argv.pop(1)).resolve() for _ in range(2))
JULIA = ROOT / "scripts" / "julia"
JULIA_PATIENCE_S = 120
HAS_JULIA = subprocess.run([JULIA, "--which"], stdout=subprocess.DEVNULL, check=False).returncode == 0
AGENTS = 100
NUMBERED = sys.platform != "darwin"  # POSIX objects of the same name can be distinguished
# For a lock that its holder releases: the holder may be delayed while it holds the lock.
PATIENT = ("--lock-limit", "10")


def unlink(name):
    try:
        _posixshmem.shm_unlink(name)
    except FileNotFoundError:
        pass


def open_object(name, flags=os.O_RDWR):
    return _posixshmem.shm_open(name, flags, 0o600)


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

    def puppet(self, *words):
        """Starts a puppet and waits until it reports that it works."""
        return self.at_work(self.start_logged(PUPPET, *words))

    def at_work(self, process):
        self.assertTrue(process.stdout.readline(), process.log.text())
        return process

    def simulate(self):
        return self.puppet("simulate", self.data, self.lock, AGENTS, 120)

    def write(self, agents=AGENTS, *words, stream="flock"):
        return self.puppet("write", stream, agents, 100, *words)

    def die_with_the_lock(self):
        """Kills a puppet that holds the lock, and returns it."""
        holder = self.puppet("hold", self.lock)
        self.kill(holder)
        return holder

    def julia(self, script, *words, package=None):
        """Starts a Julia script and waits until it reports that it works."""
        environment = dict(self.environment)
        if package:
            environment.update(JULIA_LOAD_PATH=f"@:{package}:@stdlib")
            environment.setdefault("JULIA_DEPOT_PATH", f"{package / 'depot'}:")
        project = f"--project={ROOT / 'julia' / 'Wingbeat'}"
        return self.at_work(self.start_logged(JULIA, "--startup-file=no", "--compile=min", project,
                                              Path(__file__).parent / script, *words, env=environment))

    def close(self, process):
        """Ends a puppet or a script by closing its input, and returns its report."""
        output, _ = process.communicate(timeout=JULIA_PATIENCE_S)
        self.assertEqual(process.returncode, 0, process.log.text())
        return json.loads(output) if output.startswith("{") else {}

    def bridge(self, *words):
        return self.start_logged(BINARY, *words, "--json")

    def adopt(self, *words, lock=True, shape=f"3x{AGENTS}", rate=1000):
        return self.bridge("adopt", self.data, "--type", "f32", "--shape", shape, "--as", "flock", "--field", "data", "--rate",
                           rate, *(["--lock", self.lock] if lock else []), *words)

    def mirror(self, *words, lock=True):
        return self.bridge("mirror", "flock", "--to", self.data, *(["--lock", self.lock] if lock else []), *words)

    def attached_mirror(self, *words, lock=True):
        mirror = self.mirror(*words, lock=lock)
        self.await_log(mirror, "attached to")
        return mirror

    def killed_mirror(self):
        self.kill(self.attached_mirror())

    def await_frames(self, more=20):
        goal = self.frames_of("flock") + more
        self.wait_until(lambda: self.frames_of("flock") >= goal)

    def await_received(self, frames):
        """Waits until the only reader of the stream has received this many frames."""
        self.wait_until(lambda: [r["received"] >= frames for r in self.succeed_json("info", "flock")["reader_list"]] == [True])

    def size(self, name=None):
        """Returns the bytes of a segment, or -1 if it does not exist."""
        try:
            descriptor = open_object(name or self.data, os.O_RDONLY)
        except FileNotFoundError:
            return -1
        try:
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def exists(self, name):
        return self.size(name) >= 0

    def assert_both_exist(self):
        self.assertTrue(self.exists(self.data) and self.exists(self.lock))

    def notes(self):
        return [path for path in self.directory.iterdir() if path.suffix == ".note"]

    def assert_nothing_left(self, turn=None):
        self.assertFalse(self.exists(self.data) or self.exists(self.lock) or self.notes(), turn)

    def floats(self, name=None, count=3 * AGENTS, offset=0):
        descriptor = open_object(name or self.data, os.O_RDONLY)
        if os.fstat(descriptor).st_size == 0:  # not completely created
            return os.close(descriptor) or (0.0,) * count
        with mmap.mmap(descriptor, 0, prot=mmap.PROT_READ) as memory:
            os.close(descriptor)
            return struct.unpack_from(f"{count}f", memory, offset)

    def put(self, numbers, name=None, size=None):
        """Creates or opens an object and writes numbers into it."""
        data = struct.pack(f"{len(numbers)}f", *numbers)
        descriptor = open_object(name or self.data, os.O_RDWR | os.O_CREAT)
        if os.fstat(descriptor).st_size == 0:
            os.ftruncate(descriptor, size or len(data))
        with mmap.mmap(descriptor, 0) as memory:
            os.close(descriptor)
            memory[:len(data)] = data

    def assert_whole(self, seen):
        self.assertEqual((seen["torn"], seen.get("disordered", 0)), (0, 0), seen)
