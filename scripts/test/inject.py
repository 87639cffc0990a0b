#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""inject.py BUILD DEFECT PROGRAM [FLAG...] - BUILD's parkbench with a known defect compiled in.

DEFECT is one of injected/: a header whose inject() is called at the beginning of unpark() in
lib/unpark.c, through which each unpark of a thread goes. The file is compiled as BUILD (a Ninja
build directory) compiles it, with FLAGs in addition; all else is linked as it lies there.
"""

import json
import os
import re
import shlex
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from gate.problem import Problem
from gate.relink import link_command, run

OBJECT = "lib/CMakeFiles/kpark_objects.dir/unpark.c.o"
ARCHIVE = "lib/libkpark.a"
FUNCTION = "unpark"
# Its definition, whatever its parameters are and on however many lines.
BEGINNING = re.compile(rf"^static [\w \t*]*\b{FUNCTION}\([^;{{}}]*\)\s*\{{\n", re.M)


def inject(build, defect, program, flags=()):
    header = os.path.join(HERE, "injected", f"{defect}.h")
    if not os.path.isfile(header):
        names = sorted(name[:-2] for name in os.listdir(os.path.dirname(header)))
        raise Problem(f"no defect {defect}: there are {', '.join(names)}")
    words, source = compile_command(build)
    with tempfile.TemporaryDirectory(prefix="parkbench-inject.") as scratch:
        injected = os.path.join(scratch, "unpark.c")
        with open(injected, "w", encoding="utf-8") as file:
            file.write(with_defect(source, header))
        made = os.path.join(scratch, "unpark.c.o")
        words = [{source: injected, OBJECT: made}.get(word, word) for word in words]
        run([*words, f"-I{os.path.dirname(source)}", *flags], build)
        archive = os.path.join(scratch, "libkpark.a")
        shutil.copy(os.path.join(build, ARCHIVE), archive)
        run(["ar", "r", archive, made], scratch)
        link = link_command(build)
        link[link.index("-o") + 1] = os.path.abspath(program)
        run([archive if word == ARCHIVE else word for word in link], build)


def with_defect(source, header):
    """The source's text. That it has changed too much is said, not found out by the compiler."""
    with open(source, encoding="utf-8") as file:
        text = file.read()
    found = list(BEGINNING.finditer(text))
    if len(found) != 1:
        raise Problem(f"{source} defines a static function {FUNCTION}() {len(found)} times, not"
                      " once: nowhere to put a defect; tell FUNCTION in inject.py what each unpark"
                      " goes through now")
    begin, end = found[0].span()
    return (f'{text[:begin]}#include "{header}"\n\n{text[begin:end]}\tinject();\n{text[end:]}')


def compile_command(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    for entry in commands:
        words = shlex.split(entry["command"])
        if OBJECT in words:
            return words, entry["file"]
    raise Problem(f"{build} does not compile {OBJECT}")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        raise SystemExit(__doc__)
    try:
        inject(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
    except Problem as problem:
        raise SystemExit(f"inject.py: {problem}") from None
