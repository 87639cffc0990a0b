# SPDX-License-Identifier: MIT
"""The first screen in words: what it costs, what share that is, who else paid, what to doubt."""

import math
import os
from dataclasses import dataclass

import numpy as np

from . import series, stats
from .blast import seen
from .style import duration, estimate, percent, significant, times

WIDE = 1.3           # high / low of a ratio's interval
NOISY = 0.25         # MAD / median of block medians
MUCH_STEAL = 0.5     # per cent
FEW_REPETITIONS = 6
KINDS = {
    "real": "REAL: the kernel took the CPUs off and brought them back.",
    "cpuset": "CPUSET: the CPUs left a cpuset of the suite's own and stayed online.",
    "simulated": "SIMULATED: no CPU went offline; the threads were treated as if one had.",
}


@dataclass
class Row:
    """One line of the table of costs."""

    cell: object
    arm: object
    cost: object       # per thread and cycle
    ratio: object      # to park
    share: object      # of the whole cycle


def table(run):
    found = []
    for cell in series.cells(run):
        for arm in series.arms(run.table("samples")):
            by_block = series.cost_by_block(run, cell, arm)
            if not by_block:
                continue
            base = series.cost_by_block(run, cell, series.Arm(series.REFERENCE, arm.knob))
            ratio = stats.Estimate(1.0) if arm.contender == series.REFERENCE else \
                series.paired(by_block, base)
            found.append(Row(cell, arm, series.cost(run, cell, arm).scaled(1 / cell.threads),
                             ratio, share(run, cell, arm)))
    return found


def share(run, cell, arm):
    """threads_share of summary.csv: (quiesce + resume) / total."""
    if not run.has("summary"):
        return stats.Estimate(math.nan)
    summary = run.table("summary")
    rows = summary.where(series.of(summary, cell, arm)
                         & summary.is_(statistic="threads_share", status="ok"))
    if not len(rows):
        return stats.Estimate(math.nan)
    return stats.Estimate(*(float(rows[name][0]) for name in ("value", "ci_low", "ci_high")),
                          int(rows["n"][0]))


def headline(run, rows):
    """Two sentences about the cell with the most threads per CPU."""
    if not rows:
        return "No contender with threads was measured, so nothing can be said about a strategy."
    cell = max((row.cell for row in rows), key=lambda c: (c.threads, -c.number))
    mine = [row for row in rows if row.cell == cell and row.arm.knob == rows[0].arm.knob]
    by_name = {row.arm.contender: row for row in mine}
    return f"{cost_sentence(cell, by_name)} {share_sentence(run, by_name)} {others_sentence(run)}"


def cost_sentence(cell, by_name):
    park, recreate = by_name.get("park"), by_name.get("recreate")
    unit = "thread and cycle" if cell.threads > 1 else "cycle of one thread"
    if not park or not recreate:
        parts = [f"{name} {estimate(row.cost)}" for name, row in by_name.items()]
        return f"Per {unit} ({cell}): {', '.join(parts)}."
    ratio = recreate.ratio
    if ratio.has_interval and ratio.low > 1:
        verdict = f"{times(ratio)} times as much"
    elif ratio.has_interval and ratio.high < 1:
        verdict = f"less: {times(ratio)} times as much"
    elif ratio.has_interval:
        verdict = f"which shows no difference (ratio {times(ratio)})"
    else:
        verdict = f"{times(ratio)} times as much (too few pairs for an interval)"
    return (f"Parking costs {estimate(park.cost)} per {unit}, tearing down and creating again "
            f"{estimate(recreate.cost)}: {verdict}.")


def share_sentence(run, by_name):
    if run.kind == "simulated":
        return "What share of a real offline that is, only a real one can tell."
    shares = [f"{percent(row.share)} with {name}" for name, row in by_name.items()
              if name in ("park", "recreate") and not math.isnan(row.share.value)]
    if not shares:
        return ""
    whole = "offline and online" if run.kind == "real" else "way out of the cpuset and back"
    return f"Of the whole {whole} that is {', '.join(shares)}."


