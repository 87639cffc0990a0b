# SPDX-License-Identifier: MIT
"""gate compare: runs that are on disk, if they can be compared at all."""

import math
import statistics

from gate import fingerprint, origin, verdict
from gate.command_line import Parser, add_outputs, command, finish, make_out
from gate.decision import finite, holm
from gate.policy import PATH, Policy
from gate.problem import Problem
from gate.ranksum import Differences, least_level
from gate.tables import Run, series_name

HELP = """\
usage: parkbench gate compare BASE HEAD [OPTIONS]
       parkbench gate compare --base DIR... --head DIR... [OPTIONS]

Compares stored runs of one machine. A run, or with a factor that needs one a boot, is one unit; a
table needs 5 on each side, in turn: what ran first and what ran last differ by the time of day.

  --factor kernel|cmdline:KEY|knob:PATH   what is meant to differ; nothing else may
  --on-mismatch refuse|advisory           (refuse); advisory makes a table and no verdict
  --out DIR                report.md, junit.xml, verdict.json
  --explain                the arithmetic in sentences instead of a table
  --policy FILE            other margins and levels

A difference in a hard key of the fingerprint or in what was run is exit 4, with the keys by name.
exit: 0 pass, 1 regression, 2 error, 3 inconclusive, 4 not comparable, 5 run not valid
example: parkbench gate compare --base r1 r3 r5 r7 r9 --head r2 r4 r6 r8 r10 --factor kernel
"""


def main(words):
    if {"-h", "--help"} & set(words):
        print(HELP, end="")
        return 0
    options = parse(words)
    policy = Policy(options.policy or PATH)
    out = make_out(options.out)
    facts = {"command": command(["compare", *words])}
    try:
        answer = compare(options, policy, facts)
    except Problem as problem:
        answer = verdict.failed("compare", problem, policy, **facts)
    return finish(answer, out, options.explain)


def parse(words):
    parser = Parser("compare")
    parser.add_argument("runs", nargs="*")
    parser.add_argument("--base", nargs="+", default=[])
    parser.add_argument("--head", nargs="+", default=[])
    parser.add_argument("--factor")
    parser.add_argument("--on-mismatch", choices=("refuse", "advisory"), default="refuse")
    add_outputs(parser)
    options = parser.parse_args(words)
    if options.runs and (len(options.runs) != 2 or options.base or options.head):
        raise Problem("give two runs, or --base DIR... and --head DIR...")
    if options.runs:
        options.base, options.head = options.runs[:1], options.runs[1:]
    if not options.base or not options.head:
        raise Problem("nothing to compare: give two runs, or --base DIR... and --head DIR...")
    twice = set(options.base) & set(options.head)
    if twice:
        raise Problem(f"{twice.pop()} is on both sides")
    return options


def compare(options, policy, facts):
    factor = fingerprint.Factor.parse(options.factor) if options.factor else None
    sides = [[Run(folder) for folder in folders] for folders in (options.base, options.head)]
    for run in (*sides[0], *sides[1]):
        run.check_valid()
    notes, refusal = fingerprint.check(*sides, factor)
    is_advisory = options.on_mismatch == "advisory"
    if refusal and not is_advisory:
        fingerprint.refuse(refusal)
    unit = "boot" if factor and factor.needs_boot else "run"
    units = [units_of(runs, unit) for runs in sides]
    reasons = [f"advisory only, these differ: {refusal}"] if refusal else []
    reasons += confounded(*sides)
    gates = make_gates(units, unit, policy.stored, reasons)
    notes += origins(*sides, policy.stored["baseline_days_max"])
    facts.update(notes=notes, factor=options.factor, unit=unit,
                 units=[len(side) for side in units])
    facts["class"] = sides[0][0].facts["fingerprint"].get("id")
    return verdict.make("compare", gates, policy, **facts)


def origins(base, head, days_max):
    """Warnings about the base's oldest run, and about commits."""
    heads = [origin.of_run(run) for run in head]
    found = {}
    for run in sorted(base, key=lambda run: run.facts.get("start_utc") or ""):
        for note in origin.notes(origin.of_run(run), heads[0], days_max if not found else None):
            found[note] = None
    return list(found)


