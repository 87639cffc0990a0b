# SPDX-License-Identifier: MIT
"""Before and after: two runs, arm by arm, blocks as dots and the ratio beside them."""

import math

import numpy as np

from . import series, stats
from .figure import Figure, canvas, without
from .forest import MARGIN, reach
from .style import GRID, INK, duration, grid, log_durations, style, times

KEY = "before-after"
TITLE = "Before and after"
MOST_ROWS = 16


def draw(runs):
    """The first of @runs is before, the second after."""
    if len(runs) < 2:
        return without(KEY, TITLE, "one run only: parkbench report BEFORE AFTER")
    before, after = runs[:2]
    entries = list(entries_of(before, after))[:MOST_ROWS]
    if not entries:
        return without(KEY, TITLE, "the two runs have no cell and contender in common: run both "
                       "with the same --workload, --duty, --threads-per-cpu and --contender")
    figure, axes = canvas(1.1 + 0.42 * len(entries), ncols=2, sharey=True,
                          gridspec_kw={"width_ratios": [1.3, 1]})
    clouds(axes[0, 0], entries)
    ratios(axes[0, 1], entries)
    return compose(figure, before, after, entries)


def entries_of(before, after):
    for cell in series.cells(before):
        twin = next((c for c in series.cells(after) if str(c) == str(cell)), None)
        for arm in series.arms(before.table("samples")):
            if not twin or arm.contender == "empty":
                continue
            left = np.array(list(series.cost_by_block(before, cell, arm).values()))
            right = np.array(list(series.cost_by_block(after, twin, arm).values()))
            if len(left) and len(right):
                yield cell, arm, left, right, stats.independent_ratio(right, left)


def clouds(axes, entries):
    for place, (_, arm, left, right, _) in enumerate(entries):
        look = style(arm.contender)
        for values, shift, fill in ((left, -0.17, "white"), (right, 0.17, look.color)):
            axes.plot(values, place + shift + spread(len(values)), look.marker, markersize=4,
                      color=look.color, markerfacecolor=fill, alpha=0.75, markeredgewidth=0.8)
            middle = np.median(values)
            axes.plot([middle, middle], [place + shift - 0.15, place + shift + 0.15], color=INK,
                      linewidth=1.8)
    axes.set_xscale("log")
    log_durations(axes.xaxis)
    axes.set_xlabel("quiesce + resume; hollow: before, filled: after")
    axes.set_yticks(range(len(entries)), [f"{arm}   {cell.short}" for cell, arm, *_ in entries])
    axes.set_ylim(len(entries) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    grid(axes, "x")


def spread(n):
    return ((np.arange(n) * 0.6180339887) % 1 - 0.5) * 0.2


def ratios(axes, entries):
    axes.axvspan(1 - MARGIN, 1 + MARGIN, color=GRID, linewidth=0)
    axes.axvline(1, color=INK, linewidth=0.8)
    for place, (_, arm, _, _, ratio) in enumerate(entries):
        look = style(arm.contender)
        if ratio.has_interval:
            axes.plot([ratio.low, ratio.high], [place, place], color=look.color, linewidth=2.2)
        axes.plot(ratio.value, place, look.marker, color=look.color, markersize=6)
        axes.text(1.01, place, times(ratio), transform=axes.get_yaxis_transform(), va="center",
                  fontsize=8.5)
    axes.set_xscale("log")
    reach(axes, [x for *_, r in entries for x in (r.value, r.low, r.high) if not math.isnan(x)])
    axes.set_xlabel("after / before")


def compose(figure, before, after, entries):
    keys = differences(before, after)
    unlike = f" The runs differ in {', '.join(keys)}." if keys else ""
    return Figure(
        KEY, f"Before ({before.name}) and after ({after.name})",
        "Dots: medians of blocks; line: their median. Ratio of the medians, 95 % by bootstrap "
        "over blocks of each run (unit of replication: block). Two runs have no pairs: drift "
        "between them is in the ratio; a verdict needs alternating runs." + unlike,
        "Dots and ratios. " + "; ".join(
            f"{arm}, {cell.short}: {duration(np.median(l))} to {duration(np.median(r))}, "
            f"{times(ratio)}" for cell, arm, l, r, ratio in entries) + ".", figure,
        header=("cell", "arm", "knob", "before_ns", "after_ns", "ratio", "low", "high",
                "nr_blocks"),
        rows=[(str(cell), arm.contender, arm.knob, float(np.median(l)), float(np.median(r)),
               ratio.value, ratio.low, ratio.high, ratio.n)
              for cell, arm, l, r, ratio in entries])


def differences(before, after):
    """Of machine, build and parameters: what besides the change in question may explain it."""
    left, right = ({**run.json.get("fingerprint", {}).get("hard", {}), **run.json.get("params", {})}
                   for run in (before, after))
    return sorted(key for key in set(left) | set(right) if left.get(key) != right.get(key))
