#!/usr/bin/env python3
"""Tests mach_o.py on generated files: one correct file, and one file for each fault."""

import struct
import unittest

import mach_o

PROMISED = {"wb_one", "wb_two"}
TAKEN = ["malloc", "mmap", "shm_open"]


def build(architecture="aarch64", exported=("wb_one", "wb_two"), undefined=TAKEN, magic=mach_o.MAGIC_64, version=True):
    """Returns a library that has only a symbol table."""
    names = [(n, mach_o.N_SECT | mach_o.N_EXT) for n in exported] + [(n, mach_o.N_UNDF | mach_o.N_EXT) for n in undefined]
    strings, entries = b"\0", b""
    for name, kind in names:
        entries += struct.pack("<IBBHQ", len(strings), kind, 1, 0, 0)
        strings += b"_" + name.encode() + b"\0"
    build_version = struct.pack("<IIIIII", mach_o.LC_BUILD_VERSION, 24, 1, 13 << 16, 14 << 16, 0) if version else b""
    at = 32 + 24 + len(build_version)
    table = struct.pack("<IIIIII", mach_o.LC_SYMTAB, 24, at, len(names), at + len(entries), len(strings))
    header = struct.pack("<IIIIIIII", magic, mach_o.PROCESSORS[architecture], 0, 6, 1 + version, 24 + len(build_version), 0, 0)
    return header + table + build_version + entries + strings


def faults(**changes):
    return mach_o.faults(mach_o.read(build(**changes), "aarch64"), PROMISED)


class MachO(unittest.TestCase):
    def test_a_right_library_passes(self):
        self.assertEqual(faults(), [])
        self.assertEqual(mach_o.read(build(), "aarch64").oldest_macos, "13.0")

    def test_another_processor_is_refused(self):
        with self.assertRaises(mach_o.NotMachO):
            mach_o.read(build(architecture="x86_64"), "aarch64")

    def test_another_format_is_refused(self):
        for data in (build(magic=0x464C457F), b"", b"!<arch>\n"):
            with self.assertRaises(mach_o.NotMachO):
                mach_o.read(data, "aarch64")

    def test_a_promised_name_that_is_not_exported_is_named(self):
        self.assertIn("wb_two", "".join(faults(exported=("wb_one",))))

    def test_a_name_that_older_systems_lack_is_named(self):
        self.assertIn("os_sync_wake_by_address_all", "".join(faults(undefined=TAKEN + ["os_sync_wake_by_address_all"])))

    def test_a_library_that_says_nothing_is_suspicious(self):
        self.assertEqual(len(faults(undefined=())), 1)
        self.assertEqual(len(faults(version=False)), 1)


if __name__ == "__main__":
    unittest.main()
