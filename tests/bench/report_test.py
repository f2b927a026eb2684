#!/usr/bin/env python3
"""Tests the report of made-up results: its tables, its verdicts, its pictures."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

import made_up

REPORT = made_up.ROOT / "bench/peers/report.py"
PICTURES = ("cost-against-readers.svg", "distribution-paced.svg", "distribution-turns.svg", "overview.svg", "time-against-size.svg")
NO_MATPLOTLIB = 4


def wingbeat(factor):
    return made_up.peer("wingbeat", factor)


def flat_signal(factor):
    """Returns times of a copying peer: its signal time grows with the frame."""
    return lambda case, metric: factor if metric != "signal" else factor * (1 + case.bytes / 10**5)


class Report(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="wingbeat-report."))
        self.addCleanup(shutil.rmtree, self.folder)
        self.results = self.folder / "made-up"
        self.page = self.folder / "docs/page.md"
        self.details = self.folder / "docs/page-details.md"

    def write(self, own=1.02, iceoryx2=2.5, copying=4.0, **options):
        made_up.write(self.results, [made_up.peer("floor", 1), wingbeat(own), made_up.peer("iceoryx2", iceoryx2),
                                     made_up.peer("tcp-socket", flat_signal(copying), copies=True)], **options)

    def run_report(self, *words):
        return subprocess.run([sys.executable, REPORT, self.results, "--page", self.page, *words], capture_output=True,
                              text=True, check=False)

    def make(self, *words):
        done = self.run_report(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.details.read_text()

    def overview(self):
        self.make("--no-plots")
        return self.page.read_text()

    def words(self):
        """Returns the verdicts by their targets."""
        return {entry["target"]: entry for entry in json.loads(self.run_report("--targets").stdout)}

    def word(self, part):
        return next(entry["word"] for target, entry in self.words().items() if part in target)

    def test_page_has_a_row_for_each_peer_in_each_table(self):
        self.write()
        page = self.make("--no-plots")
        self.assertIn("| **Wingbeat** | 102 ns (1.02) | ", page)
        self.assertIn("| *floor* | 106 ns |", page)
        for title in ("Targets", "Time to last byte", "Signal", "Paced", "Flat out", "Readers",
                      "A slow and a stopped reader", "CPU", "Peers", "Machine"):
            self.assertIn(f"\n## {title}\n", page)
        self.assertGreater(page.count("| tcp-socket |"), 12)
        self.assertIn("fast \\| good", page)

    def test_overview_has_one_row_for_each_peer_it_shows_and_marks_the_fastest(self):
        self.write(own=1.02, iceoryx2=0.9)
        page = self.overview()
        rows = [line for line in page.splitlines() if line.startswith("| ") and "---" not in line]
        self.assertEqual([row.split(" | ")[0] for row in rows],
                         ["| p50", "| *floor*: bare shared memory, no protection", "| Wingbeat", "| iceoryx2"])
        self.assertIn("Wingbeat and 2 other ways", page)
        self.assertIn("**", rows[3])
        self.assertNotIn("**", rows[1] + rows[2])
        self.assertIn("](page-details.md)", page)

    def test_links_of_the_overview_lead_to_headings_of_the_notes(self):
        self.write()
        headings = (made_up.ROOT / "bench/peers/README.md").read_text()
        anchors = re.findall(r"README\.md#([\w-]+)\)", self.overview())
        self.assertEqual(len(anchors), 3)
        for anchor in anchors:
            self.assertIn(f"\n## {anchor.replace('-', ' ')}\n", headings.lower())

    def test_both_pages_warn_of_a_noisy_machine_and_only_then(self):
        self.write()
        self.assertNotIn("not to be relied on", self.make("--no-plots") + self.overview())
        machine = self.results / "machine.json"
        machine.write_text(json.dumps(dict(json.loads(machine.read_text()), load_at_start=1.5)))
        for page in (self.make("--no-plots"), self.overview()):
            self.assertIn("**These figures are not to be relied on**: other programs were running (load 1.5", page)

    def test_all_rows_of_a_table_have_as_many_cells(self):
        self.write(publish=made_up.publish_rows({0: 40, 4: 48}))
        block = []
        for line in self.make("--no-plots").replace("\\|", "").splitlines() + [""]:
            if line.startswith("|"):
                block.append(line.count("|"))
            else:
                self.assertLessEqual(len(set(block)), 1, line)
                block = []

    def test_targets_that_are_reached_are_met(self):
        self.write(publish=made_up.publish_rows({count: 40 + 2 * count for count in (0, 1, 4, 16, 32)}))
        self.assertEqual({entry["word"] for entry in self.words().values()}, {"met"})

    def test_targets_that_are_missed_are_not_met(self):
        self.write(own=flat_signal(1.6), iceoryx2=1.5, copying=1.4,
                   publish=made_up.publish_rows({count: 40 + 9 * count for count in (0, 1, 4, 16, 32)}))
        words = self.words()
        missed = [target for target, entry in words.items() if entry["word"] == "not met"]
        self.assertEqual(len(missed), len(words) - 1, words)
        self.assertEqual(self.word("stopped reader"), "met")
        self.assertIn("**not met**", self.make("--no-plots"))

    def test_stopped_reader_that_delays_the_writer_or_ends_its_work_is_not_met(self):
        self.write(own=lambda case, metric: 1.3 if case.beside == "stopped" else 1.0)
        self.assertEqual(self.word("stopped reader"), "not met")
        why = "not over after 6 s: sender"
        self.write(failures=[("beside-stopped", "wingbeat", why), ("beside-stopped", "tcp-socket", why)])
        self.assertEqual(self.word("stopped reader"), "not met")
        self.assertIn("never ends", self.make("--no-plots"))

    def test_what_was_not_measured_is_said(self):
        made_up.write(self.results, [made_up.peer("floor", 1), wingbeat(1)])
        self.assertEqual(self.word("iceoryx2"), "not measured")
        self.assertEqual(self.word("per reader"), "not measured")

    def test_failures_are_listed_with_what_was_said(self):
        self.write(failures=[("spin-64", "iceoryx2", "sender ended by SIGSEGV")])
        page = self.make("--no-plots")
        self.assertIn("| iceoryx2 | spin-64 | sender ended by SIGSEGV | 1 | boom |", page)
        self.assertIn("| iceoryx2 | failed |", page)
        self.assertEqual(self.word("iceoryx2"), "not measured")

    def test_noisy_round_does_not_change_a_ratio(self):
        self.write(own=1.25)
        self.assertIn("1.25x", [entry["figure"] for entry in self.words().values()])

    def test_julia_and_publishing_are_shown_if_they_are_there(self):
        self.write()
        self.assertNotIn("Julia\n", self.make("--no-plots"))
        rows = [made_up.julia_row(made_up.CASES[0], way, factor) for way, factor in (("wingbeat-cpp", 1), ("wingbeat", 3))]
        self.write(julia=rows, publish=made_up.publish_rows({0: 40, 2: 44}) + made_up.publish_rows({1: 900, 2: 910}, "woken"))
        page = self.make("--no-plots")
        self.assertIn("## End to end in Julia", page)
        self.assertRegex(page, r"\| wingbeat \|.* 3\.0\dx \|")
        self.assertIn("**40 ns, and 2.00 ns per reader**", page)
        self.assertIn("**890 ns, and 10.00 ns per reader**", page)

    def test_pictures_are_well_formed_and_the_same_again(self):
        self.write()
        if self.run_report().returncode == NO_MATPLOTLIB:
            self.skipTest("no matplotlib")
        pictures = [self.page.parent / "images/benchmarks" / name for name in PICTURES]
        first = [path.read_bytes() for path in pictures]
        for path, text in zip(pictures, first):
            root = xml.etree.ElementTree.fromstring(text)
            self.assertTrue(root.tag.endswith("svg"))
            self.assertIn(b">wingbeat<", text.lower())
            self.assertNotIn(b"<dc:date>", text)
            self.assertIn(f"(images/benchmarks/{path.name})", self.page.read_text() + self.details.read_text())
        self.make()
        self.assertEqual([path.read_bytes() for path in pictures], first)

    def test_no_results_is_an_error_that_says_what_to_do(self):
        done = self.run_report()
        self.assertEqual(done.returncode, 3)
        self.assertIn("make bench-peers", done.stderr)


if __name__ == "__main__":
    unittest.main()
