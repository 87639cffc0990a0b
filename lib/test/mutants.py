#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""mutants.py - does every check bite?

Each mutants/*.patch is applied to a copy of lib/, which is built with the commands of an existing
build directory and given to the check that its header names: it has to fail, by that name, and not
by a timeout of this script. The equivalent ones (E*) have to survive. A patch that does not apply
is a failure.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MUTANTS = os.path.join(HERE, "mutants")
LIMIT_S = 240
SURVIVAL = {
    "survives": ["explore --bound 1 --random 50", "stress --ops 8000 --seed 1"],
    "survives tsan": ["tsan stress --ops 8000 --seed 1", "tsan test lib_test_kthread_arrival",
                      "tsan test lib_test_kthread_wake"],
}

NOT_APPLICABLE = [
    ("M07", "one word and no second flag: no pair of accesses is left that a weak order could "
            "exchange. O1 to O3 weaken what is there"),
    ("M16", "callbacks of this ladder may block: cpuhp.h"),
    ("M17", "correct, only slow: no preemption can be held off in userspace, and park waits on a "
            "futex, not on a tick. A gate on the quantiles of park is the benchmark's"),
]


class Broken(Exception):
    """The mutant cannot be judged."""


@dataclass
class Mutant:
    name: str
    path: str
    change: str
    killer: str
    check: str
    reason: str  # of one that survives

    @property
    def has_to_survive(self):
        return self.killer in SURVIVAL

    @property
    def needs_tsan(self):
        return "tsan" in self.killer.split()


def load(path):
    text = open(path, encoding="utf-8").read()
    fields = dict(re.findall(r"^(Change|Killer|Check|Reason): (.*)$", text, re.M))
    name = os.path.splitext(os.path.basename(path))[0]
    try:
        return Mutant(name, path, fields["Change"], fields["Killer"], fields["Check"],
                      fields.get("Reason", "parks, wakes and ends are the same"))
    except KeyError as missing:
        raise Broken(f"{name}: no line '{missing.args[0]}:'") from missing


def run(command, cwd):
    """(exit code, output); None for a process that had to be ended."""
    try:
        done = subprocess.run(command, cwd=cwd, timeout=LIMIT_S, text=True, errors="replace",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")


def run_until(command, cwd, pattern, environment):
    """(exit code, output, whether @pattern was seen): then it is ended, whatever it still does."""
    process = subprocess.Popen(["stdbuf", "-oL", *command], cwd=cwd, text=True, errors="replace",
                               env={**os.environ, **environment}, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    limit = threading.Timer(LIMIT_S, process.kill)
    limit.start()
    output, is_seen = "", False
    for line in process.stdout:
        output += line
        is_seen = bool(re.search(pattern, line))
        if is_seen:
            process.kill()
            break
    is_late = not limit.is_alive()
    limit.cancel()
    process.stdout.close()
    code = process.wait()
    return None if is_late else code, output, is_seen


def must_run(command, cwd, what):
    code, output = run(command, cwd)
    if code != 0:
        raise Broken(f"{what}: {output.strip()[-1500:]}")
    return output


class Workshop:
    """A copy of lib/ with one change, and programs linked with it."""

    def __init__(self, build, mutant, keep):
        self.build = os.path.abspath(build)
        self.mutant = mutant
        self.keep = keep
        self.room = os.path.join(self.build, "mutants", mutant.name)
        shutil.rmtree(self.room, ignore_errors=True)
        shutil.copytree(os.path.join(ROOT, "lib"), os.path.join(self.room, "lib"),
                        ignore=shutil.ignore_patterns("test"))
        must_run(["patch", "-p1", "-F0", "--no-backup-if-mismatch", "-s", "-i", mutant.path],
                 self.room, "the patch does not apply any more")
        self.changed = re.findall(r"^\+\+\+ b/(\S+)", open(mutant.path).read(), re.M)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self.keep:
            shutil.rmtree(self.room, ignore_errors=True)

    def sources_of(self, target):
        """(source, command, object) of each file of a library of ours that has to be built."""
        database = json.load(open(os.path.join(self.build, "compile_commands.json")))
        has_header = any(path.endswith(".h") for path in self.changed)
        for entry in database:
            command = shlex.split(entry["command"])
            output = command[command.index("-o") + 1]
            source = os.path.relpath(entry["file"], ROOT)
            if f"/{target}.dir/" in output and (has_header or source in self.changed):
                yield source, command, output

    def compile(self, target):
        """The objects of @target that differ: {as it was: as it is}."""
        objects = {}
        for source, command, output in self.sources_of(target):
            mine = os.path.join(self.room, target, os.path.basename(output))
            os.makedirs(os.path.dirname(mine), exist_ok=True)
            command = [self.moved(word, source) for word in command]
            command[command.index("-o") + 1] = mine
            # What a mutant leaves unused is no reason not to build it.
            must_run(command + ["-w", "-Wno-error"], self.build, source)
            objects[output] = mine
        return objects

    def moved(self, word, source):
        if word == os.path.join(ROOT, source):
            return os.path.join(self.room, source)
        return word.replace(f"-I{ROOT}/lib/include", f"-I{self.room}/lib/include")

    def link(self, program, objects, archive=None):
        lines = must_run(["ninja", "-t", "commands", program], self.build, program)
        command = lines.strip().splitlines()[-1]
        mine = os.path.join(self.room, os.path.basename(program))
        words = shlex.split(command.removeprefix(": && ").removesuffix(" && :"))
        words = [objects.get(word, word) for word in words]
        if archive:
            words = [archive if word == "lib/libkpark.a" else word for word in words]
        words[words.index("-o") + 1] = mine
        must_run(words, self.build, f"linking {program}")
        return mine

    def explorer(self):
        return self.link("lib/lib_explore", self.compile("kpark_explored"))

    def with_library(self, program):
        archive = os.path.join(self.room, "libkpark.a")
        if not os.path.exists(archive):
            shutil.copy(os.path.join(self.build, "lib/libkpark.a"), archive)
            objects = self.compile("kpark_objects")
            must_run(["ar", "r", archive, *objects.values()], self.build, "ar")
        return self.link(program, {}, archive)

    def command(self, killer):
        kind, *words = killer.removeprefix("tsan ").split()
        if kind == "explore":
            return [self.explorer(), *words]
        if kind == "stress":
            return [self.with_library("bench/parkbench"), "stress", *words]
        return [self.with_library("lib/" + words[0])]


@dataclass
class Verdict:
    mutant: Mutant
    is_right: bool
    by: str
    seconds: float
    why: str = ""


PATTERNS = {
    "explore": lambda m: rf"^FAILED \S+: {re.escape(m.check)}:.*",
    "stress": lambda m: rf"parkbench stress: {re.escape(m.check)} \(([^)]*)\) is broken",
    "test": lambda m: re.escape(m.check),
    "tsan": lambda m: r"SUMMARY: ThreadSanitizer: data race.*",
}


def command_of(shop, killer):
    command = shop.command(killer)
    # The thread sanitizer of gcc 12 needs the old, narrower layout of addresses.
    return ["setarch", "-R", *command] if killer.startswith("tsan ") else command


def judge_kill(shop, killer):
    mutant = shop.mutant
    pattern = PATTERNS[killer.split()[0]](mutant)
    command = command_of(shop, killer)
    begin = time.monotonic()
    code, output, is_seen = run_until(command, shop.room, pattern,
                                      {"TSAN_OPTIONS": "halt_on_error=1"})
    seconds = time.monotonic() - begin
    if is_seen:
        return Verdict(mutant, True, f"`{killer}`: {mutant.check}", seconds)
    if code is None:
        return Verdict(mutant, False, killer, seconds, "ended by the time limit alone")
    if code == 0:
        return Verdict(mutant, False, killer, seconds, "survived")
    return Verdict(mutant, False, killer, seconds,
                   "failed, but not by that name: " + output.strip()[:300])


def judge_survival(shop):
    sum_s = 0
    for killer in SURVIVAL[shop.mutant.killer]:
        command = command_of(shop, killer)
        begin = time.monotonic()
        code, output = run(command, shop.room)
        sum_s += time.monotonic() - begin
        if code != 0:
            return Verdict(shop.mutant, False, killer, sum_s,
                           "is equivalent and was killed: " + output.strip()[:300])
    return Verdict(shop.mutant, True, f"nobody, as it has to be: {shop.mutant.reason}", sum_s)


def judge(mutant, options):
    build = options.tsan_build if mutant.needs_tsan else options.build
    try:
        with Workshop(build, mutant, options.keep) as shop:
            if mutant.has_to_survive:
                return judge_survival(shop)
            return judge_kill(shop, mutant.killer)
    except Broken as problem:
        return Verdict(mutant, False, "-", 0, str(problem))


def seed_of(verdict):
    found = re.search(r"--seed (\d+)", verdict.by)
    if found:
        return found.group(1)
    return "all schedules" if "explore" in verdict.by else "-"


def table(verdicts):
    yield "| mutant | change | killed by | seconds | seed |"
    yield "|---|---|---|---:|---|"
    rows = {v.mutant.name: f"| {v.mutant.name} | {v.mutant.change} | {v.by} | {v.seconds:.1f} |"
                           f" {seed_of(v)} |" for v in verdicts}
    rows.update({name: f"| {name} | - | not applicable: {why} | - | - |"
                 for name, why in NOT_APPLICABLE})
    for name in sorted(rows):
        yield rows[name]


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build/dev"))
    parser.add_argument("--tsan-build", default=os.path.join(ROOT, "build/tsan"))
    parser.add_argument("--no-tsan", action="store_true", help="leave the memory orders out")
    parser.add_argument("--tsan-only", action="store_true", help="nothing but these")
    parser.add_argument("--keep", action="store_true", help="leave what was built")
    parser.add_argument("--write", metavar="FILE", help="the table, too, if all is right")
    parser.add_argument("names", nargs="*", help="M01, O2, ...; default: all")
    return parser.parse_args()


def main():
    options = parse()
    paths = sorted(os.path.join(MUTANTS, f) for f in os.listdir(MUTANTS) if f.endswith(".patch"))
    mutants = [load(path) for path in paths]
    known = {m.name for m in mutants}
    for name in options.names:
        if name not in known:
            print(f"mutants.py: no mutant {name}: there are {' '.join(sorted(known))}",
                  file=sys.stderr)
            return 2
    verdicts = []
    for mutant in mutants:
        if options.names and mutant.name not in options.names:
            continue
        if mutant.needs_tsan and options.no_tsan or options.tsan_only and not mutant.needs_tsan:
            continue
        verdicts.append(judge(mutant, options))
        last = verdicts[-1]
        print(f"{last.mutant.name:5} {'right' if last.is_right else 'WRONG'} "
              f"{last.seconds:6.1f} s  {last.by}{': ' + last.why if last.why else ''}", flush=True)
    nr_wrong = sum(not v.is_right for v in verdicts)
    print(f"{len(verdicts)} mutants, {nr_wrong} wrong")
    if options.write and not nr_wrong and not options.names:
        with open(options.write, "w", encoding="utf-8") as file:
            file.write("\n".join(["# Which check kills which mutant", "",
                                  "Made by `lib/test/mutants.py --write lib/test/mutants.md`; "
                                  "seconds are of one run and one machine.", "",
                                  *table(verdicts), ""]))
    return 1 if nr_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
