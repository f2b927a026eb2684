#!/usr/bin/env python3
"""Compiles an openFrameworks project as openFrameworks' makefiles do, against headers that stand in for it.

    project.py ADDON PLATFORM PROGRAM --main FILE ... --include FOLDER ... --compiler COMMAND [--standard 17] [--check]

ADDON is the packed addon, PLATFORM the name of a section of addon_config.mk (linux64, macos ...). What is compiled, and which folders are
searched, follows openFrameworks' config.addons.mk (0.12): every source below src/ and libs/, minus ADDON_SOURCES_EXCLUDE; ADDON_INCLUDES,
or else every folder. --check compiles without making anything.
"""

import argparse
import fnmatch
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SUFFIXES = {".cpp", ".c", ".cc", ".cxx", ".mm", ".m"}
ALWAYS = ["-Wall", "-Werror=return-type"]
# Newer releases call macOS macos, and read the older section as well.
ALTERNATIVES = {"macos": {"osx"}}


def read_config(text, platform):
    """The variables as make has them after the common section and the platform's.

    A line with a word that ends in a colon begins a section, wherever the word stands, in comments too: so do the makefiles read it.
    """
    wanted = {f"{name}:" for name in {"common", platform} | ALTERNATIVES.get(platform, set())}
    values, active = {}, False
    for line in text.splitlines():
        assignment = re.fullmatch(r"\s*(ADDON_\w+)\s*(\+?=)\s*([^#]*)(#.*)?", line)
        if active and assignment:
            name, operator, value = assignment.groups()[:3]
            values[name] = (values.get(name, []) if operator == "+=" else []) + shlex.split(value)
        sections = {word for word in line.split() if word.endswith(":")}
        if sections:
            active = bool(sections & wanted)
    return values


def folders_below(*tops):
    for top in tops:
        for path in sorted(top.rglob("*")) if top.is_dir() else []:
            if path.is_dir():
                yield path
        if top.is_dir():
            yield top


def includes(addon, config):
    if config.get("ADDON_INCLUDES"):
        return [addon / folder for folder in config["ADDON_INCLUDES"] if (addon / folder).exists()]
    return list(folders_below(addon / "src", addon / "libs"))


def sources(addon, config):
    excluded = [pattern.replace("%", "*") for pattern in config.get("ADDON_SOURCES_EXCLUDE", [])]
    for top in ("src", "libs"):
        for path in sorted((addon / top).rglob("*")):
            name = path.relative_to(addon).as_posix()
            if path.suffix in SUFFIXES and not any(fnmatch.fnmatch(name, pattern) for pattern in excluded):
                yield path


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def compile_all(commands):
    """Stops at the first that fails, or that warns: users see the warnings of our sources."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for command, (code, output) in zip(commands, pool.map(run, commands)):
            if code != 0 or output:
                sys.exit(f"{shlex.join(command)}\n{output}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("addon", type=Path)
    parser.add_argument("platform")
    parser.add_argument("program", type=Path)
    parser.add_argument("--main", type=Path, action="append", required=True)
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--compiler", default="c++")
    parser.add_argument("--standard", default="17")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()

    config = read_config((arguments.addon / "addon_config.mk").read_text(), arguments.platform)
    flags = [f"-I{folder}" for folder in includes(arguments.addon, config)]
    for folder in arguments.include:  # openFrameworks' own, whose warnings are not ours; one may be /usr/include
        flags += ["-idirafter", folder]
    compiler = [*shlex.split(arguments.compiler), f"-std=c++{arguments.standard}", *ALWAYS, *config.get("ADDON_CFLAGS", [])]
    files = [*sources(arguments.addon, config), *arguments.main]
    if arguments.check:
        compile_all([[*compiler, *flags, "-fsyntax-only", str(file)] for file in files])
        return
    objects = [f"{arguments.program}.{i}.o" for i in range(len(files))]
    compile_all([[*compiler, *flags, "-O1", "-c", str(file), "-o", o] for file, o in zip(files, objects)])
    compile_all([[*compiler, *objects, "-o", str(arguments.program), *config.get("ADDON_LDFLAGS", [])]])
    for name in objects:
        os.unlink(name)


if __name__ == "__main__":
    main()
