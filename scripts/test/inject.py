#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""inject.py BUILD PATCH PROGRAM [FLAG...] - BUILD's parkbench with a known defect compiled in.

PATCH is one of injected/, against lib/unpark.c. The file is compiled as BUILD (a Ninja build
directory) compiles it, with FLAGs in addition; everything else is linked as it lies there.
"""

import json
import os
import shlex
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from gate.relink import link_command, run

OBJECT = "lib/CMakeFiles/kpark_objects.dir/unpark.c.o"
ARCHIVE = "lib/libkpark.a"


def inject(build, patch, program, flags=()):
    with tempfile.TemporaryDirectory(prefix="parkbench-inject.") as scratch:
        words, source = compile_command(build)
        patched = os.path.join(scratch, "lib", "unpark.c")
        os.makedirs(os.path.dirname(patched))
        shutil.copy(source, patched)
        defect = os.path.join(HERE, "injected", f"{patch}.patch")
        run(["patch", "-p1", "-d", scratch, "-i", defect], scratch)
        made = os.path.join(scratch, "unpark.c.o")
        words = [{source: patched, OBJECT: made}.get(word, word) for word in words]
        run([*words, f"-I{os.path.dirname(source)}", *flags], build)
        archive = os.path.join(scratch, "libkpark.a")
        shutil.copy(os.path.join(build, ARCHIVE), archive)
        run(["ar", "r", archive, made], scratch)
        link = link_command(build)
        link[link.index("-o") + 1] = os.path.abspath(program)
        run([archive if word == ARCHIVE else word for word in link], build)


def compile_command(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    for entry in commands:
        words = shlex.split(entry["command"])
        if OBJECT in words:
            return words, entry["file"]
    raise SystemExit(f"inject.py: {build} does not compile {OBJECT}")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    inject(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
