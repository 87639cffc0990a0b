# SPDX-License-Identifier: MIT
"""The same code in another place: a build's objects, linked again in another order.

Code that merely lies elsewhere in memory runs a little faster or slower. How much that is on this
machine, in this run, is the floor below which nothing is a finding.
"""

import os
import random
import shlex
import subprocess

from gate.problem import Problem

TARGET = "bench/parkbench"
PADDING_BYTES_MAX = 1 << 15
LINK_S = 300


def can_relink(build):
    return os.path.isfile(os.path.join(build, "build.ninja"))


def relink(build, seed, program, scratch):
    """Write PROGRAM: TARGET of a Ninja build directory, in an order drawn from the seed."""
    if not can_relink(build):
        raise Problem(f"{build} is no build directory of Ninja: its objects are not to be found;"
                      " configure with a preset")
    rng = random.Random(seed)
    command = link_command(build)
    padding = compile_padding(rng.randrange(64, PADDING_BYTES_MAX), scratch)
    objects, rest = [], []
    skip = False
    for word, follower in zip(command, [*command[1:], ""]):
        if skip:
            skip = False
        elif word == "-o":
            rest += ["-o", program]
            skip = follower != ""
        elif word.endswith(".o"):
            objects.append(word)
        elif word.endswith(".a") and not os.path.isabs(word):
            objects += members(build, word, scratch)
        else:
            rest.append(word)
    if not objects:
        raise Problem(f"{build}: the link command of {TARGET} names no objects")
    rng.shuffle(objects)
    run([rest[0], padding, *objects, *rest[1:]], build)


def link_command(build):
    """The last command that Ninja would run for the target, in words."""
    lines = run(["ninja", "-t", "commands", "-s", TARGET], build).splitlines()
    line = lines[-1] if lines else ""
    parts = [part.strip() for part in line.split("&&")]
    links = [shlex.split(part) for part in parts if " -o " in part]
    if len(links) != 1:
        raise Problem(f"{build}: cannot read the link command of {TARGET}")
    words = links[0]
    # A compiler launcher caches compilations; it is nothing but in the way here.
    return words[1:] if os.path.basename(words[0]) in ("ccache", "sccache") else words


def members(build, archive, scratch):
    """The objects of an archive of ours: all of them, so that none is chosen by its place."""
    folder = os.path.join(scratch, archive.replace("/", "_"))
    os.makedirs(folder)
    path = os.path.join(os.path.abspath(build), archive)
    names = run(["ar", "t", path], folder).split()
    if len(set(names)) != len(names):
        raise Problem(f"{path} has two members of one name: it cannot be taken apart")
    run(["ar", "x", path], folder)
    return [os.path.join(folder, name) for name in names]


def compile_padding(nr_bytes, scratch):
    """Dead code of some length at the front: everything behind it moves."""
    source = os.path.join(scratch, "padding.s")
    with open(source, "w", encoding="ascii") as file:
        file.write(f'.text\n.skip {nr_bytes}, 0x90\n.section .note.GNU-stack,"",%progbits\n')
    run(["cc", "-c", source, "-o", os.path.join(scratch, "padding.o")], scratch)
    return os.path.join(scratch, "padding.o")


def run(command, folder):
    try:
        ended = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
                               timeout=LINK_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Problem(f"cannot run {command[0]}: {error}") from error
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise Problem(f"{command[0]} failed: {said[0]}")
    return ended.stdout.decode("utf-8", "replace")
