# SPDX-License-Identifier: MIT
"""Scaling: cost against threads per CPU, over the CPUs in hwloc's order, and against stack depth."""

import math

import numpy as np

from . import machine, series, stats
from .figure import Figure, canvas, without
from .style import (FAINT, duration, edges, grid, in_order, label_ends, log_durations, powers_of_two, size,
                    style)

LINES = {"core": 0.3, "l3": 0.8, "numa_node": 1.2, "package": 2.0}


def draw(run):
    threads = draw_threads(run)
    return [threads, draw_cpus(run)]


def strategies(run):
    return series.strategies(run, series.first_knob(run))


def draw_threads(run):
    key, title = "scaling-threads", "Cost against threads per CPU"
    groups = {}
    for cell in series.cells(run):
        groups.setdefault((cell.workload, cell.duty), []).append(cell)
    groups = {name: cells for name, cells in groups.items()
              if len({cell.threads for cell in cells}) > 1}
    if not groups:
        return without(key, title, "only one number of threads per CPU was measured: parkbench "
                       "run --threads-per-cpu 1,2,4,8")
    groups = dict(list(groups.items())[:3])
    figure, axes = canvas(3.4, ncols=len(groups), sharey=True)
    rows = []
    for axis, (name, cells) in zip(axes[0], groups.items()):
        rows += plot_threads(axis, run, cells, name)
    finish(axes[0], "threads per CPU")
    return Figure(key, title + " (quiesce + resume of a cycle)",
                  "Median over blocks with 95 % interval of order statistics (unit of "
                  "replication: block); dots: single blocks. Dotted: proportional to park's "
                  "first point.", alt(rows), figure,
                  header=("workload", "duty", "arm", "threads_per_cpu", "ns", "low_ns", "high_ns",
                          "nr_blocks"), rows=rows)


def plot_threads(axis, run, cells, name):
    rows, labels = [], []
    counts = [cell.threads for cell in cells]
    for arm in strategies(run):
        values = [series.cost(run, cell, arm) for cell in cells]
        for cell, x in zip(cells, counts):
            blocks = list(series.cost_by_block(run, cell, arm).values())
            axis.plot([x] * len(blocks), blocks, style(arm.contender).marker, markersize=2.4,
                      color=style(arm.contender).color, alpha=0.35, markeredgewidth=0)
        draw_line(axis, counts, values, arm, labels)
        rows += [(*name, str(arm), x, v.value, v.low, v.high, v.n)
                 for x, v in zip(counts, values)]
        if arm.contender == series.REFERENCE and not math.isnan(values[0].value):
            ideal = [values[0].value * x / counts[0] for x in counts]
            axis.plot(counts, ideal, color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)), zorder=0)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_title(", ".join(name))
    powers_of_two(axis.xaxis, counts)
    axis.set_xlim(min(counts) / 1.15, max(counts) * (max(counts) / min(counts)) ** 0.22)
    axis.labels_to_place = labels
    return rows


def draw_line(axis, xs, values, arm, labels):
    axis.labels_to_place = labels
    plot_series(axis, xs, values, (str(arm), style(arm.contender)))


def plot_series(axis, xs, values, what):
    """Estimates along a line; its name is placed at its end later, beside the others."""
    name, look = what
    good = [(x, v) for x, v in zip(xs, values) if not math.isnan(v.value)]
    if not good:
        return
    x, y = np.array([x for x, _ in good]), np.array([v.value for _, v in good])
    axis.errorbar(x, y, edges(np.array([v.low for _, v in good]),
                              np.array([v.high for _, v in good]), y), color=look.color,
                  linestyle=look.dash, marker=look.marker, markersize=5, linewidth=look.width,
                  elinewidth=1.2, capsize=2.5)
    axis.labels_to_place.append((x[-1], y[-1], name, look.color))


def finish(axes, xlabel):
    for axis in axes:
        axis.set_xlabel(xlabel)
        grid(axis)
        log_durations(axis.yaxis)
        axis.yaxis.set_tick_params(labelleft=True)
    axes[0].figure.canvas.draw()
    for axis in axes:
        label_ends(axis, getattr(axis, "labels_to_place", []))


def alt(rows):
    return "Lines on log axes. " + "; ".join(
        f"{row[2]} at {row[3]}: {duration(row[4])}" for row in rows) + "."