def units_of(runs, unit):
    """[{(series, phase): ns}], one per run or per boot."""
    groups = {}
    for run in runs:
        boot = run.before.get("boot_id")
        if unit == "boot" and not boot:
            raise Problem(f"{run.folder}: no boot_id, so it is not known which boot it was")
        groups.setdefault(boot if unit == "boot" else run.folder, []).append(medians(run))
    return [{key: statistics.median(one[key] for one in group if key in one)
             for key in set().union(*group)} for group in groups.values()]


def medians(run):
    found = {}
    for row in run.table("summary.csv"):
        if row["statistic"] != "p50" or row["status"] not in ("ok", "no_interval"):
            continue
        try:
            value = float(row["value"])
        except ValueError:
            raise Problem(f"{run.folder}/summary.csv: {row['value']!r} is no number") from None
        if value > 0 and math.isfinite(value):
            name = series_name(row) + (f"@{row['controller']}" if row.get("controller") else "")
            found[name, row["phase"]] = value
    if not found:
        raise Problem(f"{run.folder}: no medians in summary.csv: nothing would be compared")
    return found


def confounded(base, head):
    """One side wholly before the other: then time differs as much as what is compared."""
    times = [[run.facts.get("start_utc") or "" for run in runs] for runs in (base, head)]
    if max(times[0]) < min(times[1]) or max(times[1]) < min(times[0]):
        return ["all of one side ran before all of the other: what drifts with time looks the same;"
                " alternate"]
    return []


def make_gates(units, unit, stored, reasons):
    base, head = units
    keys = sorted(key for key in set().union(*base, *head)
                  if key[1] in stored["thread_phases"] + stored["offline_phases"])
    gates, timed = [], []
    for key in keys:
        values = [[math.log(one[key]) for one in side if key in one] for side in units]
        name = f"{key[0]} {key[1]}"
        needed = stored["units_per_side"]
        if not values[0] or not values[1]:
            gates.append(row(name, "not comparable", "only in " + ("base" if values[0] else "head")))
        elif min(map(len, values)) < needed:
            gates.append(row(name, "inconclusive", f"{len(values[0])} and {len(values[1])}"
                             f" {unit}s, a table needs {needed} on each side"))
        else:
            timed.append((key, values))
    return gates + judge(timed, stored, reasons)


def row(name, word, reason):
    return {"gate": name, "verdict": word, "base": None, "head": None, "reason": reason}


def judge(timed, stored, reasons):
    groups = [Differences(*values) for _, values in timed]
    limits = [limits_of(key[1], stored) for key, _ in timed]
    p_values = [group.p_not_above(math.log(fail)) for group, (fail, _) in zip(groups, limits)]
    gates = []
    for (key, values), group, (fail, below), (is_rejected, level) in zip(
            timed, groups, limits, holm(p_values, stored["level"]) if groups else []):
        base_ns = math.exp(statistics.median(values[0]))
        high = group.upper_bound(stored["level"])
        gate = {"gate": f"{key[0]} {key[1]}", "metric": "p50", "base_ns": base_ns,
                "head_ns": base_ns * math.exp(group.estimate()),
                "ratio": math.exp(group.estimate()),
                "low": finite(math.exp(group.lower_bound(level))),
                "high": math.exp(high) if math.isfinite(high) else None,
                "units": [group.n, group.m], "level": level, "margin": fail}
        gate["verdict"], gate["reason"] = word_of(gate, group, is_rejected, below, stored, reasons)
        gates.append(gate)
    return gates


def limits_of(phase, stored):
    """A whole offline moves in ticks: it is not held to a few per cent."""
    kind = "thread" if phase in stored["thread_phases"] else "offline"
    return stored[f"{kind}_fail_above_ratio"], stored[f"{kind}_pass_below_ratio"]


def word_of(gate, group, is_rejected, below, stored, reasons):
    if reasons:
        return "inconclusive", "; ".join(reasons)
    if is_rejected:
        return "regression", f"the lower bound is above the margin of {gate['margin']:g}"
    if group.p_not_below(math.log(below)) <= stored["level"]:
        return "pass", f"equivalence was shown: the upper bound is below {below:g}"
    if least_level(group.n, group.m) > gate["level"]:
        return "inconclusive", (f"{group.n} + {group.m} units cannot reach the level of"
                                f" {gate['level']:.2g}: more of them are needed")
    return "inconclusive", "neither slower nor the same was shown"
