#!/usr/bin/env python3
"""Tests names such as alice/swarm in the command, Julia and C++, by temporary users in a private mount namespace.

    commands_test.py WINGBEAT LIBRARY [JULIA PACKAGE]

Needs root, a mount namespace and a build that other users can read; otherwise it is skipped (exit code 77).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

PATIENCE_S = 60
USERS = {"alice": 31001, "bob": 31002, "mallory": 31003}
GROUP = 31100  # the group of Alice and Bob
INSIDE = "WINGBEAT_TEST_INSIDE"
COMMAND, LIBRARY, *REST = (Path(word).resolve() for word in sys.argv[1:])
JULIA, PACKAGE = REST if len(REST) == 2 else (None, None)


def groups_of(user):
    return GROUP if user in ("alice", "bob") else USERS[user]


def become(user):
    def act():
        os.setgroups([])
        os.setgid(groups_of(user))
        os.setuid(USERS[user])
    return act


class Machine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="wingbeat-rights-"))
        cls.folder.chmod(0o755)
        passwd = Path("/etc/passwd").read_text()
        for user, number in USERS.items():
            passwd += f"{user}:x:{number}:{groups_of(user)}::/:/bin/sh\n"
            (cls.folder / user).mkdir()
            os.chown(cls.folder / user, number, groups_of(user))
        (cls.folder / "passwd").write_text(passwd)
        subprocess.run(["mount", "--bind", cls.folder / "passwd", "/etc/passwd"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "none", "/dev/shm"], check=True)

    @classmethod
    def tearDownClass(cls):
        subprocess.run(["umount", "/etc/passwd"], check=True)
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.addCleanup(self.clean)
        self.clean()

    def clean(self):
        for number in USERS.values():
            for base in ("/dev/shm", "/tmp"):
                shutil.rmtree(f"{base}/wingbeat-{number}", ignore_errors=True)
        for left in Path("/dev/shm").iterdir():
            left.unlink()

    def environment(self, user, **more):
        environment = dict(os.environ, HOME=str(self.folder / user), WINGBEAT_LIBRARY=str(LIBRARY),
                           JULIA_DEPOT_PATH=f"{self.folder / user / 'depot'}:", **more)
        if "WINGBEAT_DIR" not in more:
            environment.pop("WINGBEAT_DIR", None)
        return environment

    def run_as(self, user, *words, **environment):
        return subprocess.run([*map(str, words)], env=self.environment(user, **environment), preexec_fn=become(user),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=PATIENCE_S)

    def command(self, user, *words, **environment):
        return self.run_as(user, COMMAND, *words, **environment)

    def succeed(self, user, *words, **environment):
        done = self.command(user, *words, **environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def assert_fails(self, code, text, user, *words):
        done = self.command(user, *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertIn(text, done.stderr)

    def start_swarm(self, *words, user="alice"):
        swarm = subprocess.Popen([COMMAND, "swarm", "--agents", "50", "--rate", "200", "--quiet", *words],
                                 env=self.environment(user), preexec_fn=become(user), stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, swarm)
        last = time.monotonic() + PATIENCE_S
        while not self.frames_of(user):
            self.assertIsNone(swarm.poll())
            self.assertLess(time.monotonic(), last)
            time.sleep(0.02)
        return swarm

    def frames_of(self, user):
        done = self.command(user, "info", "swarm", "--json")
        return json.loads(done.stdout)["seq"] if done.returncode == 0 else 0

    def end(self, process):
        process.kill()
        process.wait(PATIENCE_S)

    def directory_of_alice(self):
        return next(f"{base}/wingbeat-{USERS['alice']}" for base in ("/dev/shm", "/tmp")
                    if Path(f"{base}/wingbeat-{USERS['alice']}").exists())


class Commands(Machine):
    def test_a_stream_that_is_not_shared_is_refused_with_what_would_share_it(self):
        self.start_swarm()
        self.assert_fails(4, "WB_OPTION_ACCESS", "bob", "info", "alice/swarm")
        self.assert_fails(4, "WB_OPTION_ACCESS", "bob", "set", "alice/swarm.alignment", "0.02")
        self.assertEqual(self.succeed("bob", "ls"), "")

    def test_all_may_look_at_a_stream_that_all_may_read_and_list_it_but_not_steer_it(self):
        swarm = self.start_swarm("--share", "all-read,group-read")
        for user in ("alice", "bob", "mallory"):
            for name in ("alice/swarm", f"{USERS['alice']}/swarm"):
                info = json.loads(self.succeed(user, "info", name, "--json"))
                self.assertEqual((info["writer"], info["writer_pid"]), ("alive", swarm.pid))
                self.assertGreater(info["seq"], 0)
            self.assertIn("position", self.succeed(user, "info", "alice/swarm"))
        self.assert_fails(4, "WB_GROUP_CONTROL", "mallory", "set", "alice/swarm.alignment", "0.02")
        self.assert_fails(4, "WB_GROUP_CONTROL", "bob", "call", "alice/swarm.pause")
        listed = json.loads(self.succeed("mallory", "ls", "--json", WINGBEAT_DIR=self.directory_of_alice()))
        self.assertEqual([(s["name"], s["writer"]) for s in listed], [("swarm", "alive")])

    def test_the_group_may_steer_what_it_may_control(self):
        self.start_swarm("--share", "group-control")
        self.assertIn("applied", self.succeed("bob", "set", "alice/swarm.alignment", "0.02"))
        self.assertIn("applied", self.succeed("bob", "call", "alice/swarm.pause"))
        self.assert_fails(4, "", "mallory", "info", "alice/swarm")

    def test_nobody_else_collects(self):
        swarm = self.start_swarm("--share", "all-read,group-control")
        swarm.kill()
        swarm.wait()
        # On Linux other users can test a lock without taking it. Elsewhere a writer whose state is unknown counts as
        # alive.
        told = "dead" if "(linux)" in self.succeed("alice", "--version") else "alive"
        for user in ("bob", "mallory"):
            self.command(user, "gc", WINGBEAT_DIR=self.directory_of_alice())
            self.command(user, "gc", "alice/swarm")
            info = json.loads(self.succeed(user, "info", "alice/swarm", "--json"))
            self.assertEqual(info["writer"], told)
        self.assertIn("removed 1 stream", self.succeed("alice", "gc"))

    def test_users_and_streams_that_are_not_there_are_told_apart(self):
        self.start_swarm("--share", "all-read")
        self.assert_fails(3, "no user", "bob", "info", "nobody-of-that-name/swarm")
        self.assert_fails(3, "swarm2", "bob", "info", "alice/swarm2")
        self.assert_fails(3, "swarm", "bob", "info", "mallory/swarm")

    def test_an_unknown_right_is_bad_usage(self):
        self.assert_fails(2, "group-read", "alice", "swarm", "--share", "all-write")


LOOK = """
using Wingbeat
subscribe("alice/swarm"; mode=:every, timeout=30) do swarm
    seqs = Int[]
    for frame in swarm
        push!(seqs, frame.seq)
        all(isfinite, frame[:position]) || error("not finite")
        length(seqs) == 20 && break
    end
    answer = try
        wait(request(swarm, :alignment => 0.02); timeout=10).status
    catch err
        nameof(typeof(err))
    end
    println(stats(swarm).way, " ", issorted(seqs), " ", answer, " ", streams("alice/swarm").writer)