def draw_cpus(run):
    key, title = "scaling-cpus", "Cost by CPU"
    cpus = machine.order(run, machine.victims(run))
    if len(cpus) < 2:
        return without(key, title, "only one CPU went away: parkbench run --cpus LIST on a "
                       "machine with more, or parkbench lab run --cpus 16 --sockets 2 -- "
                       "parkbench run --hotplug sysfs")
    cell = series.chief(run)
    figure, axes = canvas(3.0)
    axis, rows, labels = axes[0, 0], [], []
    for arm in strategies(run):
        values = [cpu_cost(run, cell, arm, cpu) for cpu in cpus]
        draw_line(axis, list(range(len(cpus))), values, arm, labels)
        rows += [(str(arm), cpu, v.value, v.low, v.high, v.n) for cpu, v in zip(cpus, values)]
    axis.set_yscale("log")
    axis.set_xticks(range(len(cpus)), cpus, fontsize=8 if len(cpus) < 33 else 5)
    for position, level in machine.boundaries(run, cpus):
        axis.axvline(position - 0.5, color=FAINT, linewidth=LINES[level], zorder=0)
    axis.set_xlim(-0.4, len(cpus) - 0.4 + 0.1 * len(cpus))
    axis.labels_to_place = labels
    finish(axes[0], "CPU that goes and comes, in hwloc's order; lines: thin between cores, thick "
           "between packages")
    return Figure(key, title + " (quiesce + resume of a cycle)",
                  f"{series.scope(run, cell, series.first_knob(run))}. Medians over the steps of each CPU with 95 % intervals of order "
                  "statistics of the two phases added (unit of replication: step, "
                  f"n = {rows[0][5]}, so they are narrower than blocks would be).",
                  "Cost by CPU. " + "; ".join(f"{r[0]} CPU {r[1]}: {duration(r[2])}"
                                              for r in rows) + ".", figure,
                  header=("arm", "cpu", "ns", "low_ns", "high_ns", "nr_steps"), rows=rows)


def cpu_cost(run, cell, arm, cpu):
    samples = run.table("samples")
    mine = series.of(samples, cell, arm) & (samples["real_cpu"] == cpu) & samples.is_(status="ok")
    down = stats.median(samples["ns"][mine & samples["phase"].equals("quiesce")])
    up = stats.median(samples["ns"][mine & samples["phase"].equals("resume")])
    return stats.Estimate(down.value + up.value, down.low + up.low, down.high + up.high,
                          min(down.n, up.n))


def draw_stack(runs):
    """Over several runs: each has one depth."""
    key, title = "stack", "Cost against the stack that a thread touches"
    points = {}
    for run in runs:
        cell = series.chief(run)
        points.setdefault((cell.workload, cell.duty, cell.threads), {})[
            int(run.param("stack_touch_bytes", 0))] = (run, cell)
    name, by_depth = max(points.items(), key=lambda item: len(item[1]))
    if len(by_depth) < 2:
        return without(key, title, "one depth of stack only: parkbench run --stack-touch 64K "
                       "--out A, then with 256K and --stack 2M --stack-touch 1M, and "
                       "parkbench report all of them")
    figure, axes = canvas(3.2)
    rows = plot_stack(axes[0, 0], dict(sorted(by_depth.items())))
    finish(axes[0], "bytes of its stack that each thread writes (0 is drawn at the left edge)")
    return Figure(key, title, f"{name[0]}, {name[1]}, {name[2]} threads per CPU; quiesce + resume "
                  "of a cycle, median over blocks with 95 % interval of order statistics (unit "
                  "of replication: block). Each depth is a run of its own, so that drift between "
                  "runs is in the differences.", alt(rows), figure,
                  header=("workload", "duty", "arm", "stack_touch_bytes", "ns", "low_ns",
                          "high_ns", "nr_blocks"), rows=rows)


def plot_stack(axis, by_depth):
    rows, labels = [], []
    depths = list(by_depth)
    places = [max(depth, min(d for d in depths if d) / 4) for depth in depths]
    for contender in in_order({arm.contender for run, _ in by_depth.values()
                               for arm in strategies(run)}):
        values = [series.cost(run, cell, series.Arm(contender, series.first_knob(run)))
                  for run, cell in by_depth.values()]
        draw_line(axis, places, values, series.Arm(contender, ""), labels)
        rows += [("", "", contender, depth, v.value, v.low, v.high, v.n)
                 for depth, v in zip(depths, values)]
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xticks(places, [size(depth) for depth in depths])
    axis.minorticks_off()
    axis.set_xlim(places[0] / 1.2, places[-1] * (places[-1] / places[0]) ** 0.15)
    axis.labels_to_place = labels
    return rows
