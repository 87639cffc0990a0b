# SPDX-License-Identifier: MIT
"""gate run --base-kernel A --head-kernel B: which steps of CPU hotplug grew, in instructions.

The same plan in deterministic guests of both kernels. A seed gives the same bytes every time and
another seed another interleaving: the seed is the unit. The clock of such a guest counts
instructions, and jumps where all CPUs wait (for a grace period, for a tick): of steps that wait the
figure is that time, in the same unit. The cost of tracing is in every figure.
"""

import csv
import math
import os
import re
import shutil
import statistics
import tempfile

from gate import lab, verdict
from gate.builds import program_of
from gate.check_command import own_program
from gate.command_line import Parser, add_outputs, command, finish, make_out, make_seed, say
from gate.decision import finite, holm
from gate.policy import PATH, Policy
from gate.problem import Problem
from gate.ranksum import Differences


def selection(cycles):
    return ["--hotplug", "sysfs", "--accept-impact", "--workload", "toggle", "--duty", "sleep",
            "--contender", "empty", "--threads-per-cpu", "1", "--cpus", "1", "--cycles",
            str(cycles), "--repetitions", "1", "--warmup", "0", "--passes", "kernel",
            "--dwell-off", "1ms", "--dwell-on", "1ms", "--dither", "4ms"]


def parse(words):
    parser = Parser("run")
    parser.add_argument("--base-kernel", required=True)
    parser.add_argument("--head-kernel", required=True)
    parser.add_argument("--build")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--seed", default="1")
    add_outputs(parser)
    options = parser.parse_args(words)
    if options.seeds is not None and options.seeds < 1:
        raise Problem("--seeds has to be at least 1")
    return options


def main(words):
    options = parse(words)
    policy = Policy(options.policy or PATH)
    first = make_seed(options.seed)
    program = program_of(options.build or own_program())
    nr_seeds = options.seeds or policy.lab["seeds_per_side"]
    out = make_out(options.out)
    facts = {"seed": first, "command": command(["run", *words]), "units": [nr_seeds, nr_seeds],
             "factor": f"kernel: {options.base_kernel} against {options.head_kernel}"}
    scratch = tempfile.mkdtemp(prefix="parkbench-gate.")
    try:
        sides, kernels = measure(options, program, range(first, first + nr_seeds), policy, scratch)
        gates = make_gates(*sides, policy.lab)
        write_table(os.path.join(out, "kernels.csv"), gates, sides, options)
        notes = [*kernels, "steps that wait, as for a grace period, have their waiting in the figure",
                 *absent_calls(sides)]
        answer = verdict.make("kernels", gates, policy, notes=notes, **facts)
    except Problem as problem:
        answer = verdict.failed("kernels", problem, policy, **facts)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return finish(answer, out, options.explain)


def measure(options, program, seeds, policy, scratch):
    """(([{what: instructions}] of base, the same of head), one per seed; who these kernels are)."""
    kernels = options.base_kernel, options.head_kernel
    sides, found = ([], []), {}
    for seed in seeds:
        say(f"pair of guests, seed {seed}")
        outs = [os.path.join(scratch, f"{side}-{seed}") for side in ("base", "head")]
        runs = lab.run_guests([(lab.Guest(kernel, seed, program, boot_cpus=1),
                                selection(policy.lab["cycles"]), out)
                               for kernel, out in zip(kernels, outs)], 2)
        for side, run, out in zip(sides, runs, outs):
            run.check_valid()
            facts = lab.facts_of(out)
            side.append(instructions(run, lab.ns_per_instruction(facts)))
            found[facts["kernel"]["sha256"]] = facts["kernel"]["version"]
            shutil.rmtree(out)
    return sides, [f"kernel {version}, sha256 {sha256[:12]}" for sha256, version in found.items()]


def instructions(run, ns_per_instruction):
    """{what: median over this run}."""
    found = {}
    for row in run.table("kpark.csv"):
        if row["status"] == "ok":
            thread = re.sub(r"/[0-9]+(?=:|$)", "", row["thread"])
            # A CPU that comes for the first time creates its threads, and parks them at once.
            first = ", first online" if row["pass"] == "first_online" else ""
            add(found, f"call {row['call']} {thread}{first}", row["ns"])
    for row in run.table("steps.csv"):
        # Probes on calls inside a step are paid for by the step: where there are none.
        if row["status"] == "ok" and row["trace"] == "steps" and row["is_rollback"] == "0":
            add(found, f"step {row['direction']} {row['state_name']} {row['function']}", row["ns"])
    if not found:
        raise Problem(f"{run.folder}: no kernel steps and no calls: nothing would be compared")
    return {what: statistics.median(values) / ns_per_instruction
            for what, values in found.items()}