def others_sentence(run):
    if not run.has("bystander"):
        return "Whether other CPUs paid was not measured."
    table_ = run.table("bystander")
    kind = "spin" if "spin" in table_["kind"].present() else table_["kind"].present()[0]
    gaps = table_.where(kind=kind, action="offline")
    loud, quiet = seen(gaps, "worst_gap"), seen(gaps, "quiet_gap")
    middle = stats.median(per_block(gaps, loud))
    if math.isnan(middle.value):
        return "Whether other CPUs paid could not be measured."
    parts = (f"CPUs that stayed could not run for {estimate(middle)} in an offline, up to "
             f"{duration(np.nanmax(loud))}")
    if np.isnan(quiet).all():
        return parts + "."
    calm = stats.median(per_block(gaps, quiet))
    verdict = "" if middle.value > calm.value else "; nobody else was shown to pay"
    return f"{parts}; as long without one: {estimate(calm)}{verdict}."


def per_block(gaps, values):
    return np.array([np.nanmedian(values[gaps["block"] == block])
                     for block in np.unique(gaps["block"])
                     if not np.isnan(values[gaps["block"] == block]).all()])


def warnings(run, rows):
    """What a reader has to know before believing any of it."""
    found = list(run.json.get("warnings", []))
    found += [text for check in (ended, counted, machine, shaken, few, wide, changed)
              for text in check(run, rows)]
    return list(dict.fromkeys(found))


def ended(run, _):
    code = run.json.get("exit_code", 0)
    if code == 5:
        yield "the run ended early: later repetitions are missing"
    elif code:
        yield f"the run failed (exit code {code}): its numbers are of a run that is not valid"


def counted(run, _):
    counts = run.json.get("counts", {})
    planned = counts.get("planned", 0)
    for status, what in (("refused", "were refused by the kernel"),
                         ("spoiled", "were spoiled by what happened beside them"),
                         ("lost", "lost a thread"), ("not_tried", "were never tried"),
                         ("no_op", "changed nothing")):
        if counts.get(status):
            yield f"{counts[status]} of {planned} steps {what}; they are in no statistic"
    for key, what in (("wrong_cpu", "ran on a wrong CPU first"),
                      ("affinity_lost", "had lost their CPU when it came back")):
        if counts.get(key):
            yield f"{counts[key]} threads {what}"


def machine(run, _):
    hypervisor, governor = run.fact("hypervisor"), run.fact("cpufreq_governor")
    if hypervisor not in (None, "none", ""):
        emulated = " with emulated CPUs: the times are those of no machine" \
            if "qemu" in str(hypervisor).lower() or "tcg" in str(hypervisor).lower() else ""
        yield f"a virtual machine ({hypervisor}){emulated}; ratios mean more than times"
    if governor and governor != "performance":
        yield f"frequency governor {governor}: clocks moved with the load"
    steal = run.json.get("steal_percent")
    if steal and steal > MUCH_STEAL:
        yield f"{significant(steal, 2)} % of CPU time was stolen by the host"
    if str(run.fact("build")).endswith("Debug"):
        yield "parkbench was built without optimisation (Debug)"


def shaken(run, rows):
    for row in rows:
        values = np.array(list(series.cost_by_block(run, row.cell, row.arm).values()))
        middle = np.median(values)
        mad = np.median(np.abs(values - middle)) / middle if middle else 0
        if mad > NOISY:
            yield (f"noise: blocks of {row.arm} ({row.cell.short}) differ by "
                   f"{100 * mad:.0f} % (MAD / median)")


def few(run, rows):
    least = min((row.cost.n for row in rows), default=0)
    if rows and least < FEW_REPETITIONS:
        yield (f"few samples: {least} repetitions, {FEW_REPETITIONS} are needed for a 95 % "
               "interval: --repetitions 20")


def wide(_, rows):
    for row in rows:
        if row.arm.contender in ("recreate", "rebind") and row.ratio.has_interval and \
                row.ratio.high / row.ratio.low > WIDE:
            yield (f"wide interval: {row.arm} / park ({row.cell.short}) is only known to be "
                   f"within {significant(row.ratio.low)} and {significant(row.ratio.high)}")


def changed(run, _):
    for file in run.json.get("files", []):
        path = os.path.join(run.path, file.get("name", ""))
        if not os.path.exists(path):
            yield f"{file.get('name')} is missing, although the run wrote it"
        elif os.path.getsize(path) != file.get("bytes"):
            yield f"{file.get('name')} is not as the run wrote it: it has another size"
