#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""parkbench report: run directories become one page, its figures, or lines for a terminal."""

import argparse
import glob
import os
import sys

sys.dont_write_bytecode = True

from report.problem import EXIT_USAGE, Problem
from report.run_reader import Run, join, read_limits

HELP = """\
usage: parkbench report DIR... [-o report.html]
       parkbench report --text DIR...

Makes one page of one or several run directories: the answer with its intervals, what to doubt,
the machine, and the figures. It needs no network and no script. Beside it, in a directory named
after it (report-figures), is each figure as SVG, PNG and CSV. Same input, same bytes.

  DIR          a run (it has a run.json), or what `parkbench lab run --out` brought back;
               beside a run also what `parkbench limits` wrote on its machine, also with
               --matrix
  -o FILE      the page                                  (report.html in the first DIR)
  --text       print the essentials, write nothing
  -h, --help   this text

With two runs the first is before, the second after. Runs that differ in --stack-touch make
the figure of cost against stack. A figure whose data are missing says which command measures
them. It needs Debian's python3-matplotlib; --text needs python3-numpy and matplotlib, too.

exit: 0 done, 2 usage, or a directory that is no whole run of parkbench

example: parkbench report /tmp/first -o /tmp/first.html
"""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Problem(f"{message}: see parkbench report --help")

    def format_help(self):
        return HELP


def parse(arguments):
    parser = Parser(prog="parkbench report", allow_abbrev=False)
    parser.add_argument("dirs", nargs="+", metavar="DIR")
    parser.add_argument("-o", dest="out")
    parser.add_argument("--text", action="store_true")
    return parser.parse_args(arguments)


def run_dirs(path):
    """@path itself, or the runs in what a guest brought back."""
    inner = sorted(glob.glob(os.path.join(glob.escape(path), "results", "runs", "*")))
    if not os.path.exists(os.path.join(path, "run.json")) and inner:
        return inner
    return [path]


def read_runs(paths):
    """What `parkbench limits` measured belongs to all runs named with it."""
    limits = {path: found for path in paths if (found := read_limits(path)) is not None}
    table = join([table for table, _ in limits.values()])
    commands = ", ".join(command for _, command in limits.values())
    runs = [Run(path, table, commands) for path in paths if path not in limits]
    if not runs:
        raise Problem("only limits: name the directory of a run beside it")
    return runs


def main(arguments):
    options = parse(arguments)
    runs = read_runs([inner for path in options.dirs for inner in run_dirs(path)])
    if options.text:
        from report.terminal import essentials
        print("\n".join(essentials(run) for run in runs), end="")
        return 0
    from report.whole import write_report
    out = options.out or os.path.join(runs[0].path, "report.html")
    try:
        folder = write_report(runs, out)
    except OSError as error:
        raise Problem(f"cannot write {error.filename or out}: {error.strerror}: name another "
                      "place with -o") from error
    print(f"report: {out}, figures: {folder}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Problem as problem:
        print(f"parkbench report: {problem}", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    except ImportError as error:
        print(f"parkbench report: {error.name} is missing: apt-get install python3-matplotlib",
              file=sys.stderr)
        sys.exit(77)
