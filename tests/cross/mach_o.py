#!/usr/bin/env python3
"""Checks programs and libraries for macOS, on any machine.

    mach_o.py ARCHITECTURE FILE...              each has this architecture and imports only names that the system has
    mach_o.py --exports LIST ARCHITECTURE FILE  the file also exports every name in LIST

ARCHITECTURE is aarch64 or x86_64. The fields are those of <mach-o/loader.h> and <mach-o/nlist.h>.
"""

import struct
import sys
from collections import namedtuple
from pathlib import Path

MAGIC_64 = 0xFEEDFACF
PROCESSORS = {"x86_64": 0x01000007, "aarch64": 0x0100000C}
KINDS = {2: "program", 6: "library"}
LC_SYMTAB, LC_BUILD_VERSION = 0x2, 0x32
N_STAB, N_TYPE, N_EXT, N_UNDF, N_SECT = 0xE0, 0x0E, 0x01, 0x0, 0xE

# Names that the oldest supported macOS lacks (the library finds them by dlsym), and names that only Linux has.
FORBIDDEN = {
    "os_sync_wait_on_address", "os_sync_wait_on_address_with_timeout", "os_sync_wait_on_address_with_deadline",
    "os_sync_wake_by_address_any", "os_sync_wake_by_address_all", "__ulock_wait", "__ulock_wait2", "__ulock_wake",
    "futex", "syscall", "eventfd", "memfd_create", "posix_fallocate", "fallocate", "pipe2", "prctl", "epoll_create1",
    "pthread_mutexattr_setrobust", "pthread_mutex_timedlock",
}

Image = namedtuple("Image", "kind oldest_macos exported undefined")


class NotMachO(Exception):
    """Raised if a file is not a Mach-O file of the architecture."""


def commands(data):
    count, = struct.unpack_from("<I", data, 16)
    at = 32
    for _ in range(count):
        command, size = struct.unpack_from("<II", data, at)
        yield command, at
        at += size


def name_at(data, at):
    return data[at:data.index(b"\0", at)].decode().removeprefix("_")


def symbols(data, at):
    """Returns (exported, undefined) of the symbol table."""
    entries, count, strings, _ = struct.unpack_from("<IIII", data, at + 8)
    exported, undefined = set(), set()
    for i in range(count):
        text, kind = struct.unpack_from("<IB", data, entries + 16 * i)
        if kind & N_STAB or not kind & N_EXT:
            continue
        if kind & N_TYPE == N_UNDF:
            undefined.add(name_at(data, strings + text))
        elif kind & N_TYPE == N_SECT:
            exported.add(name_at(data, strings + text))
    return exported, undefined


def read(data, architecture):
    if len(data) < 32 or struct.unpack_from("<I", data)[0] != MAGIC_64:
        raise NotMachO("not a 64-bit Mach-O file")
    processor, _, kind = struct.unpack_from("<III", data, 4)
    if processor != PROCESSORS[architecture]:
        raise NotMachO(f"for processor {processor:#x}, not for {architecture}")
    oldest, exported, undefined = None, set(), set()
    for command, at in commands(data):
        if command == LC_SYMTAB:
            exported, undefined = symbols(data, at)
        elif command == LC_BUILD_VERSION:
            version, = struct.unpack_from("<I", data, at + 12)
            oldest = f"{version >> 16}.{version >> 8 & 255}"
    return Image(KINDS.get(kind, f"kind {kind}"), oldest, exported, undefined)


def faults(image, promised):
    """Returns the faults of a file as texts."""
    wrong = [f"imports {n}, which older systems lack; find it by dlsym" for n in sorted(image.undefined & FORBIDDEN)]
    wrong += [f"does not export {n}" for n in sorted(promised - image.exported)]
    if len(image.undefined) < 3:
        wrong.append("imports nearly nothing, so its symbol table was not read correctly")
    if image.oldest_macos is None:
        wrong.append("does not state its oldest macOS")
    return wrong


def check(path, architecture, promised):
    try:
        image = read(Path(path).read_bytes(), architecture)
    except NotMachO as error:
        print(f"{path}: {error}")
        return False
    wrong = faults(image, promised)
    for text in wrong:
        print(f"{path}: {text}")
    ours = sum(n.startswith("wb_") for n in image.exported)
    print(f"{Path(path).name}: {image.kind} for {architecture}, macOS {image.oldest_macos} and later; "
          f"{ours} wb_ functions exported, {len(image.undefined)} symbols taken")
    return not wrong


def main():
    arguments = sys.argv[1:]
    promised = set()
    if arguments[:1] == ["--exports"]:
        promised = set(Path(arguments[1]).read_text().split())
        arguments = arguments[2:]
        if not promised:
            sys.exit("mach_o.py: the list of promised names is empty")
    if len(arguments) < 2 or arguments[0] not in PROCESSORS:
        sys.exit(__doc__)
    results = [check(path, arguments[0], promised) for path in arguments[1:]]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