def add(found, what, ns):
    if ns and int(ns) > 0:
        found.setdefault(what, []).append(int(ns))


def absent_calls(sides):
    seen = {what.split()[1] for side in sides for one in side for what in one
            if what.startswith("call ")}
    return [f"no kernel call of {call} was seen" for call in ("park", "unpark", "create")
            if call not in seen]


def write_table(path, gates, sides, options):
    """What was compared and over how many seeds, with the extremes: seeds are not alike."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["schema", "what", "kernel", "side", "seeds", "min_instructions",
                       "p50_instructions", "max_instructions", "ratio", "low", "high", "verdict"])
        for gate in gates:
            for side, kernel, runs in zip(("base", "head"),
                                          (options.base_kernel, options.head_kernel), sides):
                values = [one[gate["gate"]] for one in runs if gate["gate"] in one]
                if values:
                    rows.writerow([1, gate["gate"], kernel, side, len(values), min(values),
                                   middle(values), max(values), *map(figure, (
                                       gate.get("ratio"), gate.get("low"), gate.get("high"))),
                                   gate["verdict"]])


def figure(value):
    return "" if value is None else f"{value:.4f}"


def make_gates(base, head, terms):
    timed, gates = [], []
    for what in sorted(set().union(*base, *head)):
        values = [[one[what] for one in side if what in one] for side in (base, head)]
        if not all(values):
            side = "base" if values[0] else "head"
            gates.append({"gate": what, "verdict": "skipped", "base": middle(values[0]),
                          "head": middle(values[1]), "reason": f"only in the {side} kernel"})
        else:
            timed.append((what, values))
    return judge(timed, terms) + gates


def middle(values):
    return statistics.median(values) if values else None


def judge(timed, terms):
    if not timed:
        raise Problem("the two kernels have no step in common: nothing would be compared")
    slack = tracing_slack(timed, terms)
    groups = [Group(what, values, slack, terms) for what, values in timed]
    grew = holm([group.p_grew() for group in groups], terms["level"])
    shrank = holm([group.p_shrank() for group in groups], terms["level"])
    gates = [group.gate(*levels) for group, *levels in zip(groups, grew, shrank)]
    return sorted(gates, key=lambda gate: -abs(gate["head"] - gate["base"]))


def tracing_slack(timed, terms):
    """The shortest step is hardly more than its trace: by how much does that alone differ?"""
    shortest = [min(statistics.median(values[side]) for _, values in timed) for side in (0, 1)]
    return abs(shortest[1] - shortest[0]) + terms["least_instructions"]


class Group:
    """One call or step of both kernels."""

    def __init__(self, what, values, slack, terms):
        self.what, self.terms = what, terms
        self.base, self.head = map(statistics.median, values)
        self.fail = math.log(max(terms["fail_above_ratio"], 1 + slack / self.base))
        self.below = math.log(max(terms["pass_below_ratio"], 1 + 2 * slack / self.base))
        self.differences = Differences(*[[math.log(x) for x in side] for side in values])

    def p_grew(self):
        return self.differences.p_not_above(self.fail)

    def p_shrank(self):
        return self.differences.p_not_below(-self.fail)

    def gate(self, grew, shrank):
        groups = self.differences
        word, reason = self.word(grew[0], shrank[0])
        return {"gate": self.what, "metric": "instructions", "unit": "instr", "base": self.base,
                "head": self.head, "ratio": math.exp(groups.estimate()),
                "low": bound(groups.lower_bound(grew[1])),
                "high": bound(groups.upper_bound(shrank[1])), "margin": math.exp(self.fail),
                "units": [groups.n, groups.m], "verdict": word, "reason": reason}

    def word(self, grew, shrank):
        needed = self.terms["seeds_per_side"]
        if min(self.differences.n, self.differences.m) < needed:
            return "inconclusive", (f"{self.differences.n} and {self.differences.m} seeds, a"
                                    f" verdict needs {needed} on each side")
        if grew:
            return "regression", f"grew by {self.head - self.base:.0f} instructions"
        if shrank:
            return "better", f"shrank by {self.base - self.head:.0f} instructions"
        if self.differences.p_not_below(self.below) <= self.terms["level"]:
            return "pass", "equivalence was shown"
        return "inconclusive", "neither more nor the same was shown"


def bound(log_ratio):
    return finite(math.exp(log_ratio)) if math.isfinite(log_ratio) else None
