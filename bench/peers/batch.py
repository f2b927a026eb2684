"""One batch: the processes of one peer that run one case once, and the removal of what they leave."""

import json
import os
import re
import secrets
import select
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from samples import read_samples

DAEMON_START_S = 0.5
DAEMON_END_S = 3
CLOCK_STEP_S = 0.01  # file times have the resolution of a kernel tick
SHARED_MEMORY = "/dev/shm/"
SHARED_FOLDERS = (SHARED_MEMORY, "/tmp", "/var/tmp")  # where a peer may leave files named after the batch
KEPT_STDERR = 1000  # of each process
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Outcome:
    why: str = ""  # the reason of a failure, or empty
    stderr: str = ""
    sender: dict = field(default_factory=dict)
    receivers: list = field(default_factory=list)
    samples: dict = field(default_factory=dict)  # "signal", "age", "publish": one array per process


@dataclass(frozen=True)
class Place:
    """The cores, the folder and the time limit of batches."""
    cores: tuple  # the sender's, the receivers'
    work: Path  # on tmpfs
    limit_s: float  # in addition to the time of the case
    scale: float = 1.0  # of the time that the case takes


class Process:
    """A child process in its own session. It is reaped only at the end, so its id stays valid until then."""

    def __init__(self, role, command, log):
        self.role = role
        self._log = log
        with log.open("wb") as file:
            self._child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=file,
                                           stderr=file, start_new_session=True)
        self.exited = os.pidfd_open(self._child.pid)

    def code(self):
        """Returns the exit code of an ended process; negative if a signal ended it."""
        seen = os.waitid(os.P_PID, self._child.pid, os.WEXITED | os.WNOWAIT)
        return seen.si_status if seen.si_code == os.CLD_EXITED else -seen.si_status

    def wait(self, seconds):
        poller = select.poll()
        poller.register(self.exited, select.POLLIN)
        return bool(poller.poll(seconds * 1000))

    def terminate(self):
        if not self.wait(0):
            self._child.terminate()

    def shared_files(self):
        """Returns the shared memory that a running process has mapped. A killed process cannot remove it."""
        try:
            maps = Path(f"/proc/{self._child.pid}/maps").read_text()
        except OSError:
            return set()
        return {SHARED_MEMORY + line.partition(SHARED_MEMORY)[2] for line in maps.splitlines() if SHARED_MEMORY in line}

    def end(self):
        """Kills the process and all processes that it has started."""
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # some systems raise PermissionError for zombies
            pass
        self._child.wait()
        os.close(self.exited)

    def complaint(self):
        text = COLOURS.sub("", self._log.read_text(errors="replace")).strip()
        return f"{self.role}: {text[-KEPT_STDERR:]}" if text else ""


def ended_with(role, code):
    return f"{role} ended by {signal.Signals(-code).name}" if code < 0 else f"{role} ended with {code}"


def wait_for_all(processes, seconds):
    """Waits for all processes. Returns an empty text if all ended with 0, otherwise the first error."""
    poller = select.poll()
    running = {process.exited: process for process in processes}
    for descriptor in running:
        poller.register(descriptor, select.POLLIN)
    end = time.monotonic() + seconds
    while running:
        ended = poller.poll(max(0, end - time.monotonic()) * 1000)
        if not ended:
            return f"not over after {seconds:.0f} s: " + ", ".join(process.role for process in running.values())
        for descriptor, _ in ended:
            poller.unregister(descriptor)
            process = running.pop(descriptor)
            if process.code() != 0:
                return ended_with(process.role, process.code())
    return ""


class Batch:
    """`with Batch(...) as batch: batch.run()` leaves no process and no file behind, even after an error."""

    def __init__(self, program, needs_daemon, case, place):
        self._program, self._needs_daemon, self._case, self._place = program, needs_daemon, case, place
        self._name = f"bench-{secrets.token_hex(6)}"
        self._folder = place.work / self._name
        self._processes = []
        self._daemon = None
        self._began = time.time() - CLOCK_STEP_S

    def __enter__(self):
        self._folder.mkdir(mode=0o700)
        (self._folder / "peer").mkdir(mode=0o700)
        return self

    def __exit__(self, *_):
        if self._daemon:
            self._daemon.terminate()
            self._daemon.wait(DAEMON_END_S)
        mapped = set().union(*(process.shared_files() for process in self._processes))
        for process in self._processes:
            process.end()
        self._remove_files(mapped)

    def run(self):
        healthy = self._start()
        why = wait_for_all(healthy, self._case.seconds * self._place.scale + self._place.limit_s)
        if why:
            return self._failed(why)
        try:
            return self._read_results()
        except (OSError, ValueError) as error:
            return self._failed(f"no usable results: {error}")

    def _start(self):
        """Starts all processes. Returns all, and those that must end by themselves."""
        if self._needs_daemon:
            self._daemon = self._spawn("serve", "serve")
            self._daemon.wait(DAEMON_START_S)
        sender = self._spawn("sender", "send", "--core", self._place.cores[0], "--out", self._out("sender"),
                             "--frames", self._case.frames, "--seconds", self._case.seconds * self._place.scale,
                             *self._case.pace_options())
        receivers = [self._spawn_receiver(reader) for reader in range(self._case.readers)]
        return [sender, *receivers[:self._case.healthy]]

    def _spawn_receiver(self, reader):
        role = f"receiver-{reader}"
        return self._spawn(role, "receive", "--reader", reader, "--core", self._place.cores[1], "--out",
                           self._out(role), *self._case.pace_options(), *self._case.reader_options(reader))

    def _spawn(self, role, *words):
        command = [self._program, *words, "--name", self._name, "--directory", self._folder / "peer", "--board",
                   self._folder / "board", "--bytes", self._case.bytes, "--readers", self._case.readers, "--wait",
                   self._case.wait]
        process = Process(role, command, self._out(role).with_suffix(".log"))
        self._processes.append(process)
        return process

    def _out(self, role):
        return self._folder / role

    def _failed(self, why):
        daemon_last = sorted(self._processes, key=lambda process: process is self._daemon)
        complaints = [process.complaint() for process in daemon_last]
        return Outcome(why=why, stderr="; ".join(text for text in complaints if text))

    def _read_results(self):
        roles = [f"receiver-{reader}" for reader in range(self._case.healthy)]
        kinds = {"publish": ["sender"], "signal": roles, "age": roles}
        samples = {kind: [read_samples(self._folder / f"{role}.{kind}") for role in of] for kind, of in kinds.items()}
        if self._case.pace != "flat" and not any(samples["age"]):
            raise ValueError("no frame was received")
        return Outcome(sender=self._read_summary("sender"), receivers=[self._read_summary(role) for role in roles],
                       samples=samples)

    def _read_summary(self, role):
        return json.loads((self._folder / f"{role}.json").read_text())

    def _remove_files(self, mapped):
        shutil.rmtree(self._folder, ignore_errors=True)
        named = {left for folder in SHARED_FOLDERS for left in Path(folder).glob(f"*{self._name}*")}
        for left in named | {Path(name) for name in mapped if self._is_of_this_batch(name)}:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def _is_of_this_batch(self, name):
        try:
            return os.stat(name).st_ctime >= self._began
        except OSError:
            return False


def run_batch(program, needs_daemon, case, place):
    with Batch(program, needs_daemon, case, place) as batch:
        return batch.run()
