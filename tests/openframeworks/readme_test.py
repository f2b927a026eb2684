#!/usr/bin/env python3
"""Compiles the C++ of the addon's README against the stand-ins: readme_test.py ROOT GLM COMPILER."""

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT, GLM, COMPILER = Path(sys.argv[1]), sys.argv[2], shlex.split(sys.argv[3])
ADDON = ROOT / "openframeworks/ofxWingbeat"
BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What the page takes to be there.
AROUND = """#include "ofMain.h"
#include "ofxWingbeat.h"
struct Agent { glm::vec3 position; };
void block(ofParameterGroup& parameters, std::vector<Agent>& agents, ofxWingbeat::Reader& reader, ofVbo& vbo) {
  static_cast<void>(parameters), static_cast<void>(agents), static_cast<void>(reader), static_cast<void>(vbo);
%s}
"""


def main():
    blocks = BLOCK.findall((ADDON / "README.md").read_text())
    if len(blocks) < 2:
        sys.exit(f"README.md has {len(blocks)} blocks of C++")
    flags = ["-std=c++17", f"-I{ADDON}/src", f"-I{ROOT}/include", "-idirafter", f"{ROOT}/tests/openframeworks/stand_in",
             "-idirafter", GLM, "-fsyntax-only"]
    with tempfile.TemporaryDirectory(prefix="wingbeat-readme-") as folder:
        for i, block in enumerate(blocks):
            source = Path(folder) / f"block{i}.cpp"
            source.write_text(AROUND % block)
            subprocess.run([*COMPILER, *flags, source], check=True)


if __name__ == "__main__":
    main()
