# SPDX-License-Identifier: MIT
"""What the application feels: work done per second, and how long items had to wait."""

import math

import numpy as np

from . import series, stats
from .figure import Figure, canvas, without
from .style import FAINT, duration, estimate, grid, log_durations, significant, style

KEY = "duty"
TITLE = "What the application feels"
MOST_ROWS = 32
WAITS = (("wait_p50_ns", "half"), ("wait_p99_ns", "99 of 100"), ("wait_max_ns", "all"))
MISSING = ("blocks.csv has no work done in the plan: parkbench run --duty queue,burst --contender "
           "park,recreate,none")


def draw(run):
    entries = list(entries_of(run))
    if not entries:
        return without(KEY, TITLE, MISSING)
    left_out, entries = max(0, len(entries) - MOST_ROWS), entries[:MOST_ROWS]
    has_waits = any(e["waits"] for e in entries)
    figure, axes = canvas(1.25 + 0.36 * len(entries), ncols=2 if has_waits else 1, sharey=True)
    throughput(axes[0, 0], entries)
    if has_waits:
        waits(axes[0, 1], entries)
    return compose(figure, entries, left_out, has_waits)


def entries_of(run):
    """One for each cell and arm with threads: per second relative to park, waits, missed."""
    if not run.has("blocks") or "done_per_s" not in run.table("blocks"):
        return
    blocks = run.table("blocks")
    timing = blocks.where(blocks.is_(**{"pass": "timing"}) & ~np.isnan(blocks["done_per_s"]))
    for cell in series.cells(run):
        for arm in series.arms(timing):
            mine = timing.where(series.of(timing, cell, arm))
            if arm.contender == "empty" or not len(mine) or not mine["done_per_s"].any():
                continue
            base = timing.where(series.of(timing, cell, series.Arm(series.REFERENCE, arm.knob)))
            yield {"cell": cell, "arm": arm, "rate": stats.median(mine["done_per_s"]),
                   "ratio": series.paired(by_repetition(mine), by_repetition(base)),
                   "waits": waits_of(mine), "missed": float(np.nansum(mine["nr_items_missed"])),
                   "items": float(np.nansum(mine["nr_items"])), "nr_blocks": len(mine)}


def by_repetition(blocks):
    return {int(r): rate for r, rate in zip(blocks["repetition"], blocks["done_per_s"])
            if rate > 0}


def waits_of(blocks):
    """Medians over blocks; the longest is that of all blocks."""
    if np.isnan(blocks["wait_p50_ns"]).all():
        return None
    return [stats.median(blocks["wait_p50_ns"]), stats.median(blocks["wait_p99_ns"]),
            stats.Estimate(float(np.nanmax(blocks["wait_max_ns"])))]


def throughput(axes, entries):
    axes.axvline(1, color=FAINT, linewidth=0.8)
    for place, entry in enumerate(entries):
        look, ratio = style(entry["arm"].contender), entry["ratio"]
        if entry["arm"].contender == series.REFERENCE:
            ratio = stats.Estimate(1.0)
        if ratio.has_interval:
            axes.plot([ratio.low, ratio.high], [place, place], color=look.color, linewidth=2.2,
                      solid_capstyle="butt")
        axes.plot(ratio.value, place, look.marker, color=look.color, markersize=6)
        axes.text(1.01, place, f"{significant(entry['rate'].value)} /s",
                  transform=axes.get_yaxis_transform(), va="center", fontsize=8.5)
    axes.set_yticks(range(len(entries)), [f"{e['arm']}   {e['cell'].short}" for e in entries])
    axes.set_ylim(len(entries) - 0.4, -0.8)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.08)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.95), max(high, 1.05))
    axes.set_xlabel("work done per second / park's; further right is better")
    grid(axes, "x")


def waits(axes, entries):
    for place, entry in enumerate(entries):
        look = style(entry["arm"].contender)
        if not entry["waits"]:
            continue
        values = [w.value for w in entry["waits"]]
        axes.plot([values[0], values[-1]], [place, place], color=look.color, linewidth=1,
                  linestyle=look.dash)
        for value, marker in zip(values, ("|", look.marker, ">")):
            axes.plot(value, place, marker, color=look.color, markersize=6,
                      markerfacecolor=look.color if marker == look.marker else "white")
    axes.set_xscale("log")
    log_durations(axes.xaxis)
    axes.set_xlabel("an item waited (half, 99 of 100, longest)")
    axes.tick_params(axis="y", length=0)
    grid(axes, "x")


def statement(entries):
    """Of the widest true difference; none: then that."""
    far = [e for e in entries if e["ratio"].has_interval
           and e["arm"].contender not in series.CONTROLS
           and not e["ratio"].low <= 1 <= e["ratio"].high]
    if not far:
        return "What the application feels: no difference in throughput was shown"
    e = max(far, key=lambda e: abs(math.log(e["ratio"].value)))
    return (f"What the application feels: with {e['arm']} it does "
            f"{estimate(e['ratio'], significant)} of the work that it does with park "
            f"({e['cell'].short})")


def compose(figure, entries, left_out, has_waits):
    more = f" {left_out} more rows are not drawn." if left_out else ""
    missed = sum(e["missed"] for e in entries)
    lost = f" {missed:.0f} of {sum(e['items'] for e in entries):.0f} items found the queue full." \
        if has_waits else " No items arrive by themselves with these duties, so none waited."
    return Figure(
        KEY, statement(entries),
        "Timing blocks. Left: work done from the first step to the last, ratio paired by "
        "repetition with 95 % interval (unit of replication: pair of blocks, n = "
        f"{max(e['ratio'].n for e in entries)}); at its right the median over blocks. A plan "
        "waits between its steps, so that a slow contender's block is longer." +
        (" Right: medians over blocks of percentiles that are told within an eighth, and the "
         "longest of all: bar, filled, triangle." if has_waits else "") + lost + more,
        "Ratios and waits. " + "; ".join(
            f"{e['arm']}, {e['cell'].short}: {significant(e['rate'].value)} per second"
            + (f", waited p99 {duration(e['waits'][1].value)}" if e["waits"] else "")
            for e in entries) + ".", figure,
        header=("cell", "arm", "knob", "done_per_s", "ratio_to_park", "low", "high", "nr_blocks",
                "wait_p50_ns", "wait_p99_ns", "wait_max_ns", "nr_items", "nr_items_missed"),
        rows=[(str(e["cell"]), e["arm"].contender, e["arm"].knob, e["rate"].value,
               e["ratio"].value, e["ratio"].low, e["ratio"].high, e["nr_blocks"],
               *([w.value for w in e["waits"]] if e["waits"] else [math.nan] * 3),
               e["items"], e["missed"]) for e in entries])
