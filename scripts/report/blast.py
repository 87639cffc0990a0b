# SPDX-License-Identifier: MIT
"""Blast radius: how long CPUs that stay could not run, by the CPU that goes."""

import numpy as np
from matplotlib.colors import LogNorm
from matplotlib.patches import Rectangle

from . import machine, series
from .figure import Figure, canvas, without
from .style import SEQUENTIAL, duration, duration_bar, style

KEY = "blast"
TITLE = "Blast radius"
MISSING = ("nobody watched the CPUs that stay (bystander.csv): parkbench run --bystanders all "
           "--passes timing,bystander --cpus LIST, with CPUs left that neither go nor control")
LINES = {"core": 0.4, "l3": 0.9, "numa_node": 1.5, "package": 2.4}
MOST_PANELS = 9


def draw(run):
    gaps = offlines(run)
    if gaps is None or not len(gaps):
        return without(KEY, TITLE, MISSING)
    kind = "spin" if "spin" in gaps["kind"].present() else gaps["kind"].present()[0]
    gaps = gaps.where(kind=kind)
    victims = machine.order(run, {int(c) for c in gaps["real_cpu"]})
    stayers = machine.order(run, {int(c) for c in gaps["bystander_cpu"]})
    arms, left_out = chosen(gaps)
    panels = [(str(arm), grid_of(gaps.where(series.of(gaps, arm=arm)), "worst_gap", victims,
                                 stayers), arm) for arm in arms]
    panels.append(("without a step, as long", grid_of(gaps, "quiet_gap", victims, stayers), None))
    figure = paint(run, panels, victims, stayers)
    return compose(figure, panels, (victims, stayers, kind, left_out), gaps)


