#!/usr/bin/env python3
"""Runs a reproduced figure with --short and checks its verdict."""

import apps


class Reproduce(apps.AppTest):
    script = "reproduce"

    def run_short(self, *words):
        return self.run_app("vicsek-order", "--short", "--out", self.directory / "out", "--json", *words)

    def test_the_order_of_vicsek_is_measured_live_and_compared(self):
        done = self.run_short("--noise", "3,1")
        checks, rows = self.judge("vicsek-order", done)
        self.assertIn("vicsek-order: 3 of 3 checks hold", done.stdout)
        self.assertAlmostEqual(checks["polarisation at noise 1.0"]["measured"], 0.953, delta=0.02)
        self.assertEqual([row["noise"] for row in rows], ["1.0", "3.0"])
        self.assertAlmostEqual(float(rows[1]["polarisation"]), 0.621, delta=0.02)

    def test_other_numbers_of_agents_have_no_known_values_to_compare_with(self):
        self.assertIn("vicsek-order: 1 of 1 checks hold", self.run_short("--agents", 50, "--noise", "1").stdout)

    def test_a_wrong_command_line_is_refused_with_a_reason(self):
        self.assert_refused(["fig-9"], "couzin-memory")
        self.assert_refused(["vicsek-order", "--seeds", "none"], "--seeds")


if __name__ == "__main__":
    apps.main()
