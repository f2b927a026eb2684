#!/usr/bin/env python3
"""Tests top on a terminal: screens of many sizes, keys, and the restored state of the terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import unittest

from command import BINARY, CommandTest


class Terminal:
    """A terminal that runs `top`. `lines` is the last complete screen."""

    def __init__(self, test, columns, rows):
        self.test = test
        self.ours, self.theirs = pty.openpty()
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.theirs)
        self.written = b""
        self.process = subprocess.Popen([BINARY, "top", "--interval", "0.1"], env=test.environment, stdin=self.theirs,
                                        stdout=self.theirs, stderr=self.theirs, start_new_session=True)
        for cleanup in ((test.end, self.process), (os.close, self.ours), (os.close, self.theirs)):
            test.addCleanup(*cleanup)

    def resize(self, columns, rows):
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self.ours, keys)

    def read(self):
        while select.select([self.ours], [], [], 0.05)[0]:
            self.written += os.read(self.ours, 65536)

    @property
    def lines(self):
        pictures = re.findall(rb"\x1b\[H(.*?)\x1b\[J", self.written, re.S)
        text = pictures[-1].decode() if pictures else ""
        return [re.sub(r"\x1b\[[0-9;]*[mK]", "", line) for line in text.replace("\r", "").split("\n")]

    @property
    def text(self):
        return "\n".join(self.lines)

    def wait_for(self, pattern):
        """Until a picture has this."""
        self.test.wait_until(lambda: self.read() or re.search(pattern, self.text)
                             or self.test.assertIsNone(self.process.poll(), self.text))

    def wait_until_chosen(self, name):
        self.test.wait_until(lambda: self.read() or self.chosen() == name)

    def chosen(self):
        """Returns the marked line of the last screen."""
        picture = re.findall(rb"\x1b\[H(.*?)\x1b\[J", self.written, re.S)[-1]
        return re.search(rb"\x1b\[7m(\S+)", picture).group(1).decode()

    def leave(self):
        self.press(b"q")
        self.assert_leaves_cleanly()

    def assert_leaves_cleanly(self):
        self.test.wait_until(lambda: self.read() or self.process.poll() is not None)
        self.read()
        self.test.assertEqual(self.process.returncode, 0)
        self.test.assertTrue(self.written.startswith(b"\x1b[?1049h"), self.written[:40])
        self.test.assertTrue(self.written.endswith(b"\x1b[?25h\x1b[?1049l"), self.written[-40:])
        self.test.assertEqual(self.before, termios.tcgetattr(self.theirs))


class Top(CommandTest):
    def test_streams_fit_50_to_250_columns_with_what_matters(self):
        self.start_swarm(name="a-swarm-with-a-rather-long-name")
        for columns, rows in ((50, 20), (80, 24), (120, 40), (250, 60)):
            with self.subTest(columns):
                terminal = Terminal(self, columns, rows)
                terminal.wait_for("alive")
                self.assertEqual(len(terminal.lines), rows)
                self.assertLessEqual(max(map(len, terminal.lines)), columns)
                for column in ("STREAM", "WRITER", "RATE", "READERS"):
                    self.assertIn(column, terminal.lines[1])
                self.assertRegex(terminal.lines[2], r"^a-swarm-w\S+ +alive.* \d+\.\d/s ")
                self.assertIn("q: leave", terminal.lines[-1])
                terminal.leave()
        self.assertIn("LEASES", terminal.lines[1])

    def test_without_streams_it_says_how_to_start_one(self):
        terminal = Terminal(self, 80, 24)
        terminal.wait_for("no streams\nstart a writer, for example `wingbeat swarm`")
        terminal.press(b"j\r\x1b[A?")  # keys that have no meaning now
        terminal.leave()

    def test_a_stream_is_chosen_and_its_details_are_shown(self):
        for name in ("one", "three", "two"):
            self.start_swarm(name=name, agents=10)
        self.start("swarm", "--name", "listener", "--agents", 5, "--rate", 1, "--subscribe", "three")
        terminal = Terminal(self, 100, 90)
        terminal.wait_for("two ")
        terminal.wait_for("listener")
        for keys, name in ((b"g", "listener"), (b"j", "one"), (b"\x1b[B", "three"), (b"\x1bOB", "two"), (b"j", "two"),
                           (b"k", "three")):
            terminal.press(keys)
            terminal.wait_until_chosen(name)
        terminal.wait_for("Readers of three(.|\n)*wingbeat swarm")
        terminal.press(b"\r")
        for section in ("Fields", "position", "Parameters", "alignment", "Triggers and commands", "Readers"):
            terminal.wait_for(section)
        self.assertTrue(terminal.lines[0].startswith("three"))
        terminal.resize(60, 20)
        terminal.wait_for(r"lines 1 to \d+ of \d+")
        terminal.press(b"G")
        terminal.wait_for("start_box")
        terminal.press(b"\x1b")
        terminal.wait_for("RATE")
        terminal.leave()

    def test_more_streams_than_lines_are_scrolled_to_the_chosen(self):
        for i in range(12):
            self.start("swarm", "--name", f"s{i:02}", "--agents", 2, "--rate", 20)
        terminal = Terminal(self, 80, 10)
        terminal.wait_for("lines 1 to . of 12")
        terminal.press(b"G")
        terminal.wait_for("(?m)^s11 ")
        self.assertEqual(terminal.chosen(), "s11")
        terminal.press(b"g")
        terminal.wait_for("(?m)^s00 ")
        terminal.leave()

    def test_a_resized_window_is_redrawn(self):
        self.start_swarm()
        terminal = Terminal(self, 120, 30)
        terminal.wait_for("BUSY")
        terminal.resize(50, 12)
        os.kill(terminal.process.pid, signal.SIGWINCH)
        self.wait_until(lambda: terminal.read() or len(terminal.lines) == 12)
        self.assertLessEqual(max(map(len, terminal.lines)), 50)
        terminal.leave()

    def test_signals_leave_the_terminal_as_it_was(self):
        for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(sent):
                terminal = Terminal(self, 80, 24)
                terminal.wait_for("no streams")
                terminal.process.send_signal(sent)
                terminal.assert_leaves_cleanly()


if __name__ == "__main__":
    unittest.main()
