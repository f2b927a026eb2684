"""Sums up all rounds of one peer in one case, and writes the rows of the result files."""

import csv

from samples import Pool

METRICS = ("signal", "age", "publish")
GIVE_UP_AFTER = 2  # failures in one case

BATCH_COLUMNS = ("case", "scenario", "peer", "bytes", "wait", "pace", "readers", "beside", "metric", "p50_ns", "p90_ns",
                 "p99_ns", "p999_ns", "max_ns", "count", "sent", "received", "lost", "torn", "seconds", "sender_cpu_ns",
                 "receiver_cpu_ns", "rounds", "failed", "status")
ROUND_COLUMNS = ("case", "peer", "round", *(f"{metric}_p50_ns" for metric in METRICS))
QUANTILE_COLUMNS = ("case", "peer", "quantile", "age_ns")
FAILURE_COLUMNS = ("case", "peer", "round", "why", "stderr")
PEER_COLUMNS = ("peer", "version", "settings", "copies", "most_bytes", "needs_daemon")


def last_age_ns(of_receivers):
    """Returns the time to the last byte of the last frame: emptying a queue after the sender has ended counts, too."""
    return max((ages[-1] for ages in of_receivers if ages), default=0)


class Tally:
    def __init__(self, case, peer):
        self.case, self.peer = case, peer
        self.rounds, self.failures = [], []
        self.cannot = case.bytes > peer.most_bytes
        self._pools = {metric: Pool() for metric in METRICS}
        self._sent = self._received = self._expected = self._torn = 0
        self._sender_cpu_ns = self._receiver_cpu_ns = self._took_ns = 0

    @property
    def gave_up(self):
        return len(self.failures) >= GIVE_UP_AFTER

    def add(self, number, outcome):
        if outcome.why:
            self._add_failure(number, outcome)
            return
        medians = {f"{metric}_p50_ns": self._add_samples(metric, outcome.samples[metric]) for metric in METRICS}
        self.rounds.append({"case": self.case.name, "peer": self.peer.name, "round": number, **medians})
        self._sent += outcome.sender["sent"]
        self._took_ns += outcome.sender["took_ns"] + last_age_ns(outcome.samples["age"])
        self._sender_cpu_ns += outcome.sender["cpu_ns"]
        self._expected += outcome.sender["sent"] * len(outcome.receivers)
        self._received += sum(receiver["received"] for receiver in outcome.receivers)
        self._torn += sum(receiver["torn"] for receiver in outcome.receivers)
        self._receiver_cpu_ns += sum(receiver["cpu_ns"] for receiver in outcome.receivers)

    def _add_failure(self, number, outcome):
        self.failures.append({"case": self.case.name, "peer": self.peer.name, "round": number, "why": outcome.why,
                              "stderr": " ".join(outcome.stderr.split())})

    def _add_samples(self, metric, of_processes):
        """Adds the samples of a round, without each process's warm-up, and records their median."""
        round_pool = Pool()
        for samples in of_processes:
            round_pool.add(samples)
            self._pools[metric].add(samples)
        return round_pool.at(0.5)

    @property
    def status(self):
        if self.cannot:
            return "cannot"
        if not self.rounds:
            return "failed"
        return "partly" if self.failures else "ok"

    def batch_rows(self):
        case = self.case
        common = {"case": case.name, "scenario": case.scenario, "peer": self.peer.name, "bytes": case.bytes,
                  "wait": case.wait, "pace": case.pace, "readers": case.readers, "beside": case.beside,
                  "rounds": len(self.rounds), "failed": len(self.failures), "status": self.status}
        if not self.rounds:
            return [common]
        return [{**common, **self._sums(), "metric": metric, **self._pools[metric].summary()} for metric in METRICS]

    def _sums(self):
        return {"sent": self._sent, "received": self._received, "lost": max(0, self._expected - self._received),
                "torn": self._torn, "seconds": round(self._took_ns / 1e9, 3),
                "sender_cpu_ns": round(self._sender_cpu_ns / max(1, self._sent)),
                "receiver_cpu_ns": round(self._receiver_cpu_ns / max(1, self._received))}

    def quantile_rows(self):
        if not self.case.distribution:
            return []
        return [{"case": self.case.name, "peer": self.peer.name, "quantile": f"{share:.5f}", "age_ns": age_ns}
                for share, age_ns in self._pools["age"].distribution()]


def write_rows(path, columns, rows):
    """Writes the file in one step, so that no process reads an incomplete file."""
    half = path.with_suffix(".half")
    with half.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    half.replace(path)


def earlier_rows(path):
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def write_results(folder, peers, tallies, keep=False):
    """Writes all result files. With `keep`, rows of other cases and peers stay."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = (("batches", BATCH_COLUMNS, Tally.batch_rows), ("rounds", ROUND_COLUMNS, lambda tally: tally.rounds),
             ("quantiles", QUANTILE_COLUMNS, Tally.quantile_rows), ("failures", FAILURE_COLUMNS, lambda tally: tally.failures))
    names = {peer.name for peer in peers}
    played = {(tally.case.name, tally.peer.name) for tally in tallies}
    path = folder / "peers.csv"
    kept = [row for row in earlier_rows(path) if keep and row["peer"] not in names]
    write_rows(path, PEER_COLUMNS, kept + [peer.row() for peer in peers])
    for name, columns, rows_of in parts:
        path = folder / f"{name}.csv"
        kept = [row for row in earlier_rows(path) if keep and (row["case"], row["peer"]) not in played]
        write_rows(path, columns, kept + [row for tally in tallies for row in rows_of(tally)])
