#!/usr/bin/env python3
"""Tests the include rules on small trees: one that keeps them, and others with one wrong include each."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import includes  # noqa: E402

GOOD = {
    "include/wingbeat/wingbeat.h": "",
    "include/wingbeat/wingbeat.hpp": '#include "wingbeat/wingbeat.h"\n',
    "core/layout/format.hpp": "#include <cstdint>\n",
    "core/platform/clock.hpp": "#include <time.h>\n",
    "core/sync/slots.hpp": '#include "../layout/format.hpp"\n',
    "core/writer/writer.hpp": '#include "layout/format.hpp"\n#include "platform/clock.hpp"\n#include "sync/slots.hpp"\n',
    "core/abi/writer.cpp": '#include "writer/writer.hpp"\n#include <wingbeat/wingbeat.h>\n',
    "swarm/include/swarm/swarm.hpp": "",
    "swarm/src/swarm.cpp": '#include "swarm/swarm.hpp"\n',
    "cli/main.cpp": "#include <swarm/swarm.hpp>\n#include <wingbeat/wingbeat.hpp>\n",
    "tests/core/slots_test.cpp": '#include "sync/slots.hpp"\n',
    "tests/faults/kill_test.cpp": '#include "core/layout/format.hpp"\n',
    "tests/vectors/segment.hpp": '#include "layout/format.hpp"\n',
    "build/release/generated.cpp": '#include "core/nothing.hpp"\n',
}


def check(changes):
    """Returns the problems that the check finds in the good tree with some files changed."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for file, text in {**GOOD, **changes}.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text)
        return [(str(w.file), w.line) for w in includes.check(root)]


class Includes(unittest.TestCase):
    def assert_wrong(self, file, text):
        self.assertEqual(check({file: text}), [(file, text.count("\n"))])

    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assertEqual(check({}), [])

    def test_layout_including_sync_is_wrong(self):
        self.assert_wrong("core/layout/format.hpp", '#include "../sync/slots.hpp"\n')

    def test_layout_including_the_public_header_is_wrong(self):
        self.assert_wrong("core/layout/format.hpp", "#include <wingbeat/wingbeat.h>\n")

    def test_platform_including_layout_is_wrong(self):
        self.assert_wrong("core/platform/clock.hpp", '#include "layout/format.hpp"\n')

    def test_sync_including_platform_is_wrong(self):
        self.assert_wrong("core/sync/slots.hpp", '#include "platform/clock.hpp"\n')

    def test_sync_including_writer_by_its_full_path_is_wrong(self):
        self.assert_wrong("core/sync/slots.hpp", '\n  #  include "core/writer/writer.hpp"\n')

    def test_writer_including_abi_is_wrong(self):
        self.assert_wrong("core/writer/writer.hpp", '#include "../abi/writer.cpp"\n')

    def test_a_new_layer_of_the_core_is_wrong_until_it_is_named(self):
        self.assert_wrong("core/extra/new.hpp", '#include "layout/format.hpp"\n')

    def test_a_public_header_including_the_core_is_wrong(self):
        self.assert_wrong("include/wingbeat/wingbeat.hpp", '#include "../../core/layout/format.hpp"\n')

    def test_swarm_including_the_library_is_wrong(self):
        self.assert_wrong("swarm/src/swarm.cpp", "#include <wingbeat/wingbeat.hpp>\n")

    def test_cli_including_the_core_is_wrong(self):
        self.assert_wrong("cli/main.cpp", '#include "writer/writer.hpp"\n')

    def test_a_reader_including_the_writer_is_wrong(self):
        self.assert_wrong("core/reader/reader.hpp", '#include "../writer/writer.hpp"\n')

    def test_examples_including_the_core_is_wrong(self):
        self.assert_wrong("examples/c/publisher.c", "#include <layout/format.hpp>\n")

    def test_bench_including_the_core_is_wrong(self):
        self.assert_wrong("bench/publish.cpp", '#include "core/sync/slots.hpp"\n')

    def test_tests_of_the_cli_including_the_core_is_wrong(self):
        self.assert_wrong("tests/cli/ls_test.cpp", '#include "sync/slots.hpp"\n')

    def test_core_including_swarm_is_wrong(self):
        self.assert_wrong("core/abi/writer.cpp", '#include "swarm/swarm.hpp"\n')

    def test_a_folder_that_is_not_in_the_house_is_wrong(self):
        self.assert_wrong("extra/new.cpp", "#include <wingbeat/wingbeat.h>\n")

    def test_a_public_header_that_does_not_exist_is_wrong(self):
        self.assert_wrong("cli/main.cpp", "#include <wingbeat/other.h>\n")


if __name__ == "__main__":
    unittest.main()
