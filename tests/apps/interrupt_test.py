#!/usr/bin/env python3
"""Presses Ctrl-C at many moments of each application, which must end with 130, without a stack trace or leftover files.

    interrupt_test.py COMMAND LIBRARY [Few | Many]
"""

import os
import signal
import time

import apps

PROGRAMS = {"demo": ["--seconds", "60"], "learn": ["closed-loop", "--out", "x"],
            "reproduce": ["couzin-memory", "--out", "x"]}
COMPILING = b"Julia compiles the analysis: 4 of 7"
RUNNING = b"frames/s"


class InterruptTest(apps.AppTest):
    def interrupt(self, script, seconds, moment=b""):
        """Presses Ctrl-C some seconds after the start, or after the terminal has shown a given text."""
        self.script = script
        with self.subTest(script, seconds=seconds, moment=moment):
            terminal = apps.Terminal(self.command(*PROGRAMS[script]), self.environment)
            if moment:
                self.assertTrue(terminal.read_until(moment), terminal.shown[-2000:])
            terminal.read_until(None, seconds)
            terminal.press_ctrl_c()
            pressed = time.monotonic()
            self.assertEqual(terminal.end(), 130, terminal.shown[-2000:])
            self.assertLess(time.monotonic() - pressed, 20)
            self.assert_clean(terminal)

    def assert_clean(self, terminal):
        for word in (b"ERROR", b"Stacktrace", b"Exception", b"signal ("):
            self.assertNotIn(word, terminal.shown)
        self.assertEqual(terminal.shown.count(b"\x1b[?1049h"), terminal.shown.count(b"\x1b[?1049l"))
        self.assertLessEqual(terminal.shown.rfind(b"\x1b[?25l"), terminal.shown.rfind(b"\x1b[?25h"))
        self.assertEqual(self.runtime_directories(), [])
        self.wait_until(lambda: not apps.session_members(terminal.pid), 5)


class Few(InterruptTest):
    def test_ctrl_c_while_julia_starts_compiles_and_runs(self):
        self.interrupt("demo", 0.2)
        self.interrupt("demo", 1)
        self.interrupt("demo", 0, COMPILING)
        self.interrupt("demo", 0.5, RUNNING)

    def test_sigterm_ends_it_like_ctrl_c(self):
        self.script = "demo"
        app = self.start_app("--seconds", "60", "--plain")
        app.stderr.readline()
        app.send_signal(signal.SIGTERM)
        self.assertEqual(app.wait(timeout=apps.PATIENCE_S), 143)
        self.assertEqual(self.runtime_directories(), [])
        self.wait_until(lambda: not apps.session_members(app.pid), 5)
        app.communicate()

    def test_a_suspended_demo_goes_on(self):
        self.script = "demo"
        terminal = apps.Terminal(self.command("--seconds", "60"), self.environment)
        self.assertTrue(terminal.read_until(RUNNING))
        os.write(terminal.file, b"\x1a")
        time.sleep(0.5)
        terminal.read_until(None, 0.5)
        shown = len(terminal.shown)
        terminal.read_until(None, 1)
        self.assertEqual(len(terminal.shown), shown, "a suspended demo is still drawing")
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.read_until(None, 1)
        self.assertGreater(len(terminal.shown), shown)
        terminal.press_ctrl_c()
        self.assertEqual(terminal.end(), 130)


class Many(InterruptTest):
    def test_ctrl_c_at_many_moments_of_the_demo(self):
        for seconds in (0.05, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8):
            self.interrupt("demo", seconds)

    def test_ctrl_c_while_julia_compiles_its_packages(self):
        for seconds in (2, 5, 10):
            self.environment["JULIA_DEPOT_PATH"] = str(self.directory / f"depot-{seconds}")
            self.interrupt("demo", seconds)

    def test_ctrl_c_at_many_moments_of_the_others(self):
        for script in ("learn", "reproduce"):
            for seconds in (0.2, 0.5, 1, 2, 4, 8):
                self.interrupt(script, seconds)


if __name__ == "__main__":
    apps.main()
