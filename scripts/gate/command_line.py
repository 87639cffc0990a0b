# SPDX-License-Identifier: MIT
"""What all subcommands share: words in, one line of complaint or an exit code out."""

import argparse
import os
import random
import shlex
import sys
import time

from gate import explain, verdict
from gate.problem import Problem


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def __init__(self, name, group="gate "):
        super().__init__(prog=f"{group}{name}", add_help=False, allow_abbrev=False)

    def error(self, message):
        raise Problem(f"{message}: see parkbench {self.prog} --help")


def add_outputs(parser):
    parser.add_argument("--out")
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--policy")


def split(words):
    """What is left of -- and what is right of it."""
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1:]


def default_out():
    return os.path.join("results", "runs",
                        time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()) + f"-{os.getpid()}-gate")


def make_out(path):
    """A folder of its own, empty, before anything is measured."""
    path = path or default_out()
    try:
        os.makedirs(path, exist_ok=True)
        if os.listdir(path):
            raise Problem(f"--out {path} is not empty: name another")
    except OSError as error:
        raise Problem(f"--out {path}: {error.strerror}") from error
    return path


def make_seed(text):
    """Random by default, and always printed."""
    if text is None:
        return random.SystemRandom().randrange(1 << 32)
    if not text.isdigit() or int(text) >= 1 << 64:
        raise Problem(f"--seed {text}: give a number of at most 64 bits")
    return int(text)


def say(text):
    """Progress: on a terminal a line that is written over, elsewhere only what is decided."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
    elif "pair " not in text:
        print(text, file=sys.stderr, flush=True)


def finish(answer, out, is_explained):
    """Files first, then the page, then the last line for machines. Returns the exit code."""
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    verdict.write(out, answer)
    if is_explained:
        print("\n".join(explain.sentences(answer)))
    else:
        with open(os.path.join(out, "report.md"), encoding="utf-8") as file:
            print(file.read().partition("<details>")[0].partition("-->\n")[2].rstrip())
    print(f"report: {out}")
    print(verdict.last_line(answer))
    return answer["exit_code"]


def command(words):
    return "parkbench gate " + " ".join(map(shlex.quote, words))
