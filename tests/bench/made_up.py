"""Writes a results folder with made-up figures: all times of a peer are `factor` times those of the floor."""

import csv
import json
import sys
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/peers"))

from cases import CASES
from samples import GRID
from tally import (BATCH_COLUMNS, FAILURE_COLUMNS, METRICS, PEER_COLUMNS, QUANTILE_COLUMNS,
                   ROUND_COLUMNS, write_rows)

ROUNDS = (1, 2, 3)
MACHINE = {
    "cpu": "Made Up", "cores": 2, "caches": {"L3": "32 MiB"}, "memory_bytes": 2**34, "hypervisor": "", "governor": "",
    "kernel": "Linux 6", "system": "Debian", "load_at_start": 0.0, "date": "2026-01-01 00:00 UTC", "complete": True,
    "compiler": "c++ 12", "flags": "-O3", "build_type": "Release", "commit": "0123456789abcdef", "changed_since": False,
    "seed": 1, "rounds": 3, "seconds_scale": 1.0, "sender_core": 0, "receiver_core": 1, "stolen_share": 0.0}


def floor_ns(case, metric):
    base = {"spin": 100, "sleep": 20_000}[case.wait]
    payload = case.bytes / 10 if metric == "age" else 0
    return (base + payload) * (1 + (case.readers - 1) / 10 if not case.beside else 1)


def factor_of(peer, case, metric):
    factor = peer.factor
    return factor(case, metric) if callable(factor) else factor


def batch_row(case, peer, metric):
    p50 = round(floor_ns(case, metric) * factor_of(peer, case, metric))
    return {"case": case.name, "scenario": case.scenario, "peer": peer.name, "bytes": case.bytes, "wait": case.wait,
            "pace": case.pace, "readers": case.readers, "beside": case.beside, "metric": metric, "p50_ns": p50,
            "p90_ns": p50 * 2, "p99_ns": p50 * 4, "p999_ns": p50 * 8, "max_ns": p50 * 100, "count": 5000, "sent": 5000,
            "received": 5000, "lost": 0, "torn": 0, "seconds": 1.5, "sender_cpu_ns": 1000, "receiver_cpu_ns": 2000,
            "rounds": 3, "failed": 0, "status": "ok"}


def failed_row(case, peer):
    whole = batch_row(case, peer, "age")
    return {**{column: whole[column] for column in BATCH_COLUMNS[:8]}, "rounds": 0, "failed": 2, "status": "failed"}


def round_row(case, peer, number):
    # One round is equally noisy for all peers, which must not change any ratio.
    noise = 10 if number == 2 else 1
    medians = {f"{metric}_p50_ns": round(noise * floor_ns(case, metric) * factor_of(peer, case, metric))
               for metric in METRICS}
    return {"case": case.name, "peer": peer.name, "round": number, **medians}


def publish_rows(p50_ns, state="attached"):
    """`p50_ns` maps a number of readers to a time."""
    rows = [{"state": state, "readers": readers, "p50_ns": ns} for readers, ns in p50_ns.items()]
    return [*rows, {"state": state, "readers": "slope", "p50_ns": 1000}]


def julia_row(case, way, factor):
    row = batch_row(case, peer(way, factor), "age")
    return {"way": way, **{column: row[column] for column in row if column not in ("case", "peer")}}


def quantile_rows(case, peer):
    p50 = floor_ns(case, "age") * factor_of(peer, case, "age")
    return [{"case": case.name, "peer": peer.name, "quantile": f"{share:.5f}",
             "age_ns": round(p50 * (1 + share**20 * 3))} for share in GRID]


def write(folder, peers, failures=(), publish=None, julia=None):
    """`peers` are objects with name, factor and copies. Cases in `failures` (case, peer, why) have no figures."""
    folder.mkdir(parents=True, exist_ok=True)
    failed = {(case, peer) for case, peer, _ in failures}
    played = [(case, peer) for case in CASES for peer in peers if (case.name, peer.name) not in failed]
    empty = [failed_row(case, peer) for case in CASES for peer in peers if (case.name, peer.name) in failed]
    write_rows(folder / "batches.csv", BATCH_COLUMNS,
               [batch_row(case, peer, metric) for case, peer in played for metric in METRICS] + empty)
    write_rows(folder / "rounds.csv", ROUND_COLUMNS,
               [round_row(case, peer, i) for case, peer in played for i in ROUNDS])
    write_rows(folder / "quantiles.csv", QUANTILE_COLUMNS,
               [row for case, peer in played if case.distribution for row in quantile_rows(case, peer)])
    write_rows(folder / "failures.csv", FAILURE_COLUMNS,
               [{"case": case, "peer": peer, "round": 1, "why": why, "stderr": "boom"} for case, peer, why in failures])
    write_rows(folder / "peers.csv", PEER_COLUMNS,
               [{"peer": peer.name, "version": "1.2", "settings": "fast | good", "copies": peer.copies,
                 "most_bytes": 2**32, "needs_daemon": False} for peer in peers])
    (folder / "machine.json").write_text(json.dumps(MACHINE))
    write_extra(folder / "publish.csv", publish)
    write_extra(folder / "julia.csv", julia)


def write_extra(path, rows):
    if rows:
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def peer(name, factor, copies=False):
    return SimpleNamespace(name=name, factor=factor, copies=copies)
