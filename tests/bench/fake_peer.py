#!/usr/bin/env python3
"""Poses as the program of a peer and records its process ids.

The name of the program selects its behaviour: good, hang, mute, crash; wingbeat crashes too.
"""

import json
import os
import signal
import subprocess
import sys
import time
from array import array
from pathlib import Path

KIND = Path(sys.argv[0]).name.removeprefix("peer-")
ROLE = sys.argv[1]
MOST_BYTES = 300_000
FRAMES = 2000


def option(name, default=""):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def write_down(pid):
    with open(os.environ["FAKE_PEER_PIDS"], "a", encoding="utf-8") as file:
        file.write(f"{pid}\n")


def describe():
    if KIND == "mute":
        sys.exit("no")
    print(json.dumps({"name": KIND, "version": "1", "settings": "none", "copies": False, "most_bytes": MOST_BYTES,
                      "needs_daemon": KIND == "good"}))


def write_results(out, kinds, summary):
    for kind, ns in kinds.items():
        Path(f"{out}.{kind}").write_bytes(array("Q", [ns] * FRAMES).tobytes())
    Path(f"{out}.json").write_text(json.dumps(summary))


def send():
    if KIND in ("crash", "wingbeat"):
        print("boom", file=sys.stderr)
        os.abort()
    Path("/dev/shm", f"{os.environ['FAKE_PEER_FILES']}-{option('--name')}").write_text("left behind")
    write_results(option("--out"), {"publish": 50}, {"sent": FRAMES, "took_ns": 10**9, "cpu_ns": 10**6})


def receive():
    if KIND in ("hang", "crash", "wingbeat"):
        write_down(subprocess.Popen(["sleep", "600"]).pid)
        time.sleep(600)
    if "--stopped" in sys.argv:
        os.kill(os.getpid(), signal.SIGSTOP)
    if "--nap-ns" in sys.argv:
        time.sleep(600)
    write_results(option("--out"), {"signal": 100, "age": 200},
                  {"received": FRAMES - 1, "lost": 1, "torn": 0, "cpu_ns": 10**6})


write_down(os.getpid())
{"describe": describe, "send": send, "receive": receive, "serve": lambda: time.sleep(600)}[ROLE]()
