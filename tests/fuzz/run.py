#!/usr/bin/env python3
"""Builds fuzz targets and lets each run for a while over its corpus and what it finds beyond.

run.py [TARGET ...] [--seconds S] --work FOLDER. `mutant` is the segment target over a copy of the layout in which a check is missing:
it must be found. Exit status 0: nothing was found (and the mutant was). 77: this clang has no libFuzzer.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TARGETS = ["manifest", "segment", "living", "texts"]
FLAGS = ["-std=c++17", "-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"]
# The check that the mutant lacks: (file, text, instead).
MUTANT = ("layout/geometry.cpp", 'return corrupt("an offset is wrong");', ";")


def has_fuzzer(compiler, work):
    probe = work / "probe.cpp"
    probe.write_text('extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n')
    return subprocess.run([compiler, *FLAGS, probe, "-o", work / "probe"], capture_output=True, check=False).returncode == 0


def build(target, compiler, work, core):
    sources = sorted(core.glob("layout/*.cpp"))
    if target in ("living", "texts"):
        sources += sorted([*core.glob("stream/*.cpp"), *core.glob("abi/*.cpp"),
                           *(core / f"platform/{name}.cpp" for name in ("posix", "linux", "tick_clock"))])
    objects = []
    for source in [*sources, HERE / f"{'segment' if target == 'mutant' else target}.cpp"]:
        made = work / target / f"{source.parent.name}_{source.stem}.o"
        made.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([compiler, *FLAGS, f"-I{core}", f"-I{ROOT / 'include'}", f"-I{HERE}", "-c", source, "-o", made], check=True)
        objects.append(made)
    program = work / f"fuzz_{target}"
    subprocess.run([compiler, *FLAGS, *objects, "-lpthread", "-lrt", "-o", program], check=True)
    return program


def mutated_core(work):
    core = work / "mutated"
    shutil.rmtree(core, ignore_errors=True)
    shutil.copytree(ROOT / "core", core)
    file, text, instead = MUTANT
    source = (core / file).read_text()
    if source.count(text) != 1:
        sys.exit(f"fuzz: the mutant's text stands {source.count(text)} times in core/{file}, not once: correct it")
    (core / file).write_text(source.replace(text, instead))
    return core


def run(program, target, seconds, work):
    fresh = work / f"corpus_{target}"
    fresh.mkdir(exist_ok=True)
    corpus = HERE / "corpus" / ("segment" if target == "mutant" else target)
    command = [program, f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=2048", "-print_final_stats=1",
               f"-artifact_prefix={work}/{target}-", fresh, corpus]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 120, check=False,
                         env={**os.environ, "ASAN_OPTIONS": "detect_leaks=1", "WINGBEAT_DIR": str(work / "none")})
    tail = "\n".join(ran.stderr.splitlines()[-12:])
    return ran.returncode, tail


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", default=TARGETS, metavar="TARGET", help=" ".join([*TARGETS, "mutant"]))
    parser.add_argument("--seconds", type=int, default=60 if os.environ.get("CI") else 10, help="for each target")
    parser.add_argument("--compiler", default="clang++")
    parser.add_argument("--work", type=Path, required=True, help="where to build, and to put what was found")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if not has_fuzzer(arguments.compiler, arguments.work):
        print(f"{arguments.compiler} has no libFuzzer (Debian: clang and libclang-rt-dev)")
        return 77
    bad = 0
    for target in arguments.targets:
        core = mutated_core(arguments.work) if target == "mutant" else ROOT / "core"
        program = build(target, arguments.compiler, arguments.work, core)
        code, tail = run(program, target, arguments.seconds, arguments.work)
        good = (code != 0) if target == "mutant" else (code == 0)
        print(f"fuzz {target}: {'as it should be' if good else 'WRONG'} (exit code {code})\n{tail}", flush=True)
        bad += not good
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
