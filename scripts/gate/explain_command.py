# SPDX-License-Identifier: MIT
"""gate explain, gate relink: small subcommands."""

import json
import os
import shutil
import tempfile

from gate import explain, relink
from gate.command_line import Parser, make_seed
from gate.problem import Problem
from gate.verdict import SCHEMA

EXPLAIN_HELP = """\
usage: parkbench gate explain DIR [GATE]

The arithmetic of a stored verdict in sentences; of one gate, if a part of its name is given.

example: parkbench gate explain gate-report threads:1/park
"""

RELINK_HELP = """\
usage: parkbench gate relink BUILD -o PROGRAM [--seed N]

Links the objects of BUILD, a build directory of Ninja, in another order, with padding in front. The
result does the same in another place of memory: 'gate run --floor PROGRAM' shows what that does.

example: parkbench gate relink build/release -o floor && parkbench gate run --base build/release \\
             --head build/release --floor floor --measure-identical
"""


def main(words):
    if {"-h", "--help"} & set(words):
        print(EXPLAIN_HELP, end="")
        return 0
    if not 1 <= len(words) <= 2:
        raise Problem("give the folder of a verdict, see parkbench gate explain --help")
    path = os.path.join(words[0], "verdict.json")
    try:
        with open(path, encoding="utf-8") as file:
            verdict = json.load(file)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Problem(f"{path} is damaged: {error}") from error
    if not isinstance(verdict, dict) or verdict.get("schema") != SCHEMA:
        raise Problem(f"{path} is not {SCHEMA}")
    if len(words) == 2 and not any(words[1] in gate["gate"] for gate in verdict["gates"]):
        raise Problem(f"{path}: no gate is called {words[1]}")
    print("\n".join(explain.sentences(verdict, *words[1:])))
    return 0


def relink_main(words):
    if {"-h", "--help"} & set(words):
        print(RELINK_HELP, end="")
        return 0
    parser = Parser("relink")
    parser.add_argument("build")
    parser.add_argument("-o", "--out", required=True)
    parser.add_argument("--seed")
    options = parser.parse_args(words)
    seed = make_seed(options.seed)
    scratch = tempfile.mkdtemp(prefix="parkbench-gate.")
    try:
        relink.relink(options.build, seed, os.path.abspath(options.out), scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{options.out}: seed {seed}")
    return 0
