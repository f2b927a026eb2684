"""Samples in ns: reads them, removes the warm-up, pools them and computes quantiles."""

import math
from array import array

WARM_UP_SHARE = 10  # the first tenth of each batch is dropped
MOST_PER_BATCH = 100_000  # of a larger batch, evenly spaced samples are kept; the maximum is that of all
SHOWN = {"p50_ns": 0.5, "p90_ns": 0.9, "p99_ns": 0.99, "p999_ns": 0.999}
# Quantiles for plots, evenly spaced on an axis of nines, from the smallest sample to p99.9.
GRID = tuple(1 - 10 ** (-step / 20) for step in range(61))


def read_samples(path):
    samples = array("Q")
    samples.frombytes(path.read_bytes())
    return samples


def without_warm_up(samples):
    return samples[len(samples) // WARM_UP_SHARE:]


def thinned(samples, most=MOST_PER_BATCH):
    return samples[::math.ceil(len(samples) / most)] if len(samples) > most else samples


def quantile(ordered, share):
    """Returns the smallest sample that at least this share of the samples does not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered) - 1e-9) - 1)]


def is_backed(share, count):
    """Returns true if a sample lies beyond the quantile. The p99.9 of 200 samples would only be their maximum."""
    return count * (1 - share) >= 1 - 1e-9


class Pool:
    """All samples of one metric of one peer in one case."""

    def __init__(self):
        self.count = 0
        self._maximum = 0
        self._kept = array("Q")
        self._ordered = None

    def add(self, samples):
        """Adds the samples of a batch and returns their median, or None if there are none."""
        samples = without_warm_up(samples)
        if not samples:
            return None
        kept = thinned(samples)
        self.count += len(samples)
        self._maximum = max(self._maximum, max(samples))
        self._kept.extend(kept)
        self._ordered = None
        return quantile(sorted(kept), 0.5)

    def at(self, share):
        """Returns the quantile, or None if there are too few samples."""
        if self._ordered is None:
            self._ordered = sorted(self._kept)
        return quantile(self._ordered, share) if self._ordered and is_backed(share, self.count) else None

    def summary(self):
        shown = {name: self.at(share) for name, share in SHOWN.items()}
        return {**shown, "max_ns": self._maximum if self.count else None, "count": self.count}

    def distribution(self):
        return [(share, self.at(share)) for share in GRID if self.at(share) is not None]
