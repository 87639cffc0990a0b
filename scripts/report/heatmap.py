# SPDX-License-Identifier: MIT
"""Waker x sleeper: the round trip of two threads on any two CPUs, in hwloc's order."""

import numpy as np
from matplotlib.colors import LogNorm

from . import machine
from .figure import Figure, canvas, without
from .style import SEQUENTIAL, duration, duration_bar

KEY = "heatmap"
TITLE = "Waker and sleeper"
LINES = {"core": 0.4, "l3": 0.9, "numa_node": 1.5, "package": 2.4}
ROLES = ("floor", "facility")
MISSING = ("nobody measured the round trip between any two CPUs: parkbench limits --matrix "
           "--out M, then parkbench report RUN M")


def draw(run):
    table = matrix(run)
    if table is None:
        return without(KEY, TITLE, MISSING)
    cpus = machine.order(run, {int(c) for c in np.append(table["near_cpu"], table["far_cpu"])
                               if not np.isnan(c)})
    panels = [(case, fill(table.where(case=case), cpus)) for case in cases(table)]
    figure, axes = canvas(min(9.0, 1.9 + 4.2 / len(panels)), ncols=len(panels))
    paint(run, figure, axes[0], panels, cpus)
    made = compose(figure, panels, cpus, table)
    made.made_by = run.limits_command
    return made


def matrix(run):
    """Of what `parkbench limits` measured, the round trips; None: there are none."""
    if run.limits is None:
        return None
    table = run.limits.where(run.limits.is_(suite="matrix", statistic="p50")
                             & ~np.isnan(run.limits["value"]))
    return table if len(table) else None


def cases(table):
    """The floor and the facility beside it."""
    return [table.where(role=role)["case"].present()[0] for role in ROLES
            if table.is_(role=role).any()]


def fill(table, cpus):
    grid = np.full((len(cpus), len(cpus)), np.nan)
    for waker, sleeper, ns in zip(table["near_cpu"], table["far_cpu"], table["value"]):
        if not np.isnan(sleeper):
            grid[cpus.index(int(waker)), cpus.index(int(sleeper))] = ns
    return grid


def paint(run, figure, axes, panels, cpus):
    everything = np.concatenate([grid[~np.isnan(grid)] for _, grid in panels])
    norm = LogNorm(everything.min(), max(everything.max(), everything.min() * 1.01))
    for axis, (case, grid) in zip(axes, panels):
        axis.set_facecolor("#eeeeee")
        image = axis.imshow(np.ma.masked_invalid(grid), norm=norm, cmap=SEQUENTIAL,
                            interpolation="nearest")
        axis.set_title(case.replace("_", " "))
        name_cpus(run, axis, cpus)
        write_values(axis, grid, norm)
    bar = figure.colorbar(image, ax=axes, shrink=0.85)
    duration_bar(bar)
    bar.set_label("median round trip")


def name_cpus(run, axis, cpus):
    size = 8 if len(cpus) <= 24 else 5
    axis.set_xticks(range(len(cpus)), cpus, fontsize=size)
    axis.set_yticks(range(len(cpus)), cpus, fontsize=size)
    axis.set_xlabel("sleeper's CPU")
    axis.set_ylabel("waker's CPU")
    for position, level in machine.boundaries(run, cpus):
        axis.axvline(position - 0.5, color="white", linewidth=LINES[level])
        axis.axhline(position - 0.5, color="white", linewidth=LINES[level])


def write_values(axis, grid, norm):
    if grid.size > 64:
        return
    for (i, j), ns in np.ndenumerate(grid):
        if not np.isnan(ns):
            axis.text(j, i, duration(ns, 2), ha="center", va="center", fontsize=7.5,
                      color="white" if norm(ns) < 0.5 else "black")


def compose(figure, panels, cpus, table):
    case, grid = panels[-1]
    near, far = np.nanmin(grid), np.nanmax(grid)
    return Figure(
        KEY, f"From one CPU to another: {case.replace('_', ' ')} takes {duration(near)} to "
        f"{duration(far)}",
        f"Medians of the medians of blocks, n = {np.nanmin(table['n']):.0f} (unit of replication: "
        "block); hwloc's order, white lines between cores, caches, nodes and packages; grey: not "
        "measured or offline. Measured by parkbench limits --matrix, not in this run.",
        f"Heat maps of {len(cpus)} by {len(cpus)} CPUs. " + "; ".join(
            f"{name}: {duration(np.nanmin(g))} to {duration(np.nanmax(g))}"
            for name, g in panels) + ".", figure,
        header=("case", "near_cpu", "far_cpu", "ns"),
        rows=[(name, cpus[i], cpus[j], float(ns)) for name, g in panels
              for (i, j), ns in np.ndenumerate(g)])
