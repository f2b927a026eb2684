#!/usr/bin/env python3
"""Tests quantiles, pooling and sums on known samples."""

import sys
import unittest
from array import array
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench/peers"))

from batch import Outcome
from cases import CASES
from machine import pick_cores, readable_id
from results import fitted, format_bytes, format_ns
from samples import GRID, Pool, is_backed, quantile, thinned, without_warm_up
from tally import Tally


class Quantiles(unittest.TestCase):
    def test_quantile_is_the_nearest_rank(self):
        hundred = list(range(1, 101))
        self.assertEqual([quantile(hundred, share) for share in (0, 0.5, 0.9, 0.99, 1)], [1, 50, 90, 99, 100])
        self.assertEqual(quantile([7], 0.5), 7)
        self.assertEqual(quantile(list(range(1, 1001)), 0.999), 999)

    def test_quantile_with_nothing_beyond_is_not_told(self):
        self.assertTrue(is_backed(0.99, 100))
        self.assertFalse(is_backed(0.99, 99))
        self.assertTrue(is_backed(0.999, 1000))

    def test_grid_goes_from_the_smallest_to_three_nines(self):
        self.assertEqual(GRID[0], 0)
        self.assertAlmostEqual(GRID[-1], 0.999)
        self.assertEqual(sorted(GRID), list(GRID))

    def test_thinning_keeps_the_spacing(self):
        self.assertEqual(list(thinned(array("Q", range(10)), most=5)), [0, 2, 4, 6, 8])
        self.assertEqual(len(thinned(array("Q", range(10)), most=10)), 10)


class Pooling(unittest.TestCase):
    def test_first_tenth_of_each_batch_is_dropped(self):
        self.assertEqual(list(without_warm_up(array("Q", range(20)))), list(range(2, 20)))
        pool = Pool()
        pool.add(array("Q", [10**9] + [1] * 9))
        pool.add(array("Q", [10**9] + [3] * 9))
        self.assertEqual((pool.count, pool.summary()["max_ns"]), (18, 3))

    def test_pool_of_two_batches_is_as_one_of_both(self):
        pool = Pool()
        medians = [pool.add(array("Q", [0] * 100 + list(range(first, first + 900)))) for first in (1, 901)]
        self.assertEqual(medians, [450, 1350])
        self.assertEqual(list(pool.summary().values()), [900, 1620, 1782, 1799, 1800, 1800])

    def test_maximum_survives_thinning(self):
        pool = Pool()
        values = [1] * 400_001
        values[300_001] = 77
        pool.add(array("Q", values))
        self.assertEqual(pool.summary()["max_ns"], 77)

    def test_empty_pool_tells_nothing(self):
        pool = Pool()
        self.assertIsNone(pool.add(array("Q", [])))
        self.assertEqual(list(pool.summary().values()), [None] * 5 + [0])
        self.assertEqual(pool.distribution(), [])


def outcome(sent, received, ns):
    receivers = [{"received": count, "torn": 1, "cpu_ns": 50 * count} for count in received]
    of_each = [array("Q", [ns] * (count - 1) + [10**8]) for count in received]
    return Outcome(sender={"sent": sent, "took_ns": 10**9, "cpu_ns": 20 * sent}, receivers=receivers,
                   samples={"publish": [array("Q", [ns] * sent)], "signal": of_each, "age": of_each})


class Tallies(unittest.TestCase):
    def setUp(self):
        case = next(case for case in CASES if case.name == "readers-4x64")
        self.tally = Tally(case, SimpleNamespace(name="peer", most_bytes=10**6))

    def test_losses_and_cpu_are_summed_over_rounds_and_receivers(self):
        self.tally.add(1, outcome(100, [100, 90], 5))
        self.tally.add(2, outcome(100, [100, 100], 9))
        row = self.tally.batch_rows()[0]
        expected = {"sent": 200, "received": 390, "lost": 10, "torn": 4, "seconds": 2.2, "sender_cpu_ns": 20,
                    "receiver_cpu_ns": 50}
        self.assertEqual({name: row[name] for name in expected}, expected)
        self.assertEqual([round_["age_p50_ns"] for round_ in self.tally.rounds], [5, 9])

    def test_failed_round_is_kept_beside_the_others(self):
        self.tally.add(1, outcome(100, [100], 5))
        self.tally.add(2, Outcome(why="sender ended by SIGSEGV", stderr="a\nb"))
        self.assertEqual((self.tally.status, self.tally.gave_up), ("partly", False))
        self.assertEqual(self.tally.failures[0]["stderr"], "a b")

    def test_after_two_failures_it_is_given_up(self):
        for number in (1, 2):
            self.tally.add(number, Outcome(why="not over after 1 s"))
        self.assertEqual((self.tally.status, self.tally.gave_up, len(self.tally.batch_rows())), ("failed", True, 1))

    def test_frame_too_large_for_a_peer_is_said(self):
        self.assertEqual(Tally(self.tally.case, SimpleNamespace(name="small", most_bytes=63)).status, "cannot")


class Words(unittest.TestCase):
    def test_times_and_sizes_have_three_digits_and_a_unit(self):
        for ns, text in ((7, "7 ns"), (999, "999 ns"), (1000, "1.00 µs"), (12_340, "12.3 µs"), (345_600, "346 µs"),
                         (999_600, "1.00 ms"), (2_500_000_000, "2.50 s")):
            self.assertEqual(format_ns(ns), text)
        for count, text in ((64, "64 B"), (4096, "4 KiB"), (262144, "256 KiB"), (3_200_000, "3.2 MB")):
            self.assertEqual(format_bytes(count), text)

    def test_machine_id_is_readable(self):
        self.assertEqual(readable_id("AMD EPYC", 2, "KVM"), "amd-epyc-2-cores-kvm")
        self.assertEqual(readable_id("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", 8, ""),
                         "intel-xeon-e5-2680-v4-8-cores")
        self.assertEqual(readable_id("AMD Ryzen 9 5950X 16-Core Processor", 32, ""), "amd-ryzen-9-5950x-32-cores")


class Sums(unittest.TestCase):
    def test_fit_finds_base_and_slope(self):
        base, slope = fitted(((0, 40), (1, 42), (4, 48), (16, 72), (32, 104)))
        self.assertAlmostEqual(base, 40)
        self.assertAlmostEqual(slope, 2)

    def test_cores_are_not_two_halves_of_one(self):
        self.assertEqual(pick_cores({0, 1, 2, 3}, lambda core: {0, 1}), (0, 2))
        self.assertEqual(pick_cores({4, 5}, lambda core: {4}), (4, 5))
        self.assertIsNone(pick_cores({0, 1}, lambda core: {0, 1}))
        self.assertIsNone(pick_cores({3}, lambda core: {3}))


if __name__ == "__main__":
    unittest.main()
