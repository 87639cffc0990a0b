# SPDX-License-Identifier: MIT
"""Ratio forest: each contender against park, per cell and knob, with the margin."""

import math

from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from . import series, stats
from .figure import Figure, canvas, without
from .style import FAINT, GRID, INK, style, times

KEY = "forest"
TITLE = "Ratio to park"
MARGIN = 0.02     # less than this is no difference that matters
MOST_ROWS = 40
TICKS = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100)
WHATS = (("threads", "quiesce + resume"), ("total", "the whole cycle"))


def draw(run):
    entries = list(entries_of(run))
    if not any(not math.isnan(e[3].value) for e in entries):
        return without(KEY, TITLE, "fewer than two contenders that can be paired: parkbench run "
                       "--contender park,recreate,rebind --repetitions 20")
    left_out = max(0, len(entries) - MOST_ROWS)
    shown = sorted(entries, key=lambda e: (WHATS.index(e[2]), -nan_last(e[3].value)))[:MOST_ROWS]
    figure, axes = canvas(1.45 + 0.27 * len(shown))
    paint(axes[0, 0], shown)
    return compose(figure, shown, left_out)


def nan_last(value):
    return -1.0 if math.isnan(value) else value


def entries_of(run):
    """(cell, arm, what, estimate), also of what could not be compared."""
    for cell in series.cells(run):
        for arm in series.arms(run.table("samples")):
            base = series.Arm(series.REFERENCE, arm.knob)
            if arm == base or arm.contender in ("none", "empty"):
                continue
            yield cell, arm, WHATS[0], series.paired(series.cost_by_block(run, cell, arm),
                                                     series.cost_by_block(run, cell, base))
            yield cell, arm, WHATS[1], total_ratio(run, cell, arm)


def total_ratio(run, cell, arm):
    """As summary.csv has it: of whole cycles."""
    if not run.has("summary"):
        return stats.Estimate(math.nan)
    table = run.table("summary")
    rows = table.where(series.of(table, cell, arm)
                       & table.is_(phase="total", statistic="ratio", status="ok"))
    if not len(rows):
        return stats.Estimate(math.nan)
    return stats.Estimate(float(rows["value"][0]), float(rows["ci_low"][0]),
                          float(rows["ci_high"][0]), int(rows["n"][0]))


def paint(axes, shown):
    axes.axvspan(1 - MARGIN, 1 + MARGIN, color=GRID, linewidth=0)
    axes.axvline(1, color=INK, linewidth=0.8)
    places = places_of(shown)
    for place, (_, arm, _, ratio) in zip(places, shown):
        look = style(arm.contender)
        if math.isnan(ratio.value):
            axes.plot(1, place, look.marker, color=look.color, markerfacecolor="white")
        else:
            if ratio.has_interval:
                axes.plot([ratio.low, ratio.high], [place, place], color=look.color,
                          linewidth=2.2, solid_capstyle="butt")
            axes.plot(ratio.value, place, look.marker, color=look.color, markersize=6)
        axes.text(1.01, place, times(ratio) if not math.isnan(ratio.value) else "not compared",
                  transform=axes.get_yaxis_transform(), va="center", fontsize=8.5)
    head_groups(axes, shown, places)
    axes.set_yticks(places, [f"{arm}   {cell.short}" for cell, arm, _, _ in shown])
    axes.set_ylim(places[-1] + 0.6, -0.2)
    axes.tick_params(axis="y", length=0)
    axes.set_xscale("log")
    reach(axes, [x for e in shown for x in (e[3].low, e[3].high, e[3].value)
                 if not math.isnan(x)])
    axes.set_xlabel("contender / park; left of 1 it is cheaper than parking, right of it dearer")


def places_of(shown):
    """A line for each row, and one above each group for its heading."""
    places, place, last = [], 0, None
    for _, _, what, _ in shown:
        place += 1 if what != last else 0
        places.append(place)
        place, last = place + 1, what
    return places


def head_groups(axes, shown, places):
    whats = [what for _, _, what, _ in shown]
    for what in WHATS:
        if what in whats:
            above = places[whats.index(what)] - 0.95
            axes.text(-0.005, above, what[1], transform=axes.get_yaxis_transform(), ha="right",
                      va="center", fontsize=9, color=INK, weight="bold")
            if above > 0.5:
                axes.axhline(above - 0.5, color=FAINT, linewidth=0.6)


def reach(axes, values):
    low, high = min(values + [0.9]) / 1.12, max(values + [1.1]) * 1.12
    axes.set_xlim(low, high)
    span = math.log10(high / low)
    inside = [t for t in TICKS if low <= t <= high]
    if span > 1.3:
        inside = [t for t in inside if t not in (0.8, 1.25, 1.5, 3, 0.02, 0.05)]
    axes.xaxis.set_major_locator(FixedLocator(inside))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))


def compose(figure, shown, left_out):
    pairs = sorted({e[3].n for e in shown if e[3].n})
    more = f" {left_out} more rows are not drawn." if left_out else ""
    first = next(e for e in shown if not math.isnan(e[3].value))
    return Figure(
        KEY, f"{first[1]} against park: {times(first[3])} times in {first[2][1]}, "
        f"{first[0].short}",
        "Ratios of block medians, paired by repetition: Hodges-Lehmann with the exact "
        f"signed-rank interval, 95 %; unit of replication: pair of blocks, n = "
        f"{' or '.join(map(str, pairs))}. Grey: ± {100 * MARGIN:.0f} %, no difference that "
        f"matters. Hollow: not compared.{more}",
        "Forest plot. " + "; ".join(f"{arm} / park, {what[1]}, {cell.short}: {times(ratio)}"
                                    for cell, arm, what, ratio in shown) + ".", figure,
        header=("cell", "arm", "knob", "what", "ratio", "low", "high", "nr_pairs"),
        rows=[(str(cell), arm.contender, arm.knob, what[1], r.value, r.low, r.high, r.n)
              for cell, arm, what, r in shown])