end
"""


@unittest.skipIf(JULIA is None, "no Julia")
class Julia(Machine):
    def julia(self, user, code):
        done = self.run_as(user, JULIA, "--startup-file=no", f"--project={PACKAGE}", "-e", code)
        return done.stdout + done.stderr

    def test_observes_what_all_may_read(self):
        self.start_swarm("--share", "all-read")
        self.assertEqual(self.julia("mallory", LOOK), "observer true AccessDenied alive\n")

    def test_reads_in_place_and_steers_what_its_group_may_control(self):
        self.start_swarm("--share", "group-control")
        self.assertEqual(self.julia("bob", LOOK), "lease true applied alive\n")

    def test_is_refused_what_is_not_shared(self):
        self.start_swarm()
        self.assertIn("AccessDenied", self.julia("bob", LOOK))

    def test_shares_what_it_publishes(self):
        code = """
            using Wingbeat
            publish("latent"; code=zeros(4), access=(:all_read,)) do out
                out[:code] .= 1
                publish!(out)
                run(`sleep 20`)
            end"""
        writer = subprocess.Popen([JULIA, "--startup-file=no", f"--project={PACKAGE}", "-e", code],
                                  env=self.environment("alice"), preexec_fn=become("alice"), stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, writer)
        last = time.monotonic() + PATIENCE_S
        while self.command("mallory", "info", "alice/latent").returncode != 0:
            self.assertLess(time.monotonic(), last)
            time.sleep(0.1)
        read = 'using Wingbeat; subscribe(s -> println(sum(take!(s)[:code])), "alice/latent"; timeout=30)'
        self.assertEqual(self.julia("mallory", read), "4.0\n")


def other_users_can_read(path):
    return subprocess.run(["test", "-r", path], preexec_fn=become("alice"), cwd="/", check=False).returncode == 0


def skip(why):
    print("skipped:", why)
    sys.exit(77)


if __name__ == "__main__":
    if os.geteuid() != 0:
        skip("needs root, to be several users")
    if not other_users_can_read(LIBRARY):
        skip(f"other users may not enter the folders of {LIBRARY}: move the checkout")
    if INSIDE not in os.environ:
        if subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0:
            skip("this machine does not let a test have mounts of its own")
        os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv],
                   dict(os.environ, **{INSIDE: "1"}))
    unittest.main(argv=sys.argv[:1])
