#!/usr/bin/env python3
"""The packed addon: what is in it, that it comes out the same twice, and that it works where openFrameworks' makefiles compile it.

    pack_test.py ROOT GLM COMPILER READER [--standards]

--standards: compiles all of it by later standards, and does nothing else.
"""

import os
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True
import project  # noqa: E402

ROOT, GLM, COMPILER, READER = Path(sys.argv[1]), *sys.argv[2:5]
HERE = Path(__file__).resolve().parent
PLATFORMS = ("linux64", "linux", "linuxaarch64", "linuxarmv6l", "linuxarmv7l", "osx", "macos")
# What the project generator knows, of ofAddon.h (cdfd48c87f): it says of any other that the file is wrong.
SECTIONS = {"meta", "common", "linux", "linux64", "msys2", "vs", "linuxarmv6l", "linuxarmv7l", "linuxaarch64", "emscripten", "ios", "osx"}
FRAMES = "600"  # ten seconds: long enough to be looked at


def pack(folder):
    subprocess.run([ROOT / "scripts/pack_addon", "--to", folder], check=True, stdout=subprocess.DEVNULL)
    return Path(folder) / "ofxWingbeat"


class Addon(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="wingbeat-pack-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.addon = pack(cls.folder.name)

    def compile(self, standard, *arguments):
        subprocess.run([sys.executable, HERE / "project.py", self.addon, "linux64", Path(self.folder.name) / "minimal",
                        "--main", self.addon / "example-minimal/src/main.cpp", "--include", HERE / "stand_in",
                        "--include", GLM, "--compiler", COMPILER, "--standard", standard, *arguments], check=True)


class LaterStandards(Addon):
    def test_twenty(self):
        self.compile("20", "--check")

    def test_twenty_three(self):
        self.compile("23", "--check")


class Packed(Addon):
    def config(self, platform):
        return project.read_config((self.addon / "addon_config.mk").read_text(), platform)

    def test_same_tree_same_bytes(self):
        with tempfile.TemporaryDirectory(prefix="wingbeat-pack-") as again:
            time.sleep(1.1)  # another second of the clock
            pack(again)
            names = [Path(folder) / "ofxWingbeat.zip" for folder in (self.folder.name, again)]
            self.assertEqual(names[0].read_bytes(), names[1].read_bytes())

    def test_zip_and_folder_hold_the_same(self):
        with zipfile.ZipFile(Path(self.folder.name) / "ofxWingbeat.zip") as archive:
            zipped = {name: archive.read(name) for name in archive.namelist()}
        there = {path.relative_to(self.addon.parent).as_posix(): path.read_bytes()
                 for path in self.addon.rglob("*") if path.is_file()}
        self.assertEqual(zipped, there)

    def test_layout_of_an_addon(self):
        for name in ("addon_config.mk", "README.md", "LICENSE", "VERSION", "ofxaddons_thumbnail.png", "src/ofxWingbeat.h",
                     "example-minimal/addons.make", "example-viewer/addons.make", "libs/wingbeat/include/wingbeat/wingbeat.hpp"):
            self.assertTrue((self.addon / name).is_file(), name)

    def test_library_is_core_and_include_as_they_are(self):
        library = self.addon / "libs/wingbeat"
        for path in sorted(library.rglob("*")):
            if not path.is_file() or path.name == "backend.cpp":
                continue
            name = path.relative_to(library)
            origin = ROOT / ("include" if name.parts[0] == "include" else "core") / Path(*name.parts[1:])
            origin = origin.with_suffix(".cpp") if origin.suffix == ".inl" else origin
            self.assertEqual(path.read_bytes(), origin.read_bytes(), name)
        packed = {path.stem for path in (library / "src").rglob("*.cpp")} | {"linux", "generic"}
        self.assertLessEqual({path.stem for path in (ROOT / "core").rglob("*.cpp")}, packed)

    def test_nothing_is_committed_twice(self):
        self.assertFalse((ROOT / "openframeworks/ofxWingbeat/libs").exists())
        self.assertFalse((ROOT / "openframeworks/ofxWingbeat/LICENSE").exists())

    def test_every_platform_compiles_all_of_it_and_searches_two_folders(self):
        for platform in PLATFORMS:
            config = self.config(platform)
            names = {path.relative_to(self.addon).as_posix() for path in project.sources(self.addon, config)}
            self.assertIn("libs/wingbeat/src/platform/backend.cpp", names, platform)
            self.assertIn("src/ofxWingbeatWriter.cpp", names, platform)
            self.assertEqual([path.relative_to(self.addon).as_posix() for path in project.includes(self.addon, config)],
                             ["src", "libs/wingbeat/include"], platform)

    def test_a_comment_can_end_a_section_so_there_are_none(self):
        text = (self.addon / "addon_config.mk").read_text()
        self.assertNotIn("#", text[text.index("meta:"):])
        spoilt = text.replace("common:\n", "common:\n\t# of them: two\n")
        self.assertNotIn("ADDON_INCLUDES", project.read_config(spoilt, "linux64"))

    def test_the_project_generator_knows_every_section(self):
        lines = (self.addon / "addon_config.mk").read_text().splitlines()
        self.assertLessEqual({line.strip()[:-1] for line in lines if line.strip().endswith(":")}, SECTIONS)

    def test_other_systems_are_told_so_first(self):
        for platform in ("vs", "msys2", "ios", "emscripten"):
            names = {path.relative_to(self.addon).as_posix() for path in project.sources(self.addon, self.config(platform))}
            self.assertEqual(names, {"src/ofxWingbeatWriter.cpp", "src/ofxWingbeatReader.cpp"}, platform)
        for header in ("ofxWingbeat.h", "ofxWingbeatWriter.h", "ofxWingbeatReader.h"):
            for define in ("-U__linux__", "-D__ANDROID__"):
                done = subprocess.run([*COMPILER.split(), "-fsyntax-only", "-std=c++17", define, "-x", "c++", self.addon / "src" / header],
                                      capture_output=True, text=True, check=False)
                first = next(line for line in done.stderr.splitlines() if "error" in line)
                self.assertIn("ofxWingbeat needs Linux or macOS", first, header)

    def test_only_linux_links_its_libraries(self):
        for platform in PLATFORMS:
            self.assertEqual("-lrt" in self.config(platform).get("ADDON_LDFLAGS", []), platform.startswith("linux"))

    def test_works_where_it_is_compiled_as_openframeworks_does(self):
        self.compile("17")
        with tempfile.TemporaryDirectory(prefix="wingbeat-pack-") as directory:
            environment = dict(os.environ, WINGBEAT_DIR=directory, OF_STAND_IN_FRAMES=FRAMES)
            with subprocess.Popen([Path(self.folder.name) / "minimal"], env=environment) as app:
                try:
                    read = subprocess.run([READER], env=environment, capture_output=True, text=True, timeout=60, check=False)
                    self.assertEqual((read.returncode, read.stdout), (0, "500 agents; speed -2\n"), read.stderr)
                    app.wait(timeout=60)  # in order, so that nothing is left
                finally:
                    app.kill()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "LaterStandards" if "--standards" in sys.argv else "Packed"])
