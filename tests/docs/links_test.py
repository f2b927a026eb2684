#!/usr/bin/env python3
"""Tests that the check of links finds each kind of missing name and reports no others."""

import shutil
import stat
import tempfile
import unittest
from pathlib import Path

import links


class Links(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="wingbeat-links."))
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "core").mkdir()
        (self.root / "core/there.cpp").touch()
        (self.root / "Makefile").write_text("build: deps\nbench-peers:\n")
        (self.root / "other.md").write_text("# Other\n\n## `code` and more, twice\n\n## Same\n\n## Same\n")
        self.command = self.root / "command"
        self.command.write_text("#!/bin/sh\nprintf 'Verbs:\\n  ls     list\\n  top    watch\\n'\n")
        self.command.chmod(stat.S_IRWXU)
        links.anchors.cache_clear()

    def found(self, text):
        (self.root / "page.md").write_text(text)
        return [line.split(": ", 1)[1] for line in links.check(self.root, self.command)]

    def test_page_that_names_only_what_is_there_has_no_findings(self):
        self.assertEqual(self.found(
            "# Page\n[a](other.md), [b](other.md#code-and-more-twice), [c](other.md#same-1), [d](#page), [e](https://x.y/z)\n"
            "`core/there.cpp`, `core/*.cpp`, `core`, `build/release/bin/x`, `make build`, `wingbeat ls swarm`, make nothing\n"
            "```sh\nmake BUILD=dev build && sudo make bench-peers\nbuild/release/bin/wingbeat top\n```\n"
            "```text\nwingbeat manifest 1\n[x](nowhere.md) `core/gone.cpp`\n```\n"), [])

    def test_dead_link_is_found_with_its_line(self):
        (self.root / "page.md").write_text("one\n\n[a](gone.md)\n")
        self.assertEqual(list(links.check(self.root)), ["page.md:3: link to gone.md: no such file"])

    def test_each_name_of_what_is_gone_is_found_in_text_and_in_blocks(self):
        for text, *found in (
            ("![a](images/gone.svg)", "link to images/gone.svg: no such file"),
            ("[a](other.md#gone) [b](#gone)",
             "link to other.md#gone: no such heading", "link to #gone: no such heading"),
            ("`core/gone.cpp` `core/*.hpp`", "`core/gone.cpp`: no such file", "`core/*.hpp`: no such file"),
            ("`make gone`\n```sh\nmake build && make SECONDS=3 lost\n```\n",
             "`make gone`: there is no such target", "`make lost`: there is no such target"),
            ("`wingbeat lss`\n```sh\nbuild/release/bin/wingbeat topp swarm\n```\n",
             "`wingbeat lss`: there is no such verb", "`wingbeat topp`: there is no such verb"),
        ):
            with self.subTest(text):
                self.assertEqual(self.found(text), found)


if __name__ == "__main__":
    unittest.main()
