# SPDX-License-Identifier: MIT
"""Hotplug timeline of one block per contender: who is away when, and how long each step took."""

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from . import machine, series
from .figure import Figure, canvas, without
from .style import FAINT, STYLES, duration, grid, log_durations, style

KEY = "timeline"
TITLE = "Hotplug timeline"
MOST_STEPS = 240
MOST_ARMS = 3
AWAY = "#333333"


def draw(run):
    cell = series.chief(run)
    blocks = [(arm, block) for arm in chosen(run) if (block := block_of(run, cell, arm))]
    if not blocks:
        return without(KEY, TITLE, "no finished step of park, recreate or rebind: parkbench run "
                       "--contender park,recreate")
    cpus = machine.order(run, {cpu for _, block in blocks for cpu in block["cpus"]})
    rows = min(1.2, 0.2 + 0.09 * len(cpus))
    figure, axes = canvas(1.0 + len(blocks) * (rows + 1.35), nrows=2 * len(blocks), sharex=True,
                          gridspec_kw={"height_ratios": [rows, 1.35] * len(blocks)})
    for place, (arm, block) in enumerate(blocks):
        bars(axes[2 * place, 0], block, cpus, arm)
        dots(axes[2 * place + 1, 0], block, run, arm)
    same_height(axes[1::2, 0])
    axes[-1, 0].set_xlabel("time since the begin of the block, ms")
    return compose(figure, blocks, cell, run)


def chosen(run):
    return series.strategies(run, series.first_knob(run))[:MOST_ARMS]


def block_of(run, cell, arm):
    """The steps of the middle repetition: begin, CPU, action, phases; of at most 240 steps."""
    samples = run.table("samples")
    mine = samples.where(series.of(samples, cell, arm) & ~np.isnan(samples["started_ns"]))
    if not len(mine):
        return None
    names = np.unique(mine["block"])
    mine = mine.where(mine["block"] == names[len(names) // 2])
    steps = {}
    for row in mine.rows():
        if row["seq"] < MOST_STEPS:
            step = steps.setdefault(row["seq"], dict(row, phases={}))
            step["phases"][row["phase"]] = row["ns"]
    steps = [steps[seq] for seq in sorted(steps)]
    return {"steps": steps, "cpus": {int(s["real_cpu"]) for s in steps},
            "repetition": int(mine["repetition"][0]), "nr_all": len(np.unique(mine["seq"]))}


def length(step, phase):
    ns = step["phases"].get(phase, np.nan)
    return 0.0 if np.isnan(ns) else ns


def away(block):
    """(cpu, from, to) in ns; an offline that failed or never came back is open."""
    gone, spans = {}, []
    last = max(step["started_ns"] for step in block["steps"])
    for step in block["steps"]:
        cpu = int(step["real_cpu"])
        if step["action"] == "offline" and step["status"] == "ok":
            gone[cpu] = step["started_ns"] + length(step, "quiesce") + length(step, "offline")
        elif step["action"] == "online" and cpu in gone:
            spans.append((cpu, gone.pop(cpu), step["started_ns"] + length(step, "online")))
    return spans + [(cpu, begin, last) for cpu, begin in gone.items()]


def bars(axes, block, cpus, arm):
    for cpu, begin, end in away(block):
        axes.barh(cpus.index(cpu), (end - begin) / 1e6, 0.7, left=begin / 1e6, color=AWAY)
    for step in block["steps"]:
        if step["status"] not in ("ok", "blank"):
            axes.plot(step["started_ns"] / 1e6, cpus.index(int(step["real_cpu"])), "x",
                      color=STYLES["recreate"].color, markersize=6, markeredgewidth=1.6)
    few = cpus if len(cpus) <= 16 else cpus[::len(cpus) // 8]
    axes.set_yticks([cpus.index(cpu) for cpu in few], few, fontsize=7)
    axes.set_ylim(len(cpus) - 0.4, -0.6)
    axes.set_ylabel("CPU")
    axes.set_title(f"{arm}: black, the CPU is away", color=style(arm.contender).color)


def dots(axes, block, run, arm):
    look = style(arm.contender)
    whole = {"offline": [], "online": []}
    for step in block["steps"]:
        down = length(step, "quiesce") + length(step, "offline")
        up = length(step, "online") + length(step, "wake") + length(step, "first_work")
        ns = down if step["action"] == "offline" else up
        if ns > 0:
            whole[step["action"]].append((step["started_ns"] / 1e6, ns))
    for action, fill in (("offline", look.color), ("online", "white")):
        if whole[action]:
            axes.plot(*zip(*whole[action]), look.marker, color=look.color, markersize=4.2,
                      markerfacecolor=fill, linestyle="none", markeredgewidth=0.9)
    axes.set_ylabel("the step took")
    axes.tick = 1e9 / run.fact("hz") if run.fact("hz") else None


def same_height(axes):
    """One range for all, and the lattice of ticks where a step spans some of them."""
    lengths = [ns for axis in axes for line in axis.lines for ns in line.get_ydata()]
    low, high = min(lengths), max(lengths)
    for axis in axes:
        if axis.tick and axis.tick < high < 24 * axis.tick:
            lattice(axis, high)
            continue
        axis.set_yscale("log")
        axis.set_ylim(low / 1.3, high * 1.3)
        log_durations(axis.yaxis)
        grid(axis)


def lattice(axis, high):
    """Linear, so that the kernel's ticks lie equally far apart."""
    axis.set_ylim(0, high * 1.08)
    axis.yaxis.set_major_locator(MaxNLocator(4))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda ns, _: f"{ns / 1e6:.0f} ms"))
    for number in range(1, int(high * 1.08 / axis.tick) + 1):
        axis.axhline(number * axis.tick, color=FAINT, linewidth=0.45, linestyle=(0, (1, 2)),
                     zorder=0)


def compose(figure, blocks, cell, run):
    hz = run.fact("hz")
    most = max(len(block["steps"]) for _, block in blocks)
    cut = max(block["nr_all"] for _, block in blocks) > most
    return Figure(
        KEY, "One block as it happened",
        f"{series.scope(run, cell, blocks[0][0].knob)}; repetition {blocks[0][1]['repetition']} of each contender, single steps, "
        f"n = {most}{' (the first ones)' if cut else ''}. Filled: offline with quiesce; hollow: "
        "online with resume; a cross: refused or spoiled. "
        + (f"Dotted: multiples of the kernel's tick ({duration(1e9 / hz)})." if hz else ""),
        "Timeline of one block for " + ", ".join(str(arm) for arm, _ in blocks) +
        ": bars where CPUs are away, dots for how long each step took.", figure,
        header=("arm", "repetition", "seq", "cpu", "action", "status", "started_ns", "phase",
                "ns"),
        rows=[(str(arm), block["repetition"], int(step["seq"]), int(step["real_cpu"]),
               step["action"], step["status"], f"{step['started_ns']:.0f}", phase, ns)
              for arm, block in blocks for step in block["steps"]
              for phase, ns in step["phases"].items()])
