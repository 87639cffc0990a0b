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
# In the sentence itself: it is quoted without the page.
OFFLINES = {"real": "real hotplug", "cpuset": "moved out of a cpuset, not offline",
            "simulated": "simulated, no CPU went offline"}


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
    # Without hotplug there is nothing that it could be a share of.
    if not run.has("summary") or run.kind == "simulated":
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
    cell = series.chief(run)
    by_knob = {}
    for row in rows:
        if row.cell == cell:
            by_knob.setdefault(row.arm.knob, {})[row.arm.contender] = row
    costs = [cost_sentence(run, cell, by_name) for by_name in by_knob.values()]
    if len(costs) > 1:
        costs = [f"With {knob}: {cost}" for knob, cost in zip(by_knob, costs)]
    costs = [cost[0].upper() + cost[1:] for cost in costs]
    return " ".join([*costs, share_sentence(run, by_knob), others_sentence(run)])


def cost_sentence(run, cell, by_name):
    park, recreate = by_name.get("park"), by_name.get("recreate")
    unit = "thread and cycle" if cell.threads > 1 else "cycle of one thread"
    if not park or not recreate:
        parts = [f"{name} {estimate(row.cost)}{spin_remark(run, row)}"
                 for name, row in by_name.items()]
        return f"per {unit} ({OFFLINES[run.kind]}; {cell}): {', '.join(parts)}."
    return (f"parking costs {estimate(park.cost)} per {unit} ({OFFLINES[run.kind]})"
            f"{spin_remark(run, park)}, tearing down and creating again {estimate(recreate.cost)}"
            f"{spin_remark(run, recreate)}: {verdict(recreate.ratio)}.")


def spin_remark(run, row):
    spun = spun_ns(run, row)
    return f" (the controller spins for it: {duration(spun)} of CPU per cycle)" if spun > 0 else ""


def spun_ns(run, row):
    """CPU time that the controller burnt per cycle of a CPU, as the terminal tells it.

    0 where nothing was spun, and for a run from before that was recorded.
    """
    blocks = run.table("blocks") if run.has("blocks") else ()
    if any(name not in blocks for name in ("spun_ns", "nr_done")):
        return 0.0
    mine = blocks.where(series.of(blocks, row.cell, row.arm) & blocks.is_(**{"pass": "timing"})
                        & ~np.isnan(blocks["spun_ns"]))
    nr_cycles = np.nansum(mine["nr_done"]) / 2    # an offline and an online
    return float(np.sum(mine["spun_ns"]) / nr_cycles) if nr_cycles else 0.0


def verdict(ratio):
    """A ratio whose interval has 1 in it shows nothing, however far off its middle is."""
    if not ratio.has_interval:
        return f"{times(ratio)} times as much, but too few pairs for an interval: nothing is shown"
    if ratio.low > 1 or ratio.high < 1:
        return f"{'' if ratio.low > 1 else 'less, '}{times(ratio)} times as much"
    return f"no difference was shown (ratio {times(ratio)})"


def share_sentence(run, by_knob):
    if run.kind == "simulated":
        return "What share of a real offline that is, only a real one can tell."
    shares = [f"{percent(row.share)} with {row.arm}" for by_name in by_knob.values()
              for name, row in by_name.items()
              if name in ("park", "recreate") and not math.isnan(row.share.value)]
    if not shares:
        return ""
    whole = "offline and online" if run.kind == "real" else "way out of the cpuset and back"
    return f"Of the whole {whole} the threads are {', '.join(shares)}."


def others_sentence(run):
    if not run.has("bystander"):
        return "Whether other CPUs paid was not measured."
    table_ = run.table("bystander")
    kind = "spin" if "spin" in table_["kind"].present() else table_["kind"].present()[0]
    gaps = table_.where(kind=kind, action="offline")
    what = "could not run" if kind == "spin" else "woke too late"
    loud, quiet = seen(gaps, "worst_gap"), seen(gaps, "quiet_gap")
    middle = stats.median(per_block(gaps, loud))
    if math.isnan(middle.value):
        return "Whether other CPUs paid could not be measured."
    parts = (f"CPUs that stayed {what} {'for' if kind == 'spin' else 'by'} "
             f"{estimate(middle)} in an offline, up to {duration(np.nanmax(loud))}")
    calm = per_block(gaps, quiet)
    if np.isnan(calm).all():
        return parts + "."
    return (f"{parts}; as long without one: {estimate(stats.median(calm))}"
            f"{who_paid(stats.ratio(per_block(gaps, loud), calm))}.")


def who_paid(ratio):
    if ratio.has_interval and ratio.low > 1:
        return f" ({times(ratio)} times as long)"
    return "; nobody else was shown to pay"


def per_block(gaps, values):
    """Median of each block; NaN where it has none."""
    found = []
    for block in np.unique(gaps["block"]):
        mine = values[gaps["block"] == block]
        found.append(np.nan if np.isnan(mine).all() else np.nanmedian(mine))
    return np.array(found)


def warnings(run, rows):
    """What a reader has to know before believing any of it."""
    found = list(run.json.get("warnings", []))
    found += [text for check in (ended, counted, machine, spinning, shaken, few, wide, changed)
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


def spinning(run, rows):
    names = dict.fromkeys(str(row.arm) for row in rows if spun_ns(run, row) > 0)
    if names:
        yield (f"the controller burns CPU time to wait less for {', '.join(names)}; how they "
               "compare without: --spin never")


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