def chosen(gaps):
    """Of too many, the first contenders under each setting. (arms, how many were left out)"""
    arms = series.arms(gaps)
    if len(arms) < MOST_PANELS:
        return arms, 0
    knobs, per_knob = series.knobs(gaps), []
    for knob in knobs:
        mine = [arm for arm in arms if arm.knob == knob]
        per_knob += mine[:max(1, (MOST_PANELS - 1) // len(knobs))]
    return per_knob[:MOST_PANELS - 1], len(arms) - len(per_knob[:MOST_PANELS - 1])


def offlines(run):
    if not run.has("bystander"):
        return None
    gaps = run.table("bystander")
    return gaps.where(gaps.is_(action="offline"))


def seen(gaps, what):
    """ns of each row: below the threshold counts as the threshold; blank is NaN."""
    status = gaps["status" if what == "worst_gap" else "quiet_status"]
    ns = gaps[f"{what}_ns"].copy()
    below = status.equals("below")
    ns[below] = gaps["threshold_ns"][below]
    ns[~below & ~status.equals("ok")] = np.nan
    return ns


def grid_of(gaps, what, victims, stayers):
    """Median over offlines of the worst gap, victims down, stayers across."""
    ns, grid = seen(gaps, what), np.full((len(victims), len(stayers)), np.nan)
    for i, victim in enumerate(victims):
        for j, stayer in enumerate(stayers):
            here = ns[(gaps["real_cpu"] == victim) & (gaps["bystander_cpu"] == stayer)]
            here = here[~np.isnan(here)]
            if len(here):
                grid[i, j] = np.median(here)
    return grid


def paint(run, panels, victims, stayers):
    across = min(len(panels), 3 if len(stayers) <= 24 else 1)
    down = -(-len(panels) // across)
    cell = min(0.26, 7.2 / across / max(1, len(stayers)))
    height = down * (max(1.1, cell * len(victims)) + 0.75) + 0.5
    figure, axes = canvas(min(height, 14), nrows=down, ncols=across)
    values = np.concatenate([grid[~np.isnan(grid)] for _, grid, _ in panels])
    norm = LogNorm(max(values.min(), 1), max(values.max(), values.min() * 1.01))
    image = None
    for place, axis in enumerate(axes.flat):
        if place >= len(panels):
            axis.axis("off")
            continue
        title, grid, arm = panels[place]
        axis.set_facecolor("#eeeeee")
        image = axis.imshow(np.ma.masked_invalid(grid), norm=norm, cmap=SEQUENTIAL,
                            aspect="auto", interpolation="nearest")
        axis.set_title(title, color=style(arm.contender).color if arm else "#444444")
        decorate(run, axis, victims, stayers)
        write_values(axis, grid, norm)
    bar = figure.colorbar(image, ax=axes, shrink=0.9, pad=0.015, aspect=30)
    duration_bar(bar)
    bar.set_label("median over offlines of the worst gap in each")
    return figure


def decorate(run, axis, victims, stayers):
    axis.set_xticks(range(len(stayers)), stayers, fontsize=8 if len(stayers) < 20 else 5)
    axis.set_yticks(range(len(victims)), victims, fontsize=8 if len(victims) < 20 else 5)
    axis.set_xlabel("CPU that stays")
    axis.set_ylabel("CPU that goes")
    for spine in axis.spines.values():
        spine.set_visible(False)
    for position, level in machine.boundaries(run, stayers):
        axis.axvline(position - 0.5, color="white", linewidth=LINES[level])
    for position, level in machine.boundaries(run, victims):
        axis.axhline(position - 0.5, color="white", linewidth=LINES[level])
    for cpu in machine.isolated(run) & set(stayers):
        axis.add_patch(Rectangle((stayers.index(cpu) - 0.5, -0.5), 1, len(victims), fill=False,
                                 edgecolor="#D55E00", linewidth=1.8, clip_on=False))


def write_values(axis, grid, norm):
    if grid.size > 40:
        return
    for (i, j), ns in np.ndenumerate(grid):
        if not np.isnan(ns):
            axis.text(j, i, duration(ns, 2), ha="center", va="center", fontsize=7.5,
                      color="white" if norm(ns) < 0.5 else "black")


def statement(kind, least, most, quiet):
    what = "an offline stops others for" if kind == "spin" else "in an offline others wake late by"
    if not most > 1.5 * quiet:
        return (f"Blast radius: {what} up to {duration(most, 2)}, no more than happens without "
                f"one ({duration(quiet, 2)})")
    whoever = ", whatever is done with the threads" if most < 1.5 * least else ""
    return f"Blast radius: {what} up to {duration(most, 2)}{whoever}"


def compose(figure, panels, where, gaps):
    victims, stayers, kind, left_out = where
    more = f" {left_out} more arms are not drawn." if left_out else ""
    worst = {title: float(np.nanmax(grid)) if not np.isnan(grid).all() else float("nan")
             for title, grid, _ in panels}
    *arms, quiet = worst.items()
    least, most = min(ns for _, ns in arms), max(ns for _, ns in arms)
    per_pair = len(gaps) / max(1, len(victims) * len(stayers) * len(arms))
    return Figure(
        KEY, statement(kind, least, most, quiet[1]),
        f"Bystanders that {'read the clock all the time' if kind == 'spin' else 'sleep'}; each "
        f"field is the median of the worst gap of about {per_pair:.0f} offlines, no interval; "
        "a gap below the threshold counts as the threshold. CPUs in hwloc's order, white lines "
        "between cores, caches, nodes and packages; orange frame: isolated; grey: not measured. "
        f"Last panel: stretches as long without a step ({duration(quiet[1], 2)} at most).{more}",
        "Heat maps, CPU that goes by CPU that stays. Worst field: " +
        "; ".join(f"{name} {duration(ns)}" for name, ns in worst.items()) + ".", figure,
        header=("panel", "cpu", "bystander_cpu", "median_worst_gap_ns"),
        rows=[(title, victims[i], stayers[j], float(ns)) for title, grid, _ in panels
              for (i, j), ns in np.ndenumerate(grid)])
