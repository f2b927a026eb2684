#!/usr/bin/env python3
"""Builds fuzz targets and runs each for some seconds, beginning with its corpus.

run.py [TARGET ...] [--seconds S] --work FOLDER. A target whose name ends in `mutant` uses a copy of the core that lacks
one check; the fuzzer must find that. Exit status 0: no errors were found in the core, and all mutants were found.
77: this clang has no libFuzzer.
"""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGETS = ["manifest", "segment", "living", "texts", "array", "locking"]
LAYOUT_ONLY = ("manifest", "segment")
FLAGS = ["-std=c++17", "-O1", "-g", "-DWINGBEAT_STEPS", "-fno-omit-frame-pointer", "-fsanitize=fuzzer,address,undefined",
         "-fno-sanitize-recover=all"]
# Seeds of a target in addition to its corpus.
SEEDS = {"array": ROOT / "spec" / "vectors" / "arrays"}
# The checks that mutants lack: (target, file, text, replacement).
MUTANTS = {
    "mutant": ("segment", "layout/geometry.cpp", 'return corrupt("an offset is wrong");', ";"),
    "array_mutant": ("array", "array/array.cpp", "if (error == EINVAL) error = open(name, layout.end_of_data(), mapping);",
                     "if (error == EINVAL) error = open(name, layout.offset, mapping);"),
    "locking_mutant": ("locking", "array/array_lock.cpp", "party == party_ || ", ""),
}


def has_fuzzer(compiler, work):
    probe = work / "probe.cpp"
    probe.write_text('extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n')
    return subprocess.run([compiler, *FLAGS, probe, "-o", work / "probe"], capture_output=True, check=False).returncode == 0


def compile_one(source, made, compiler, core):
    made.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([compiler, *FLAGS, f"-I{core}", f"-I{ROOT / 'include'}", f"-I{HERE}", "-c", source, "-o", made], check=True)
    return made


def core_sources(target):
    core = ROOT / "core"
    if target in LAYOUT_ONLY:
        return sorted(core.glob("layout/*.cpp"))
    folders = ("layout", "stream", "writer", "reader", "array", "abi")
    return sorted([*(source for folder in folders for source in core.glob(f"{folder}/*.cpp")),
                   *(core / f"platform/{part}.cpp" for part in ("posix", "linux"))])


def core_objects(target, compiler, work):
    """Returns the core's object files by their sources. The first target that needs an object file compiles it."""
    newest = max(f.stat().st_mtime for folder in ("core", "include") for f in (ROOT / folder).rglob("*.*"))
    with open(work / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        objects = {}
        for source in core_sources(target):
            made = work / "core" / f"{source.parent.name}_{source.stem}.o"
            if not made.exists() or made.stat().st_mtime <= newest:
                compile_one(source, made.with_suffix(".new"), compiler, ROOT / "core").rename(made)
            objects[str(source.relative_to(ROOT / "core"))] = made
        return objects


def build(name, compiler, work):
    target = MUTANTS[name][0] if name in MUTANTS else name
    objects = core_objects(target, compiler, work)
    if name in MUTANTS:
        core, file = mutated_core(name, work), MUTANTS[name][1]
        objects[file] = compile_one(core / file, work / name / "mutated.o", compiler, core)
    own = compile_one(HERE / f"{target}.cpp", work / name / f"{target}.o", compiler, ROOT / "core")
    program = work / f"fuzz_{name}"
    subprocess.run([compiler, *FLAGS, *objects.values(), own, "-lpthread", "-lrt", "-o", program], check=True)
    return program


def mutated_core(name, work):
    core = work / f"core_{name}"
    shutil.rmtree(core, ignore_errors=True)
    shutil.copytree(ROOT / "core", core)
    _, file, text, instead = MUTANTS[name]
    source = (core / file).read_text()
    if source.count(text) != 1:
        sys.exit(f"fuzz: {name}: its text occurs {source.count(text)} times in core/{file}, not once; correct it")
    (core / file).write_text(source.replace(text, instead))
    return core


def run(program, name, seconds, work):
    target = MUTANTS[name][0] if name in MUTANTS else name
    fresh = work / f"corpus_{name}"
    fresh.mkdir(exist_ok=True)
    corpora = [HERE / "corpus" / target, *([SEEDS[target]] if target in SEEDS else [])]
    command = [program, f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=2048", "-print_final_stats=1",
               f"-artifact_prefix={work}/{name}-", fresh, *corpora]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 120, check=False,
                         env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "WINGBEAT_DIR": str(work / "none")})
    tail = "\n".join(ran.stderr.splitlines()[-12:])
    return ran.returncode, tail


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", default=TARGETS, metavar="TARGET", help=" ".join([*TARGETS, *MUTANTS]))
    parser.add_argument("--seconds", type=int, default=60 if os.environ.get("CI") else 10,
                        help="set the time for each target")
    parser.add_argument("--compiler", default="clang++")
    parser.add_argument("--work", type=Path, required=True, help="name the folder for builds and findings")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if not has_fuzzer(arguments.compiler, arguments.work):
        print(f"{arguments.compiler} has no libFuzzer (Debian: clang and libclang-rt-dev)")
        return 77
    bad = 0
    for target in arguments.targets:
        program = build(target, arguments.compiler, arguments.work)
        code, tail = run(program, target, arguments.seconds, arguments.work)
        good = (code != 0) if target in MUTANTS else (code == 0)
        print(f"fuzz {target}: {'as expected' if good else 'NOT AS EXPECTED'} (exit code {code})\n{tail}", flush=True)
        bad += not good
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
