# SPDX-License-Identifier: MIT
"""Crossover: how often CPUs must come and go before parking pays, and the memory it holds."""

import math

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter

from . import series, stats
from .figure import Figure, canvas, without
from .style import FAINT, GRID, duration, estimate, grid, label_ends, size, style

KEY = "crossover"
TITLE = "When parking pays"
FREQUENCIES = ((1 / 86400, "1/day"), (1 / 3600, "1/hour"), (1 / 60, "1/min"), (1, "1/s"),
               (10, "10/s"), (100, "100/s"), (1000, "1000/s"))
DAY_S = 86400
# Of a day, in seconds.
SAVED = ((1e-5, "10 µs"), (1e-3, "1 ms"), (0.1, "100 ms"), (1, "1 s"), (10, "10 s"),
         (60, "1 min"), (600, "10 min"), (3600, "1 h"), (21600, "6 h"))
WORTH = 0.001      # of one CPU: below this nobody will notice
DASHES = ("-", (0, (5, 2)), (0, (4, 1.5, 1, 1.5)), (0, (1, 1.6)))
MOST_LINES = 4


def draw(runs):
    """Over all runs: each may have its own stack depth."""
    lines = [line for run in runs for cell in series.cells(run)
             if (line := saving(run, cell))]
    if not lines:
        return without(KEY, TITLE, "park and recreate have to be in one run: parkbench run "
                       "--contender park,recreate --threads-per-cpu 1,4")
    lines.sort(key=lambda line: -line[1].value)
    left_out, lines = max(0, len(lines) - MOST_LINES), lines[:MOST_LINES]
    held = memory(runs)
    figure, axes = canvas(3.6, ncols=2, gridspec_kw={"width_ratios": [1.9, 1]})
    pays(axes[0, 0], lines)
    holds(axes[0, 1], held)
    return compose(figure, lines, held, left_out)


def saving(run, cell):
    """(name, ns that parking saves in each cycle of one CPU): recreate - park, block by block."""
    knob = series.first_knob(run)
    park = series.cost_by_block(run, cell, series.Arm("park", knob))
    recreate = series.cost_by_block(run, cell, series.Arm("recreate", knob))
    both = sorted(set(park) & set(recreate))
    if not both:
        return None
    value = stats.median(np.array([recreate[r] - park[r] for r in both]))
    touched = int(run.param("stack_touch_bytes", 0))
    stack = f", {size(touched)} of stack" if touched else ""
    plural = "" if cell.threads == 1 else "s"
    return f"{cell.threads} thread{plural}{stack}, {cell.duty}", value


def memory(runs):
    """{(contender, threads, depth): own and kernel bytes per thread} while away."""
    found = {}
    for run in runs:
        if not run.has("memory"):
            continue
        for row in run.table("memory").rows():
            if row["arm"] not in ("park", "recreate", "rebind") or not row["nr_threads"] > 0:
                continue
            key = (row["arm"], int(row["threads_per_cpu"]), int(run.param("stack_touch_bytes", 0)))
            found.setdefault(key, (row["anonymous_bytes"] / row["nr_threads"],
                                   row["kernel_stack_bytes"] / row["nr_threads"]))
    # One bar per contender: the most threads of the deepest stack, where per-thread parts show.
    last = max((key[2], key[1]) for key in found) if found else None
    return {key[0]: value for key, value in found.items() if (key[2], key[1]) == last}


