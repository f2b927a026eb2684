"""Helpers of the tests of wingbeat adopt and wingbeat mirror: private segments, and programs that use raw segments.

The arguments of a test are WINGBEAT PUPPET LIBRARY [arguments of unittest]. PUPPET is built from segments_puppet.cpp,
which does the same as the original project's simulation; segments_analysis.jl does the same as its analysis.
"""

import _posixshmem
import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests" / "cli"))
from command import PATIENCE_S, CommandTest  # noqa: E402

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


class Lines:
    """Collects the lines that a process writes to a pipe."""

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
        """Starts a process that ends with its standard input; .log collects its standard error."""
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
        """Starts a puppet and waits until it reports that it works."""
        process = self.spawn(PUPPET, *words)
        self.assertTrue(process.stdout.readline(), process.log.text())
        return process

    def simulate(self, rate=120, agents=AGENTS, lock=None):
        return self.puppet("simulate", self.data, lock or self.lock, agents, rate)

    def julia(self, script, *words, package=None):
        """Starts a Julia script and waits until it reports that it works."""
        environment = dict(self.environment)
        if package:
            environment.update(JULIA_LOAD_PATH=f"@:{package}:@stdlib")
            environment.setdefault("JULIA_DEPOT_PATH", f"{package / 'depot'}:")
        process = self.spawn(JULIA, "--startup-file=no", "--compile=min", f"--project={ROOT / 'julia' / 'Wingbeat'}",
                             Path(__file__).parent / script, *words, environment=environment)
        self.assertTrue(process.stdout.readline(), process.log.text())
        return process

    def close(self, process):
        """Ends a puppet or a script by closing its input, and returns its report."""
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
        """Ends a bridge by Ctrl-C, checks its exit code, and returns its summary."""
        bridge.send_signal(signal.SIGINT)
        output, _ = bridge.communicate(timeout=PATIENCE_S)
        self.assertIn(bridge.returncode, codes or (0,), bridge.log.text())
        return json.loads(output)

    def await_frames(self, more=20):
        goal = self.frames_of("flock") + more
        self.wait_until(lambda: self.frames_of("flock") >= goal)

    def await_received(self, frames):
        """Waits until the only reader of the stream has received this many frames."""
        self.wait_until(lambda: [r["received"] >= frames for r in self.succeed_json("info", "flock")["reader_list"]] == [True])

    def exists(self, name):
        try:
            os.close(open_object(name, os.O_RDONLY))
        except FileNotFoundError:
            return False
        return True

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
