# SPDX-License-Identifier: MIT
"""Phase breakdown: what a whole cycle consists of, absolute and as shares."""

import math

import numpy as np

from . import series, stats
from .figure import Figure, canvas, without
from .style import duration, grid, style

KEY = "phases"
TITLE = "Phase breakdown"
PHASES = ("quiesce", "offline", "online", "wake", "first_work")
TONES = {"quiesce": None, "offline": "#8a95a8", "online": "#c3cad6", "wake": None,
         "first_work": None}
PALE = {"quiesce": 1.0, "wake": 0.65, "first_work": 0.35}
SHORT = {"first_work": "first work"}
MOST_ROWS = 16


def draw(run):
    entries = [(cell, arm, means) for cell in series.cells(run)
               for arm in series.arms(run.table("samples"))
               if arm.contender != "empty" and (means := means_of(run, cell, arm))]
    if not entries:
        return without(KEY, TITLE, "no finished step in samples.csv: parkbench run")
    left_out, entries = max(0, len(entries) - MOST_ROWS), entries[:MOST_ROWS]
    figure, axes = canvas(1.25 + 0.33 * len(entries), ncols=2, sharey=True,
                          gridspec_kw={"width_ratios": [1.25, 1]})
    paint(axes[0, 0], entries, False)
    paint(axes[0, 1], entries, True)
    return compose(figure, run, entries, left_out)


def means_of(run, cell, arm):
    """Phase -> mean ns of finished steps; what `total` has beyond them is `unaccounted`."""
    means = {}
    for phase in PHASES:
        ns, _ = series.samples_of(run, cell, arm, phase)
        if len(ns):
            means[phase] = float(ns.mean())
    ns, _ = series.samples_of(run, cell, arm, "total")
    if not means or not len(ns):
        return None
    # Two rows of total make a cycle.
    means["unaccounted"] = max(0.0, 2 * float(ns.mean()) - sum(means.values()))
    return means


def paint(axes, entries, is_share):
    unit = 1e6 if max(sum(m.values()) for _, _, m in entries) >= 2e6 else 1e3
    for place, (_, arm, means) in enumerate(entries):
        look, left, whole = style(arm.contender), 0.0, sum(means.values())
        for phase, ns in means.items():
            width = 100 * ns / whole if is_share else ns / unit
            axes.barh(place, width, 0.7, left=left, linewidth=0.6,
                      **paint_of(phase, look))
            if place == 0:
                name_phase(axes, phase, left, width, is_share)
            left += width
        if not is_share:
            axes.text(left, place, f" {duration(whole)}", va="center", fontsize=8)
    axes.set_xlabel("share of a cycle, %" if is_share else
                    f"mean of a cycle, {'ms' if unit == 1e6 else 'µs'}")
    axes.set_ylim(len(entries) - 0.4, -1.0)
    axes.set_yticks(range(len(entries)), [f"{arm}   {cell.short}" for cell, arm, _ in entries])
    axes.tick_params(axis="y", length=0)
    if is_share:
        axes.set_xlim(0, 100)
    else:
        axes.margins(x=0.16)
        axes.set_xlim(left=0)
    grid(axes, "x")


def paint_of(phase, look):
    if phase == "unaccounted":
        return {"facecolor": "white", "hatch": "////", "edgecolor": "#b0b0b0"}
    if TONES[phase]:
        return {"facecolor": TONES[phase], "edgecolor": "white"}
    return {"facecolor": look.color, "alpha": PALE[phase], "hatch": look.hatch,
            "edgecolor": "white"}


def name_phase(axes, phase, left, width, is_share):
    """Over the first bar of the shares, where there is room."""
    if is_share and width >= 9:
        axes.text(left + width / 2, -0.45, SHORT.get(phase, phase), ha="center", va="bottom",
                  fontsize=7.5)


def compose(figure, run, entries, left_out):
    more = f" {left_out} more arms are not drawn." if left_out else ""
    return Figure(
        KEY, "What a cycle consists of",
        "Left to right: quiesce (the contender's colour), offline and online (grey: the hotplug "
        "driver alone), wake and first work (the contender's colour, paler). Means over all "
        f"finished steps, because only means add up; a few slow steps move them, as medians are "
        "not moved; grey stripes: unaccounted.{more} {spread(run, entries)}",
        "Stacked bars. " + "; ".join(
            f"{arm}, {cell.short}: " + ", ".join(f"{p} {duration(ns)}" for p, ns in m.items())
            for cell, arm, m in entries) + ".", figure,
        header=("cell", "arm", "knob", "phase", "mean_ns"),
        rows=[(str(cell), arm.contender, arm.knob, phase, ns) for cell, arm, means in entries
              for phase, ns in means.items()])


def spread(run, entries):
    """The interval of a total, so that bars are not taken for exact."""
    cell, arm, _ = entries[0]
    blocks = series.block_medians(run, cell, arm, "offline")
    values = stats.median(np.array(list(blocks.values())))
    if math.isnan(values.value) or not values.has_interval:
        return ""
    return (f"For scale, {arm}'s offline alone: median over {values.n} blocks "
            f"{duration(values.value)} [{duration(values.low)}, {duration(values.high)}].")