def pays(axes, lines):
    x = np.array([f for f, _ in FREQUENCIES])
    axes.axhspan(WORTH * DAY_S, DAY_S, color=GRID, alpha=0.6, linewidth=0)
    axes.text(x[0] * 1.3, 0.3 * DAY_S, f"more than {100 * WORTH:g} % of one CPU", fontsize=8,
              color=FAINT, va="center")
    labels = []
    for number, (name, value) in enumerate(lines):
        color = style("park").color
        if not value.value > 0:
            continue
        y = value.value * x / 1e9 * DAY_S
        axes.plot(x, y, color=color, linestyle=DASHES[number], linewidth=1.8)
        if value.has_interval:
            axes.fill_between(x, max(value.low, 1e-3) * x / 1e9 * DAY_S,
                              value.high * x / 1e9 * DAY_S, color=color, alpha=0.13, linewidth=0)
        labels.append((x[-1], y[-1], name, color))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(2e-6, DAY_S)
    axes.set_xlim(x[0], x[-1] * 800)
    axes.xaxis.set_major_locator(FixedLocator(x))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda f, _: dict(FREQUENCIES).get(f, "")))
    axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.tick_params(axis="x", labelrotation=35)
    axes.yaxis.set_major_locator(FixedLocator([seconds for seconds, _ in SAVED]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda s, _: dict(SAVED).get(s, "")))
    axes.yaxis.set_minor_locator(FixedLocator([]))
    axes.set_xlabel("how often one CPU goes and comes")
    axes.set_ylabel("parking saves in a day")
    grid(axes, "both")
    axes.figure.canvas.draw()
    label_ends(axes, labels)


def holds(axes, held):
    axes.set_title("held while away, per thread")
    if not held:
        axes.text(0, 0.5, "no memory pass in the run:\nparkbench run --passes timing,memory",
                  fontsize=8.5, va="center")
        axes.axis("off")
        return
    for place, (contender, (own, kernel)) in enumerate(held.items()):
        look = style(contender)
        axes.barh(place, own / 1024, 0.6, color=look.color, hatch=look.hatch, edgecolor="white")
        axes.barh(place, kernel / 1024, 0.6, left=own / 1024, color=look.color, alpha=0.4)
        axes.text((own + kernel) / 1024, place, f" {own / 1024:.0f} + {kernel / 1024:.0f} KiB",
                  va="center", fontsize=8.5)
    axes.set_yticks(range(len(held)), held)
    axes.set_ylim(len(held) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, max(own + kernel for own, kernel in held.values()) / 1024 * 1.6 + 1)
    axes.set_xlabel("KiB (paler: kernel stack)")
    grid(axes, "x")


def frequency(value):
    """How often per second, before WORTH is saved."""
    if not value > 0:
        return "never"
    hertz = WORTH * 1e9 / value
    return f"{hertz:.3g} times a second" if hertz >= 1 else f"every {duration(1e9 / hertz, 2)}"


def compose(figure, lines, held, left_out):
    name, best = lines[0]
    is_shown = best.has_interval and best.low > 0
    title = (f"Parking pays {100 * WORTH:g} % of a CPU once it goes and comes "
             f"{frequency(best.value)} ({name})" if is_shown else
             "No cycle was shown to be cheaper with parking")
    more = f" {left_out} more are not drawn." if left_out else ""
    return Figure(
        KEY, title,
        "Saved: quiesce + resume of recreate less park's in each cycle of one CPU, median of "
        "differences paired by repetition, 95 % interval of order statistics (unit of "
        f"replication: pair of blocks, n = {best.n}); a line that is missing saves nothing. It "
        f"is time of the cycle, not of CPU. Its price is the memory on the right.{more}",
        "Lines, how often a CPU goes and comes against the share of a CPU saved. " + "; ".join(
            f"{n}: {estimate(v)} saved per cycle, {100 * WORTH:g} % {frequency(v.value)}"
            for n, v in lines) + ". Held per thread: " + ", ".join(
            f"{c} {size(sum(v))}" for c, v in held.items()) + ".", figure,
        header=("what", "saved_ns_per_cycle", "low_ns", "high_ns", "nr_pairs",
                "cycles_per_s_for_a_thousandth"),
        rows=[(n, v.value, v.low, v.high, v.n,
               WORTH * 1e9 / v.value if v.value > 0 else math.nan) for n, v in lines]
        + [(f"held by {c}: own bytes per thread {o:.0f}, kernel stack {k:.0f}",
            math.nan, math.nan, math.nan, "", math.nan) for c, (o, k) in held.items()])
