#!/usr/bin/env python3
"""Tests wingbeat osc together with liblo's oscsend and oscdump, on free loopback ports."""

import json
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from command import BINARY, PATIENCE_S, CommandTest  # noqa: E402

SECONDS_TO_1970 = 2208988800


def padded(text):
    return text.encode() + b"\0" * (4 - len(text.encode()) % 4)


def message_bytes(address, *numbers):
    return padded(address) + padded("," + "f" * len(numbers)) + struct.pack(f">{len(numbers)}f", *numbers)


def bundle_bytes(at, *messages):
    """Returns a bundle for the time `at` (as time.time() counts)."""
    body = b"".join(struct.pack(">I", len(m)) + m for m in messages)
    return b"#bundle\0" + struct.pack(">II", int(at) + SECONDS_TO_1970, int(at % 1 * 2**32)) + body


class OscTest(CommandTest):
    def start_bridge(self, *words, stream="swarm", listen=True):
        """Starts a bridge. Its .log collects the output; .port is its port."""
        bridge = self.start_logged(BINARY, "osc", stream, "--json", *(["--listen", 0] if listen else []), *words)
        if listen:
            self.await_log(bridge, r"listening on 127\.0\.0\.1:\d+")
            bridge.port = re.search(r"listening on 127\.0\.0\.1:(\d+)", bridge.log.text())[1]
        return bridge

    def start_both(self, *words):
        """Starts a swarm and a bridge that is attached to it."""
        swarm = self.start_swarm()
        bridge = self.start_bridge(*words)
        self.await_log(bridge, "stream 'swarm' is there")
        return swarm, bridge

    def start_dump(self):
        """Starts oscdump with .log and .port, and waits until it has printed a first message."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        dump = self.start_logged("oscdump", "-L", port, stream="stdout")
        dump.port = port

        def is_heard():
            self.send(port, "/ready")
            return "/ready" in dump.log.text()

        self.wait_until(is_heard)
        return dump

    def send(self, port, address, types="", *values):
        subprocess.run(["oscsend", "127.0.0.1", str(port), address, *([types] if types else []), *map(str, values)],
                       check=True, timeout=PATIENCE_S)

    def send_bytes(self, port, data):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(data, ("127.0.0.1", int(port)))

    def await_value(self, name, value, stream="swarm"):
        self.wait_until(lambda: self.value_of(name, stream) == value)

    def heard(self, dump, address):
        """Returns the arguments that oscdump printed for an address, line by line."""
        return re.findall(rf"^\S+ {re.escape(address)} (.*)$", dump.log.text(), re.MULTILINE)

    def write_map(self, text):
        path = self.directory.parent / f"{self.directory.name}.toml"
        path.write_text(text)
        self.addCleanup(path.unlink, missing_ok=True)
        return path


class Incoming(OscTest):
    def test_parameter_is_set_whatever_number_type_it_comes_as(self):
        _, bridge = self.start_both()
        # 0.1 is the upper limit: 0.1f converted to double exceeds it.
        for name, value, types, *sent in (
            ("alignment", 0.1, "f", 0.1), ("alignment", 0.0123456789, "d", 0.0123456789), ("centre_x", -5, "i", -5),
            ("automatic", True, "T"), ("automatic", False, "f", 0),
        ):
            self.send(bridge.port, f"/swarm/{name}", types, *sent)
            self.await_value(name, value)
        summary = self.stop(bridge)
        self.assertEqual((summary["messages_in"], summary["applied"], summary["refused"]), (5, 5, 0))

    def test_triggers_and_commands_are_called(self):
        _, bridge = self.start_both()
        self.send(bridge.port, "/swarm/pause")
        self.wait_until(lambda: self.requests() >= 1)
        step = self.succeed_json("info", "swarm")["step"]
        self.send(bridge.port, "/swarm/step", "f", 1)  # a button is pressed
        self.send(bridge.port, "/swarm/step", "f", 0)  # and released
        self.wait_until(lambda: self.succeed_json("info", "swarm")["step"] == step + 1)
        self.send(bridge.port, "/swarm/place", "ifff", 3, 0.5, -1, 2)
        self.wait_until(lambda: self.requests() >= 3)
        self.assertEqual(self.stop(bridge)["applied"], 3)
        self.assertEqual(self.succeed_json("info", "swarm")["step"], step + 1)

    def requests(self):
        return self.succeed_json("info", "swarm")["requests"]

    def test_patterns_reach_every_address_that_matches(self):
        _, bridge = self.start_both()
        self.send(bridge.port, "/swarm/centre_[xyz]", "f", 7)
        for name in ("centre_x", "centre_y", "centre_z"):
            self.await_value(name, 7)

    def test_bundles_for_later_wait_for_their_time_and_others_do_not(self):
        _, bridge = self.start_both()
        at = time.time() + 1.5
        self.send_bytes(bridge.port, bundle_bytes(at, message_bytes("/swarm/centre_x", 8), message_bytes("/swarm/centre_y", 9)))
        self.send_bytes(bridge.port, bundle_bytes(at - 60, message_bytes("/swarm/centre_z", 4)))
        self.await_value("centre_z", 4)
        self.await_value("centre_x", 8)
        self.assertGreaterEqual(time.time(), at)
        self.await_value("centre_y", 9)
        self.send_bytes(bridge.port, bundle_bytes(time.time() + 3600, message_bytes("/swarm/centre_x", 1)))
        self.await_log(bridge, "check that the clocks agree")

    def test_many_messages_for_one_parameter_end_with_the_last(self):
        _, bridge = self.start_both()
        for value in range(1, 301):
            self.send_bytes(bridge.port, message_bytes("/swarm/centre_x", value))
        self.await_value("centre_x", 300)
        self.assertEqual(self.stop(bridge)["refused"], 0)

    def test_bad_messages_are_told_once_with_what_is_right_and_counted(self):
        _, bridge = self.start_both()
        for _ in range(2):
            self.send(bridge.port, "/swarm/alinement", "f", 1)
            self.send(bridge.port, "/swarm/alignment", "f", 50)
            self.send(bridge.port, "/swarm/centre_x", "s", "left")
            self.send(bridge.port, "/swarm/centre_y", "ff", 1, 2)
            self.send(bridge.port, "/swarm/place", "i", 1)
            self.send(bridge.port, "/swarm/pause", "ff", 1, 1)
            self.send_bytes(bridge.port, b"hello")
        self.send(bridge.port, "/swarm/place", "ifff", 3000, 0, 0, 0)  # refused by the swarm itself
        self.send(bridge.port, "/swarm/centre_z", "f", 3)
        self.await_value("centre_z", 3)
        self.wait_until(lambda: bridge.poll() is None and "alignment" in bridge.log.text())
        summary = self.stop(bridge)
        self.assertEqual(summary["refused"], 15, bridge.log.text())
        for pattern in (r"/swarm/alinement: there is no such address; `wingbeat osc swarm --list`",
                        r"/swarm/alignment: .*0\.1", r"/swarm/centre_x: takes one number.*, not s 'left'",
                        r"/swarm/centre_y: takes one number.*, not 2 arguments",
                        r"/swarm/place: takes 4 numbers: id x y z, not 1 argument", r"/swarm/pause: takes nothing",
                        r"a datagram: "):
            self.assertEqual(len(re.findall(pattern, bridge.log.text())), 1, pattern + "\n" + bridge.log.text())

    def test_messages_become_a_stream_for_readers(self):
        swarm = self.start_swarm("--subscribe", "latent", "--json")
        bridge = self.start_bridge("--map", "origin")
        self.await_log(bridge, "stream 'swarm' is there")
        self.send(bridge.port, "/swarm/place", "i", 1)
        self.await_log(bridge, "`wingbeat osc swarm --map origin --list` lists")
        code = [0.5 * i for i in range(10)]
        self.send(bridge.port, "/flock/pca", "f" * 9, *code[:9])
        self.await_log(bridge, "/flock/pca: takes 10 numbers, not 9")
        self.send(bridge.port, "/flock/pca", "f" * 10, *code)
        self.wait_until(lambda: self.frames_of("latent") == 1)
        field = self.succeed_json("info", "latent")["fields"][0]
        self.assertEqual((field["name"], field["type"], field["shape"]), ("code", "f32", [10]))
        self.wait_until(lambda: self.succeed_json("info", "latent")["reader_list"][0]["received"] == 1)
        _, output, _ = self.finish(swarm)
        self.assertEqual((json.loads(output)["latent_frames"], json.loads(output)["latent"]), (1, code))
        self.assertEqual(self.stop(bridge)["frames_in"], 1)

    def test_the_origins_addresses_place_agents_and_pull_two_triggers(self):
        _, bridge = self.start_both("--map", "origin")
        self.send(bridge.port, "/flock/event")
        self.send(bridge.port, "/flock/position", "ifff", 2, 1, 2, 3)
        self.wait_until(lambda: self.succeed_json("info", "swarm")["requests"] >= 3)
        summary = self.stop(bridge)
        self.assertEqual((summary["messages_in"], summary["applied"]), (2, 3))


class Outgoing(OscTest):
    def test_all_parameters_are_told_at_the_start_and_then_what_changes(self):
        dump = self.start_dump()
        self.start_both("--send", f"127.0.0.1:{dump.port}")
        self.wait_until(lambda: self.heard(dump, "/swarm/alignment") == ["f 0.001000"])
        self.succeed("set", "swarm.alignment", "0.02")
        self.wait_until(lambda: self.heard(dump, "/swarm/alignment") == ["f 0.001000", "f 0.020000"])
        self.succeed("set", "swarm.automatic", "true")
        self.wait_until(lambda: self.heard(dump, "/swarm/automatic") == ["i 0", "i 1"])

    def test_what_the_peer_said_is_not_said_back_but_what_was_refused_is(self):
        dump = self.start_dump()
        _, bridge = self.start_both("--send", dump.port)
        self.wait_until(lambda: self.heard(dump, "/swarm/alignment"))
        self.send(bridge.port, "/swarm/alignment", "f", 0.03)
        self.await_value("alignment", 0.03)
        self.send(bridge.port, "/swarm/alignment", "f", 50)
        self.wait_until(lambda: len(self.heard(dump, "/swarm/alignment")) == 2)
        self.assertEqual(self.heard(dump, "/swarm/alignment"), ["f 0.001000", "f 0.030000"])

    def test_a_peer_that_says_everything_back_makes_no_loop(self):
        self.start_swarm()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            peer.settimeout(1)
            bridge = self.start_bridge("--send", peer.getsockname()[1])
            self.await_log(bridge, "stream 'swarm' is there")
            for value in ("0.02", "0.03"):
                self.succeed("set", "swarm.alignment", value)
            datagrams = 0
            try:
                while datagrams < 100:
                    self.send_bytes(bridge.port, peer.recv(65536))
                    datagrams += 1
            except socket.timeout:
                pass
        self.assertLess(datagrams, 10)
        self.assertEqual(self.stop(bridge)["refused"], 0)

    def test_a_field_goes_out_in_one_bundle_a_frame_with_its_publish_time(self):
        path = self.write_map('[[out]]\naddress = "/flock/position"\nfield = "position"\nrows = [0, 2]\n'
                              'per_row = true\nevery = 4\n'
                              '[[out]]\naddress = "/flock/ids"\nfield = "id"\nrows = "3-5"\nevery = 4\n')
        dump = self.start_dump()
        _, bridge = self.start_both("--send", dump.port, "--map", path)
        self.wait_until(lambda: len(self.heard(dump, "/flock/ids")) >= 5)
        summary = self.stop(bridge)
        self.assertGreaterEqual(summary["frames_out"], 5)
        self.assertRegex(self.heard(dump, "/flock/ids")[0], r"^iii \d+ \d+ \d+$")
        rows = re.findall(r"^(\S+) /flock/position ifff (\d) ", dump.log.text(), re.MULTILINE)
        self.assertEqual([row for _, row in rows[:4]], ["0", "2", "0", "2"])
        tags = re.findall(r"^(\S+) /flock/", dump.log.text(), re.MULTILINE)
        self.assertEqual(len(set(tags[:3])), 1, "the messages of a frame have one time tag")
        seconds = int(tags[0].split(".")[0], 16) - SECONDS_TO_1970
        self.assertLess(abs(time.time() - seconds), PATIENCE_S)

    def test_an_analysis_reaches_another_machine_by_two_bridges(self):
        there = self.directory / "there"
        there.mkdir(mode=0o700)
        receiver = self.start_bridge("--map", "origin")
        here, self.environment = self.environment, dict(self.environment, WINGBEAT_DIR=str(there))
        self.addCleanup(subprocess.run, [BINARY, "gc"], env=self.environment, stdout=subprocess.DEVNULL, check=True)
        path = self.write_map('[[in]]\naddress = "/made/up"\nstream = "latent"\nfield = "code"\nsize = 10\n')
        maker = self.start_bridge("--map", path)
        self.send(maker.port, "/made/up", "f" * 10, *range(10))
        self.wait_until(lambda: self.frames_of("latent") == 1)
        self.start_bridge("--map", "origin-code", "--send", f"127.0.0.1:{receiver.port}", stream="latent", listen=False)
        self.environment = here
        self.wait_until(lambda: self.frames_of("latent") == 1)
        self.assertEqual(self.stop(receiver)["frames_in"], 1)

    def test_a_field_that_fits_no_datagram_is_refused_with_what_to_do(self):
        self.start_swarm(agents=20000)
        for code, reason, text in ((2, "select rows", 'field = "position"'), (3, "position", 'field = "positron"'),
                                   (2, "row 20000", 'field = "position"\nrows = [20000]')):
            path = self.write_map(f'[[out]]\naddress = "/p"\n{text}\n')
            self.assert_fails(code, reason, "osc", "swarm", "--send", 9, "--map", path)


class Life(OscTest):
    def test_either_side_comes_first_and_an_ended_and_a_killed_swarm_are_followed_by_the_next(self):
        dump = self.start_dump()
        bridge = self.start_bridge("--send", dump.port)
        self.await_log(bridge, "waiting for stream 'swarm'; there are none")
        self.send(bridge.port, "/swarm/centre_x", "f", 1)
        self.await_log(bridge, "messages are refused until it is")
        swarm = self.start_swarm()
        self.await_log(bridge, "stream 'swarm' is there, with")
        self.send(bridge.port, "/swarm/centre_x", "f", 2)
        self.await_value("centre_x", 2)
        self.assertEqual(self.finish(swarm)[0], 0)
        self.await_log(bridge, "(?s)(waiting for stream.*){2}")
        swarm = self.start_swarm("--model", "vicsek")
        self.await_log(bridge, "(?s)(stream 'swarm' is there, with.*){2}")
        self.wait_until(lambda: self.heard(dump, "/swarm/noise") or self.heard(dump, "/swarm/eta"))
        self.kill(swarm)
        self.start_swarm()
        self.await_log(bridge, "(?s)(stream 'swarm' is there, with.*){3}")
        self.send(bridge.port, "/swarm/centre_x", "f", 3)
        self.await_value("centre_x", 3)
        summary = self.stop(bridge)
        self.assertEqual([summary[key] for key in ("restarts", "refused", "applied", "problems")], [2, 1, 2, 0])

    def test_what_comes_later_and_does_not_fit_is_told_and_ends_with_1(self):
        path = self.write_map('[addresses]\nplaice = "/p"\n')
        bridge = self.start_bridge("--map", path)
        self.start_swarm()
        self.await_log(bridge, "swarm: .addresses. plaice")
        self.assertEqual(self.stop(bridge, 1)["problems"], 1)

    def test_signals_end_it_in_order_with_the_summary(self):
        for sent in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(sent):
                bridge = self.start_bridge("--map", "origin")
                code, output, _ = self.finish(bridge, sent)
                self.assertEqual((code, json.loads(output)["stream"]), (0, "swarm"))
                self.assertEqual(self.run_verb("info", "latent").returncode, 3)

    def test_it_ends_after_the_time_that_was_given(self):
        self.assertRegex(self.succeed("osc", "swarm", "--listen", 0, "--seconds", 0.1), r"^swarm: in \d\.\d s 0 messages received")
        self.assertEqual(self.succeed("osc", "swarm", "--listen", 0, "--seconds", 0, "--quiet"), "")


class CommandLine(OscTest):
    def test_wrong_command_lines_are_usage_errors(self):
        for words in ((), ("swarm",), ("swarm", "--listen", "many"), ("swarm", "--listen", "70000"),
                      ("swarm", "--send", "host:"), ("swarm", "--send", "0"), ("swarm", "--send", "::1:5"),
                      ("swarm", "--listen", "1", "--rate", "0"), ("sp ace", "--listen", "0")):
            with self.subTest(words):
                self.assert_fails(2, "wingbeat", "osc", *words)

    def test_absent_maps_and_streams_are_not_found_and_bad_maps_are_usage_errors(self):
        self.assert_fails(3, "origin", "osc", "swarm", "--listen", 0, "--map", "nowhere")
        self.assert_fails(3, "no map file", "osc", "swarm", "--listen", 0, "--map", "./nowhere.toml")
        self.assert_fails(3, "stream", "osc", "swarm", "--list")
        self.assert_fails(2, "colour is no key", "osc", "swarm", "--listen", 0, "--map", self.write_map("colour = 1\n"))
        self.start_swarm()
        self.assert_fails(3, "plaice", "osc", "swarm", "--list", "--map", self.write_map('[addresses]\nplaice = "/p"\n'))

    def test_a_taken_port_or_stream_is_said(self):
        bridge = self.start_bridge("--map", "origin")
        self.assert_fails(4, "cannot listen on 127.0.0.1:" + bridge.port, "osc", "swarm", "--listen", bridge.port)
        self.assert_fails(4, "latent", "osc", "swarm", "--listen", 0, "--map", "origin")

    def test_list_shows_addresses_and_what_they_take(self):
        self.start_swarm()
        text = self.succeed("osc", "swarm", "--list")
        self.assertRegex(text, r"(?m)^/swarm/alignment +parameter +one number from 1e-05 to 0\.1$")
        rows = {row["name"]: row for row in self.succeed_json("osc", "swarm", "--list", "--map", "origin")}
        self.assertEqual(rows["place"]["address"], "/flock/position")
        self.assertEqual(rows["place"]["takes"], "4 numbers: id x y z")
        self.assertEqual(rows["latent.code"], {"address": "/flock/pca", "kind": "in", "name": "latent.code",
                                               "takes": "10 numbers, which become a frame of stream latent"})
        sent = self.write_map('[[out]]\naddress = "/where"\nfield = "position"\n')
        self.assertRegex(self.succeed("osc", "swarm", "--list", "--map", sent), r"(?m)^/where +out +nothing; swarm.position is sent")

    def test_it_listens_on_loopback_unless_it_is_told_otherwise(self):
        bridge = self.start_bridge()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.2", int(bridge.port)))  # free, because the bridge listens only on 127.0.0.1
        everywhere = self.start_logged(BINARY, "osc", "swarm", "--listen", "0.0.0.0:0")
        self.await_log(everywhere, r"listening on 0\.0\.0\.0:\d+")


if __name__ == "__main__":
    for tool in ("oscsend", "oscdump"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} was not found: install liblo-tools")
    unittest.main()
