"""Reads the result files of one machine for the report."""

import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from statistics import median

FLOOR, WINGBEAT = "floor", "wingbeat"


def number(text):
    """Returns an int, a float if the text has a point, or None if it is empty."""
    if text in (None, ""):
        return None
    return float(text) if "." in text else int(text)


def read_rows(path):
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def format_ns(value):
    """Returns the time with three digits and a suitable unit."""
    if value is None:
        return ""
    for limit, unit in ((1, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")):
        scaled = value / limit
        if scaled < 999.5 or unit == "s":
            return f"{scaled:.{0 if unit == 'ns' or scaled >= 99.95 else 1 if scaled >= 9.995 else 2}f} {unit}"
    return ""


def format_bytes(count):
    for limit, unit in ((10**6, "MB"), (1024, "KiB")):
        if count >= limit:
            return f"{count / limit:g} {unit}"
    return f"{count} B"


@dataclass(frozen=True)
class Ratio:
    """The ratios of medians of the same round: a disturbance of the machine in a round affects both."""
    median: float
    lowest: float
    highest: float

    def __str__(self):
        return f"{self.median:.2f}x" if self.lowest == self.highest else (
            f"{self.median:.2f}x ({self.lowest:.2f} to {self.highest:.2f})")


@dataclass(frozen=True)
class PublishCost:
    """The time to publish of Wingbeat's writer by number of readers: points, and the fitted line."""
    points: tuple
    base_ns: float
    slope_ns: float


def fitted(points):
    """Fits a line by least squares."""
    xs, ys = zip(*points)
    mean_x, mean_y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return mean_y - slope * mean_x, slope


class Results:
    def __init__(self, folder):
        self.folder = folder
        self.machine = json.loads((folder / "machine.json").read_text())
        self.peers = {row["peer"]: row for row in read_rows(folder / "peers.csv")}
        self.failures = read_rows(folder / "failures.csv")
        self._rows = {(row["case"], row["peer"], row["metric"]): row for row in read_rows(folder / "batches.csv")}
        self._cases = {}
        for row in self._rows.values():
            self._cases.setdefault(row["case"], row)

    def cases(self, scenario):
        """Returns the names of a scenario's cases, in the order in which they ran."""
        return [name for name, row in self._cases.items() if row["scenario"] == scenario]

    def about(self, case):
        return self._cases.get(case)

    def names(self):
        return list(self.peers)

    def row(self, case, peer, metric="age"):
        """Returns the row, or None if it was not measured."""
        return self._rows.get((case, peer, metric))

    def value(self, case, peer, metric, column):
        row = self.row(case, peer, metric)
        return number(row.get(column)) if row else None

    def status(self, case, peer):
        """Returns ok, partly, failed or cannot; empty if the peer did not run the case."""
        row = self.row(case, peer) or self.row(case, peer, "")
        return row["status"] if row else ""

    def whys(self, case, peer):
        return [row["why"] for row in self.failures if (row["case"], row["peer"]) == (case, peer)]

    @cached_property
    def _medians(self):
        medians = defaultdict(dict)
        for row in read_rows(self.folder / "rounds.csv"):
            for column, text in row.items():
                if column.endswith("_p50_ns") and text:
                    medians[row["case"], row["peer"], column[:-len("_p50_ns")]][row["round"]] = number(text)
        return medians

    def ratio(self, metric, of, to):
        """Returns the ratio of two pairs of case and peer, or None if no round has both."""
        above, below = (self._medians.get((case, peer, metric), {}) for case, peer in (of, to))
        ratios = [above[number_] / below[number_] for number_ in above if below.get(number_)]
        return Ratio(median(ratios), min(ratios), max(ratios)) if ratios else None

    @cached_property
    def _distributions(self):
        points = defaultdict(list)
        for row in read_rows(self.folder / "quantiles.csv"):
            points[row["case"], row["peer"]].append((float(row["quantile"]), number(row["age_ns"])))
        return points

    def distribution(self, case, peer):
        return self._distributions.get((case, peer), [])

    def julia(self):
        return read_rows(self.folder / "julia.csv")

    def publish_cost(self, state="attached"):
        """Returns the cost with readers that do not wait (`attached`) or that each frame wakes (`woken`), or None."""
        rows = [row for row in read_rows(self.folder / "publish.csv") if row["state"] == state and row["readers"].isdigit()]
        points = tuple((int(row["readers"]), float(row["p50_ns"])) for row in rows)
        return PublishCost(points, *fitted(points)) if len(points) > 1 else None
