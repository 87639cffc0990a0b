# SPDX-License-Identifier: MIT
"""gate run: two builds, counted and timed in turn on this machine, now."""

import csv
import os
import random
import shutil
import tempfile

from gate import builds, counts, machine, relink, verdict
from gate.command_line import (Parser, add_outputs, command, finish, make_out, make_seed, say,
                               split)
from gate.experiment import BASE, FLOOR, HEAD
from gate.policy import PATH, Policy
from gate.problem import Problem
from gate.timing import TimingGate

HELP = """\
usage: parkbench gate run --base BUILD --head BUILD [OPTIONS] [-- SELECTION]

Is head slower than base? BUILD is a parkbench program or a build directory. Both live at the same
time on the same CPU and measure in turn; both are counted, too (system calls, threads).

  --floor BUILD|auto|none  base linked in another order: what layout alone does. auto (default):
                           made for a confirmation, if base is a build directory of Ninja
  --cpu N                  where all of it runs                   (the last one allowed)
  --seed N                 of all orders                          (random, printed)
  --out DIR                report.md, junit.xml, verdict.json, pairs.csv
  --explain                the arithmetic in sentences instead of a table
  --measure-identical      time them even if they are the same code: an A/A run
  --no-counts              timing only
  --policy FILE            other margins, levels and looks
SELECTION                  of 'parkbench run', instead of toggle, sleep, park and recreate, 1 thread

exit: 0 pass, 1 regression, 2 error, 3 inconclusive, 4 not comparable, 5 run not valid
example: parkbench gate run --base build-main --head build/release --out gate-report
"""

DEFAULT = ["--workload", "toggle", "--duty", "sleep", "--contender", "park,recreate",
           "--threads-per-cpu", "1"]
PAUSES = ("--dwell-off", "--dwell-on", "--dither")
NOT_OURS = ("--hotplug", "--cycles", "--token-fd")


def main(words):
    if {"-h", "--help"} & set(split(words)[0]):
        print(HELP, end="")
        return 0
    options, selection = parse(words)
    policy = Policy(options.policy or PATH)
    seed = make_seed(options.seed)
    cpu = options.cpu if options.cpu is not None else machine.default_cpu()
    base, head = builds.describe(options.base), builds.describe(options.head)
    out = make_out(options.out)
    facts = {"seed": seed, "cpus": cpu, "base": base, "head": head, "notes": machine.notes(),
             "command": command(["run", *with_seed(words, seed)]),
             "identical": base["code_sha256"] == head["code_sha256"]}
    print(f"seed {seed}")
    scratch = tempfile.mkdtemp(prefix="parkbench-gate.")
    try:
        gates, more = compare(options, selection_on(cpu, selection), policy,
                              {**facts, "scratch": scratch, "out": out})
        answer = verdict.make("run", gates, policy, **{**facts, **more})
    except Problem as problem:
        answer = verdict.failed("run", problem, policy, **facts)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return finish(answer, out, options.explain)


def parse(words):
    parser = Parser("run")
    for name in ("--base", "--head"):
        parser.add_argument(name, required=True)
    parser.add_argument("--floor", default="auto")
    parser.add_argument("--cpu", type=int)
    parser.add_argument("--seed")
    parser.add_argument("--measure-identical", action="store_true")
    parser.add_argument("--no-counts", action="store_true")
    add_outputs(parser)
    left, selection = split(words)
    for word in selection:
        if word.split("=")[0] in NOT_OURS:
            raise Problem(f"{word} is not for the gate: it calibrates blocks itself, and an"
                          " offline of the kernel is a matter of ticks, not of a few per cent")
    return parser.parse_args(left), selection


def with_seed(words, seed):
    left, right = split(words)
    if "--seed" not in left:
        left = [*left, "--seed", str(seed)]
    return left + (["--", *right] if right else [])


def selection_on(cpu, selection):
    """Controller and victim on one CPU: how an idle CPU wakes up is not the build's doing."""
    chosen = list(selection or DEFAULT)
    given = {word.split("=")[0] for word in chosen}
    for name in ("--cpus", "--controller"):
        if name not in given:
            chosen += [name, str(cpu)]
    for name in PAUSES:
        if name not in given:
            chosen += [name, "0ns"]
    return chosen


def compare(options, selection, policy, facts):
    """(gates, more facts)."""
    if facts["identical"] and not options.measure_identical:
        return [{"gate": "code and data", "verdict": "pass", "base": facts["base"]["code_sha256"],
                 "head": facts["head"]["code_sha256"], "tier": "exact",
                 "reason": "identical programs: nothing to time"}], {}
    gates = [] if options.no_counts else count(facts, policy)
    timing, more = time_builds(options, selection, policy, facts)
    return gates + timing, more


def count(facts, policy):
    say("counting")
    base, head = (counts.measure(facts[arm]["program"], facts["cpus"], policy)[0]
                  for arm in (BASE, HEAD))
    return list(counts.compare(base, head))


def time_builds(options, selection, policy, facts):
    programs = {BASE: facts["base"]["program"], HEAD: facts["head"]["program"]}
    confirm_floor = None
    if options.floor == "auto" and os.path.isdir(options.base) and relink.can_relink(options.base):
        confirm_floor = os.path.join(facts["scratch"], "floor")
        relink.relink(options.base, facts["seed"], confirm_floor, facts["scratch"])
    elif options.floor not in ("auto", "none"):
        programs[FLOOR] = builds.program_of(options.floor)
    gate = TimingGate(programs, selection, policy, random.Random(facts["seed"]), say)
    gates = gate.run(confirm_floor)
    write_pairs(os.path.join(facts["out"], "pairs.csv"), gate)
    floors = [abs(g["floor_ratio"] - 1) for g in gates if g["floor_ratio"]]
    return gates, {
        "pairs": gate.main.nr_pairs, "cycles_per_block": gate.cycles, "selection": selection,
        "floor": f"{100 * max(floors):.1f} %" if floors else None,
        "reported": list(gate.reported()),
        "steal_pct": round(max(gate.main.steal_pct, default=0), 2)}


def write_pairs(path, gate):
    """Every pair that a verdict rests on."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["schema", "stage", "pair", "arm", "series", "phase", "base_ns", "log_ratio"])
        for stage, source in (("main", gate.main), ("confirmation", gate.second)):
            for arm, series in (source.values.items() if source else ()):
                for (name, phase), values in sorted(series.items()):
                    for pair, x in enumerate(values):
                        rows.writerow([1, stage, pair, arm, name, phase,
                                       source.base_ns[name, phase][pair], repr(x)])
