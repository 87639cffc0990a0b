# SPDX-License-Identifier: MIT
"""Waker x sleeper: the round trip of two threads on any two CPUs, in hwloc's order."""

import numpy as np
from matplotlib.colors import LogNorm

from . import machine
from .figure import Figure, canvas, without
from .style import SEQUENTIAL, duration, duration_bar

KEY = "heatmap"
TITLE = "Waker and sleeper"
FILE = "matrix"
LINES = {"core": 0.4, "l3": 0.9, "numa_node": 1.5, "package": 2.4}
MISSING = ("no matrix.csv, which has the round trip between any two CPUs: parkbench limits")


def draw(run):
    table = run.table(FILE) if run.has(FILE) else None
    column = time_column(table)
    if column is None:
        return without(KEY, TITLE, MISSING)
    cpus = machine.order(run, {int(c) for c in np.append(table["waker_cpu"],
                                                        table["sleeper_cpu"])})
    grid = fill(table, column, cpus)
    figure, axes = canvas(min(7.0, 2.2 + 0.24 * len(cpus)))
    paint(run, figure, axes[0, 0], grid, cpus)
    near, far = np.nanmin(grid), np.nanmax(grid)
    return Figure(
        KEY, f"From one CPU to another: {duration(near)} to {duration(far)}",
        f"Median round trip of two threads, {len(table)} measured pairs; hwloc's order, white "
        "lines between cores, caches, nodes and packages; hatched: not measured or offline.",
        f"Heat map of {len(cpus)} by {len(cpus)} CPUs, {duration(near)} to {duration(far)}.",
        figure, header=("waker_cpu", "sleeper_cpu", "ns"),
        rows=[(cpus[i], cpus[j], float(ns)) for (i, j), ns in np.ndenumerate(grid)])


def time_column(table):
    if table is None:
        return None
    names = [name for name in ("ns", "p50_ns", "median_ns") if name in table]
    names += sorted(name for name in table.columns if name.endswith("_ns"))
    return names[0] if names else None


def fill(table, column, cpus):
    grid = np.full((len(cpus), len(cpus)), np.nan)
    cells = {}
    for waker, sleeper, ns in zip(table["waker_cpu"], table["sleeper_cpu"], table[column]):
        cells.setdefault((int(waker), int(sleeper)), []).append(ns)
    for (waker, sleeper), values in cells.items():
        if not np.isnan(values).all():
            grid[cpus.index(waker), cpus.index(sleeper)] = np.nanmedian(values)
    return grid


def paint(run, figure, axes, grid, cpus):
    axes.set_facecolor("#eeeeee")
    axes.patch.set_hatch("////")
    axes.patch.set_edgecolor("#bbbbbb")
    norm = LogNorm(np.nanmin(grid), max(np.nanmax(grid), np.nanmin(grid) * 1.01))
    image = axes.imshow(np.ma.masked_invalid(grid), norm=norm, cmap=SEQUENTIAL,
                        interpolation="nearest")
    size = 8 if len(cpus) <= 24 else 5
    marks = [f"{cpu}" for cpu in cpus]
    axes.set_xticks(range(len(cpus)), marks, fontsize=size)
    axes.set_yticks(range(len(cpus)), marks, fontsize=size)
    axes.set_xlabel("sleeper's CPU")
    axes.set_ylabel("waker's CPU")
    for position, level in machine.boundaries(run, cpus):
        axes.axvline(position - 0.5, color="white", linewidth=LINES[level])
        axes.axhline(position - 0.5, color="white", linewidth=LINES[level])
    if grid.size <= 64:
        for (i, j), ns in np.ndenumerate(grid):
            if not np.isnan(ns):
                axes.text(j, i, duration(ns, 2), ha="center", va="center", fontsize=7,
                          color="white" if norm(ns) < 0.5 else "black")
    bar = figure.colorbar(image, ax=axes)
    duration_bar(bar)
    bar.set_label("median round trip")
