#!/usr/bin/env python3
"""Checks the rules of which folder may include which. See "The house" in docs/design/0001-contract.md.

    includes.py ROOT      prints every #include that breaks a rule; exit code 1 if there is one
"""

import re
import sys
from collections import namedtuple
from pathlib import Path

PUBLIC = "include/wingbeat"
SOURCES = {".h", ".hpp", ".c", ".cpp", ".inl"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)

# layer: the layers of the core that it may include besides itself. Each folder of the core must be listed here.
CORE = {
    "core/layout": set(),
    "core/platform": set(),
    "core/sync": {"core/layout"},
    "core/stream": {"core/layout", "core/sync", "core/platform"},
    "core/writer": {"core/layout", "core/sync", "core/platform", "core/stream"},
    "core/reader": {"core/layout", "core/sync", "core/platform", "core/stream"},
    "core/array": {"core/layout", "core/sync", "core/platform", "core/stream"},
    "core/abi": {"core/layout", "core/sync", "core/platform", "core/stream", "core/writer", "core/reader", "core/array"},
}
# The layers of the core that may include the public headers.
PUBLIC_INSIDE = {"core/abi", "core/array", "core/reader", "core/stream", "core/writer"}
# The tests of internals, and the generator of the golden vectors; they may include the core.
INSIDERS = ("tests/core/", "tests/faults/", "tests/fuzz/", "tests/model/", "tests/sanitizers/", "tests/vectors/")
# All other folders may include only the public headers, themselves, and the folders listed here.
OUTSIDE = {
    "include": set(),
    "swarm": set(),
    "cli": {"swarm"},
    "examples": set(),
    "bench": {"swarm", "cli"},
    "openframeworks": set(),
    "tests": {"swarm", "cli", "examples", "bench", "openframeworks"},
}
# The swarm is a simulation without I/O, so it may not include the public headers.
NO_PUBLIC = {"swarm"}

Wrong = namedtuple("Wrong", "file line text why")


def folder_of(path):
    """Returns the layer or the top folder of a path relative to the root."""
    parts = path.parts
    return "/".join(parts[:2]) if parts[0] == "core" and len(parts) > 2 else parts[0]


def search_folders(root, file):
    """Returns the folders in which a header is searched: that of the file, and the include folders of the build."""
    yield file.parent
    for folder in (".", "include", "core", "swarm", "swarm/include", "swarm/src", "cli/common", "cli/verbs", "cli/verbs/swarm", "cli/verbs/bench", "cli/osc", "cli/segments", "bench", "tests",
                   "examples", "openframeworks/ofxWingbeat/src"):
        yield root / folder
    for layer in CORE:
        yield root / layer


def resolve(root, file, name):
    """Returns the file of this tree that an include names, relative to the root; None for an external header."""
    for folder in search_folders(root, file):
        candidate = (folder / name).resolve()
        if candidate.is_file() and root in candidate.parents:
            return candidate.relative_to(root)
    return None


def judge_core(layer, target, target_folder):
    if layer not in CORE:
        return f"{layer} is not listed as a layer of the core"
    if str(target).startswith(PUBLIC):
        return None if layer in PUBLIC_INSIDE else f"{layer} may not include the public headers"
    if target_folder in CORE[layer] | {layer}:
        return None
    allowed = ", ".join(sorted(CORE[layer])) or "nobody"
    return f"{layer} may include {allowed}"


def judge_outside(file, folder, target, target_folder):
    if folder not in OUTSIDE:
        return f"{folder}/ has no include rule: add one to tests/house/includes.py"
    if str(target).startswith(PUBLIC):
        return f"{folder} may not include the library" if folder in NO_PUBLIC else None
    if str(file).startswith(INSIDERS):
        return None
    if target_folder in OUTSIDE[folder] | {folder}:
        return None
    if target_folder.startswith("core"):
        return f"{folder} may include only <wingbeat/...>"
    return f"{folder} may not include {target_folder}"


def judge(file, target):
    """Returns the reason why a file of the tree may not include another, or None."""
    folder, target_folder = folder_of(file), folder_of(target)
    if folder.startswith("core"):
        return judge_core(folder, target, target_folder)
    return judge_outside(file, folder, target, target_folder)


def read_includes(path):
    """Yields (line number, text, name) for each line that begins with #include."""
    text = path.read_text(errors="replace")
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(2)) + 1, match.group(0).strip(), match.group(2)


def sources(root):
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.suffix in SOURCES and path.is_file() and parts[0] not in ("build",) and not parts[0].startswith("."):
            yield path


def check(root):
    root = root.resolve()
    for path in sources(root):
        file = path.relative_to(root)
        for line, text, name in read_includes(path):
            target = resolve(root, path, name)
            why = judge(file, target) if target else missing(file, name)
            if why:
                yield Wrong(file, line, text, why)


def missing(file, name):
    """Returns a problem for a name of the project that leads to no file; no other rule would check it."""
    return f"no such header, seen from {file}" if name.startswith(("wingbeat/", "core/")) else None


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    wrong = list(check(root))
    for w in wrong:
        print(f"{w.file}:{w.line}: {w.text}: {w.why}")
    if not any(True for _ in sources(root.resolve())):
        print(f"{root}: no sources found")
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
