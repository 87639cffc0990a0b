#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""parkbench lab: a machine of your choice, in QEMU, that runs one command."""

import argparse
import os
import sys

sys.dont_write_bytecode = True

import doctor
import job
import kernels
from problem import EXIT_USAGE, Problem

OVERVIEW = """\
usage: parkbench lab run [OPTIONS] -- COMMAND...   run it in a guest, bring back what it wrote
       parkbench lab kernels [--fetch SERIES]      which kernels are here, and which apt has
       parkbench lab doctor                        what is missing for a guest

example: parkbench lab run --cpus 16 --sockets 2 --threads 2 --numa 2 -- parkbench topo
"""

RUN_HELP = """\
usage: parkbench lab run [OPTIONS] -- COMMAND [ARGUMENT...]

Left of -- is the guest, right of it what it runs, word for word, as root in /out.
What COMMAND leaves in /out comes back to DIR, beside console.log and lab.json.

  --out DIR            empty or not there yet; without it nothing is kept
  --cpus N --sockets N --dies N --cores N --threads N
                       N CPUs; unsaid: 1 each, cores as many as it takes
  --boot-cpus N        as many are online at first                (all)
  --numa N             nodes, equal parts of CPUs and memory      (1)
  --distance N         between two nodes                          (20)
  --memory SIZE        for example 512M, 4G                       (1G)
  --kernel K           6.1, 6.12, a release or a path             (6.1)
  --cmdline TEXT       more for the kernel's command line
  --cgroup v1|v2|none  what is mounted on /sys/fs/cgroup          (v2)
  --program PATH       goes to /usr/bin with its libraries        (this parkbench)
  --file SRC[:DST]     as well, may be repeated                   (DST: as SRC)
  --deterministic      instructions are the clock: the same bytes run after run
  --seed N             of a deterministic guest                   (1)
  --accel tcg|kvm      kvm only if you say so                     (tcg)
  --timeout S          then it counts as hung                     (600)

exit: COMMAND's own; 1 panic, hang or a guest that ended early, said on stderr and in
      lab.json; 2 usage or not bootable; 77 QEMU or a kernel is not to be had

example: parkbench lab run --cpus 16 --sockets 2 --threads 2 --numa 2 --out /tmp/r -- \\
             parkbench run --contender park,recreate --cycles 20
"""

KERNELS_HELP = """\
usage: parkbench lab kernels [--fetch SERIES]

Lists the kernels in the cache and what apt offers. --fetch downloads the newest of a series
(or one release) into it; nothing is installed. `lab run` fetches by itself what is not there.

example: parkbench lab kernels --fetch 6.12
"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        raise Problem(f"{message}: see parkbench {self.prog} --help")


def positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return int(text)


def seconds(text):
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def seed(text):
    if not text.isdigit() or int(text) >= 1 << 64:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at most 64 bits")
    return int(text)


def run_parser():
    parser = Parser(prog="lab run", add_help=False, allow_abbrev=False)
    add = parser.add_argument
    for name in ("--cpus", "--cores", "--boot-cpus"):
        add(name, type=positive)
    for name in ("--sockets", "--dies", "--threads", "--numa"):
        add(name, type=positive, default=1)
    add("--distance", type=positive, default=20)
    add("--memory", default="1G")
    add("--kernel", default=kernels.DEFAULT)
    add("--cmdline", default="")
    add("--cgroup", choices=("v1", "v2", "none"), default="v2")
    add("--program", default=None)
    add("--file", action="append", default=[])
    add("--deterministic", action="store_true")
    add("--seed", type=seed)
    add("--accel", choices=("tcg", "kvm"), default="tcg")
    add("--timeout", type=seconds, default=600)
    add("--out")
    return parser


def run(words):
    options, command = split(words)
    if {"-h", "--help"} & set(options):
        print(RUN_HELP, end="")
        return 0
    if not command:
        raise Problem("no command: it comes behind --, see parkbench lab run --help")
    parsed = run_parser().parse_args(options)
    if parsed.seed is not None and not parsed.deterministic:
        raise Problem("--seed has no meaning without --deterministic")
    if parsed.accel == "kvm" and parsed.deterministic:
        raise Problem("--deterministic counts instructions: --accel kvm cannot do that")
    return job.run(parsed, command)


def split(words):
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1:]


def list_kernels(words):
    if {"-h", "--help"} & set(words):
        print(KERNELS_HELP, end="")
        return 0
    parser = Parser(prog="lab kernels", add_help=False, allow_abbrev=False)
    parser.add_argument("--fetch", action="append", default=[])
    for wanted in parser.parse_args(words).fetch:
        print(kernels.fetch(wanted).path)
    here = kernels.cached()
    for kernel in here:
        print(f"cached   {kernels.release_of(kernel):<32} {kernel.sha256[:12]}  {kernel.path}")
    for series, release in kernels.offered().items():
        if release not in map(kernels.release_of, here):
            print(f"offered  {release:<32} --fetch {series}")
    return 0


def examine(words):
    if words:
        raise Problem("lab doctor takes no options")
    return doctor.examine()


SUBCOMMANDS = {"run": run, "kernels": list_kernels, "doctor": examine}


def main(words):
    if not words or words[0] in ("-h", "--help", "help"):
        print(OVERVIEW, end="", file=sys.stdout if words else sys.stderr)
        return 0 if words else EXIT_USAGE
    try:
        if words[0] not in SUBCOMMANDS:
            raise Problem(f"no subcommand {words[0]}: {', '.join(SUBCOMMANDS)}")
        return SUBCOMMANDS[words[0]](words[1:])
    except Problem as problem:
        print(f"parkbench lab: {problem}", file=sys.stderr)
        return problem.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
