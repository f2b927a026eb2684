#!/usr/bin/env python3
"""Finds names in the pages that do not exist in the project.

    links.py ROOT [--wingbeat FILE]

It checks every page (*.md): links to files and pictures, links to headings, and in code: paths that begin with a folder
of the project, `make TARGET`, and, with --wingbeat, `wingbeat VERB`. Exit code: 0 all names exist, 1 a name is missing.
"""

import argparse
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

SKIPPED = {".git", ".deps", "build", "node_modules"}
FENCE = re.compile(r"^[ \t]*```(\S*)[^\n]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+[ \t]+(.+?)[ \t]*$", re.MULTILINE)
COMMAND = r"(?:^|&&|;)\s*(?:sudo\s+)?"
MAKE = re.compile(COMMAND + r"make((?:\s+\w+=\S+)*)\s+([a-z][a-z-]*)", re.MULTILINE)
VERB = re.compile(COMMAND + r"(?:\S*/)?wingbeat\s+([a-z]+)\b", re.MULTILINE)
PATH = re.compile(r"[\w.-]+/[\w./*-]+\Z")
NOT_OURS = {
    "openframeworks/openFrameworks",  # a repository
    "run",  # a target of the makefiles of openFrameworks
    "manifest",  # not a verb: the first words of a manifest
}


def pages(root):
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for name in sorted(files):
            if name.endswith(".md"):
                yield Path(folder, name)


def prose(text):
    """Returns the page with empty blocks of code, so that lines keep their numbers."""
    return FENCE.sub(lambda match: "\n" * match.group().count("\n"), text)


def spans(text):
    """Yields the positions and texts of `code` outside blocks."""
    return [(match.start(1), match.group(1)) for match in SPAN.finditer(prose_in_place(text))]


def prose_in_place(text):
    """Returns the same as prose(), but keeps positions."""
    return FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def commands(text):
    """Yields the positions and texts of commands: shell blocks, and `code`."""
    shell = [(match.start(2), match.group(2)) for match in FENCE.finditer(text) if match.group(1) == "sh"]
    return shell + spans(text)


def slug(heading):
    """Returns the anchor that GitHub makes of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


@lru_cache(maxsize=None)
def anchors(page):
    seen, found = {}, set()
    for heading in HEADING.findall(prose(page.read_text())):
        name = slug(heading)
        found.add(f"{name}-{seen[name]}" if name in seen else name)
        seen[name] = seen.get(name, 0) + 1
    return found


def dead_links(page, text):
    plain = SPAN.sub(lambda match: " " * len(match.group()), prose_in_place(text))
    for match in LINK.finditer(plain):
        target, _, anchor = match.group(1).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        file = (page.parent / target).resolve() if target else page
        if not file.exists():
            yield match.start(), f"link to {target}: no such file"
        elif anchor and file.suffix == ".md" and anchor not in anchors(file):
            yield match.start(), f"link to {match.group(1)}: no such heading"


def exists(folder, path):
    return any(folder.glob(path.rstrip("/"))) if "*" in path else (folder / path).exists()


def missing_paths(root, page, text):
    """Checks paths whose first part is a folder of the project; build/ and similar folders are made later."""
    for position, path in spans(text):
        first = path.split("/")[0]
        if not PATH.match(path) or path in NOT_OURS or first in SKIPPED or not (root / first).is_dir():
            continue
        if not exists(root, path) and not exists(page.parent, path):
            yield position, f"`{path}`: no such file"


def unknown_words(pattern, known, kind, text):
    for start, code in commands(text):
        for match in pattern.finditer(code):
            word = match.group(pattern.groups)
            if word not in known and word not in NOT_OURS:
                yield start + match.start(), f"`{kind} {word}`: there is no such {'target' if kind == 'make' else 'verb'}"


def make_targets(root):
    return set(re.findall(r"^([a-z][a-z-]*):", (root / "Makefile").read_text(), re.MULTILINE))


def verbs(program):
    """Returns the first word of each indented line in the command's help."""
    text = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"^  ([a-z]+)\b", text, re.MULTILINE)) | {"help"}


def check(root, program=None):
    """Yields one line for each missing name."""
    targets, known_verbs = make_targets(root), verbs(program) if program else None
    for page in pages(root):
        text = page.read_text()
        found = [*dead_links(page, text), *missing_paths(root, page, text), *unknown_words(MAKE, targets, "make", text)]
        if known_verbs:
            found += unknown_words(VERB, known_verbs, "wingbeat", text)
        for position, what in sorted(found):
            yield f"{page.relative_to(root)}:{text.count(chr(10), 0, position) + 1}: {what}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("root", type=lambda text: Path(text).resolve())
    parser.add_argument("--wingbeat", type=Path, help="the command, to ask for its verbs")
    options = parser.parse_args()
    missing = list(check(options.root, options.wingbeat))
    print("\n".join(missing) or "Everything that the pages name is there.")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
