#!/usr/bin/env python3
"""Compiles and runs the code of a page.

    snippets.py --root DIR --library FILE --cxx C++ --cc CC [--wingbeat FILE] [--julia FILE] PAGE...

A block marked `diff cpp` or `diff julia` holds two versions: the old code, which is only compiled (or parsed), and the
new code.

Blocks of C and C++ with a main() are built and run to their end. Programs of `examples/` and programs that loop for
ever stay in the background while the rest of the page runs. Other blocks are compiled as functions with the arguments
of fragment.hpp. The Julia blocks of a page are one script, which runs while the page's programs, or `wingbeat swarm`,
publish. Without --julia only C and C++ are tested, with it only Julia. Each whole program of the project's README must
be a file of `examples/`.
"""

import argparse
import ctypes
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
BLOCK = re.compile(r"^```(diff )?(cpp|c|julia)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LIMIT_S = 300
SWARM = ["swarm", "--agents", "500", "--rate", "120", "--quiet"]


Block = namedtuple("Block", "line language code is_past")


def blocks_of(page):
    text = page.read_text()
    for match in BLOCK.finditer(text):
        line, (is_diff, language, code) = text.count("\n", 0, match.start()) + 2, match.groups()
        if is_diff:
            yield Block(line, language, side_of(code, "-"), True)
        yield Block(line, language, side_of(code, "+") if is_diff else code, False)


def side_of(diff, sign):
    return "".join(line[1:] if line.strip() else line for line in diff.splitlines(True) if line[0] in (sign, " ", "\n"))


def is_whole_program(block):
    return not block.is_past and ("int main(" in block.code or block.code.startswith("using "))


def check_examples(root, page):
    """Checks that each whole program of the README is a file of examples/, so that users can run it unchanged."""
    if page.resolve() != root / "README.md":
        return
    for block in blocks_of(page):
        if is_whole_program(block) and not is_example(root, block):
            raise SystemExit(f"README.md:{block.line}: this program differs from every file of examples/; copy the file's text")


def is_example(root, block):
    suffix = {"cpp": "cpp", "c": "c", "julia": "jl"}[block.language]
    return any(path.read_text() == block.code for path in (root / "examples").rglob("*." + suffix))


class Page:
    """The programs of one page, in a private folder and runtime directory."""

    def __init__(self, args, path, folder):
        self.args, self.path, self.folder = args, path, folder
        (folder / "runtime").mkdir(mode=0o700)
        self.environment = dict(os.environ, WINGBEAT_DIR=str(folder / "runtime"), HOME=str(folder),
                                WINGBEAT_LIBRARY=str(args.library), LD_LIBRARY_PATH=search_path(args.library))
        self.background, self.count = [], 0

    def run(self):
        try:
            blocks = list(blocks_of(self.path))
            programs = [block for block in blocks if block.language != "julia" and "int main(" in block.code]
            if not self.args.julia:
                self.compile_fragments([b for b in blocks if b.language != "julia" and b not in programs])
            for block in programs:
                self.run_program(block)
            if self.args.julia:
                self.run_julia([block for block in blocks if block.language == "julia"])
        finally:
            for process in self.background:
                process.send_signal(signal.SIGINT)
            for process in self.background:
                process.wait(LIMIT_S)
            self.collect()

    def collect(self):
        """Removes the streams of programs that were interrupted."""
        os.environ["WINGBEAT_DIR"] = self.environment["WINGBEAT_DIR"]
        ctypes.CDLL(str(self.args.library)).wb_collect(None, None)

    def compile_fragments(self, blocks):
        """Compiles all pieces of the page as functions of one source, because the headers take most of the time."""
        if not blocks:
            return
        source = self.folder / "fragments.cpp"
        source.write_text('#include "fragment.hpp"\n' + "".join(
            f"void fragment_{number}(FRAGMENT_ARGUMENTS) {{\n{located(self.path, block.line, block.code)}}}\n"
            for number, block in enumerate(blocks)))
        self.build(source, "cpp", is_program=False)
        self.count += len(blocks)

    def run_program(self, block):
        stays = "for (;;)" in block.code or is_example(self.args.root, block)
        if self.args.julia and (block.is_past or not stays):
            return
        source = self.folder / f"line{block.line}{'_past' * block.is_past}.{block.language}"
        source.write_text(located(self.path, block.line, block.code))
        program = self.build(source, block.language, is_program=True)
        self.count += 1
        if block.is_past:
            return
        if stays:
            self.background.append(subprocess.Popen([program], env=self.environment, stdout=subprocess.DEVNULL))
        else:
            self.call([program])

    def build(self, source, language, is_program):
        compiler = [self.args.cc, "-std=c11"] if language == "c" else [self.args.cxx, "-std=c++17"]
        program = source.with_suffix(".out")
        command = [*compiler, "-Wall", "-Wextra", "-Werror", "-Wno-unused", f"-I{self.args.root / 'include'}", f"-I{HERE}",
                   str(source)]
        self.call([*command, *(["-o", str(program), str(self.args.library), "-lm", "-pthread"] if is_program else ["-fsyntax-only"])])
        return str(program)

    def run_julia(self, blocks):
        if not blocks:
            return
        if not self.background:
            self.background.append(subprocess.Popen([str(self.args.wingbeat), *SWARM], env=self.environment))
        script = self.folder / "page.jl"
        script.write_text("\n".join(parsed(block.code) if block.is_past else block.code for block in blocks))
        self.count += len(blocks)
        environment = {"JULIA_DEPOT_PATH": f"{self.folder / 'depot'}:", **self.environment}
        package = self.args.root / "julia" / "Wingbeat"
        self.call([str(self.args.julia), "--startup-file=no", f"--project={package}", str(script)], environment)

    def call(self, command, environment=None):
        done = subprocess.run(command, env=environment or self.environment, timeout=LIMIT_S, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            print(done.stdout)
            raise SystemExit(f"{self.path.name}: {' '.join(command)}: exit code {done.returncode}")


def search_path(library):
    return os.pathsep.join(filter(None, [str(library.parent), os.environ.get("LD_LIBRARY_PATH")]))


def located(path, line, code):
    return f'#line {line} "{path.name}"\n{code}'


def parsed(code):
    """Returns Julia code that only parses `code`, which may name packages that are not installed."""
    return f'Meta.parse("begin\\n" * String(hex2bytes("{code.encode().hex()}")) * "\\nend")'


def parse():
    parser = argparse.ArgumentParser()
    for name in ("--root", "--library", "--wingbeat", "--julia"):
        parser.add_argument(name, type=lambda text: Path(text).resolve())
    parser.add_argument("--cxx", default="c++")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("pages", nargs="+", type=Path)
    return parser.parse_args()


def main():
    args, count = parse(), 0
    for path in args.pages:
        check_examples(args.root, path)
        folder = Path(tempfile.mkdtemp(prefix="wingbeat-docs-"))
        try:
            page = Page(args, path, folder)
            page.run()
            count += page.count
        finally:
            shutil.rmtree(folder)
    print(f"{count} blocks")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
