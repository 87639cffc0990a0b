# SPDX-License-Identifier: MIT
"""Where an offline goes: the kernel's steps stacked, the strategy's own share beside them."""

from dataclasses import dataclass

import numpy as np

from . import series
from .figure import Figure, canvas, without
from .style import FAINT, INK, duration, grid, halo, significant, style

KEY = "where"
TITLE = "Where an offline goes"
NR_NAMED = 6
# Neutral, from dark to light: the contenders' colours are taken.
TONES = ["#47546b", "#a7b4c7", "#6f8099", "#d3dae4", "#8a8f5c", "#c7c89a", "#e9e9e6"]
OTHER, HANDOVER, BETWEEN = "all other kernel steps", "hand-over to the CPU's own thread", \
    "between the kernel's steps"
MISSING = ("no kernel steps (steps.csv): they come with a real offline, as root with tracefs: "
           "parkbench run --hotplug sysfs, or in a guest: parkbench lab run --cpus 4 -- "
           "parkbench run --hotplug sysfs --cpus 2-3 --cycles 10")


@dataclass
class Bar:
    arm: object
    nr: int
    offline: float        # means, because only means add up
    quiesce: float
    parts: dict           # name -> mean ns
    calls: float = 0      # of the kernel's own park, per offline
    calls_ns: float = 0


def draw(run):
    cell = series.chief(run)
    bars = bars_of(run, cell)
    if not bars:
        return without(KEY, TITLE, MISSING)
    names = chosen(bars)
    figure, axes = canvas(1.3 + 0.62 * len(bars))
    stack(axes[0, 0], bars, names)
    biggest = max(names[:-2] or names, key=lambda name: np.mean([b.parts.get(name, 0)
                                                                  for b in bars]))
    return Figure(
        KEY, f"Where an offline goes: most of it is {biggest}",
        caption(bars, cell, run), alt(bars, biggest), figure,
        header=("arm", "part", "mean_ns", "share", "nr_offlines"), rows=list(rows(bars)))


def bars_of(run, cell):
    if not run.has("steps"):
        return []
    steps = own_time(run.table("steps"))
    return [bar for arm in series.arms(run.table("samples"))
            if (bar := bar_of(run, cell, arm, steps))]


def own_time(steps):
    """Finished steps of offlines in timing blocks, `ns` without the steps inside them."""
    mask = steps.is_(action="offline", status="ok", is_rollback=0) & ~np.isnan(steps["ns"])
    if "pass" in steps:
        mask &= steps["pass"].equals("timing")
    steps = steps.where(mask)
    order = np.lexsort((steps["depth"], steps["begin_ns"], steps["seq"], steps["block"]))
    own, open_row = steps["ns"].copy(), -1
    for i in order:
        if steps["depth"][i] == 0:
            open_row = i
        elif open_row >= 0 and steps["block"][i] == steps["block"][open_row]:
            own[open_row] -= steps["ns"][i] if steps["depth"][i] == 1 else 0
    steps.columns["own_ns"] = own
    return steps


def bar_of(run, cell, arm, steps):
    quiesce = series.samples_of(run, cell, arm, "quiesce")[0]
    offline = series.samples_of(run, cell, arm, "offline")[0]
    mine = steps.where(series.of(steps, cell, arm))
    nr = len(np.unique(mine["block"] * 1e6 + mine["seq"])) if len(mine) else 0
    if not nr or not len(offline):
        return None
    bar = Bar(arm, nr, float(offline.mean()), float(quiesce.mean()) if len(quiesce) else 0.0, {})
    for row in range(len(mine)):
        name = name_of(mine, row)
        bar.parts[name] = bar.parts.get(name, 0) + float(mine["own_ns"][row]) / nr
    bar.parts[BETWEEN] = max(0.0, bar.offline - sum(bar.parts.values()))
    add_calls(run, cell, arm, bar)
    return bar


def name_of(steps, row):
    if "function" in steps and steps["function"].at(row) == "cpuhp_kick_ap_work":
        return HANDOVER
    return steps["state_name"].at(row) or "nameless"


def add_calls(run, cell, arm, bar):
    if not run.has("kpark"):
        return
    calls = run.table("kpark")
    mask = series.of(calls, cell, arm) & calls.is_(call="park", trace="calls")
    nr_offlines = len({(b, s) for b, s in zip(calls["block"][mask], calls["seq"][mask])
                       if not np.isnan(s)})
    if nr_offlines:
        bar.calls = mask.sum() / nr_offlines
        bar.calls_ns = float(np.nansum(calls["ns"][mask])) / nr_offlines


def chosen(bars):
    """The longest parts in the order of the first bar, then the two catch-alls."""
    total = {}
    for bar in bars:
        for name, ns in bar.parts.items():
            total[name] = total.get(name, 0) + ns
    named = [n for n in total if n != BETWEEN]
    top = set(sorted(named, key=lambda n: -total[n])[:NR_NAMED])
    return [n for n in named if n in top] + [OTHER, BETWEEN]


def value(bar, name, names):
    if name == OTHER:
        return sum(ns for n, ns in bar.parts.items() if n not in names)
    return bar.parts.get(name, 0)


def stack(axes, bars, names):
    longest = max(bar.quiesce + bar.offline for bar in bars) / 1e6
    for place, bar in enumerate(bars):
        look = style(bar.arm.contender)
        # A hairline still has to be seen.
        width = max(bar.quiesce / 1e6, longest * 0.002)
        axes.barh(place, width, 0.62, color=look.color, hatch=look.hatch, edgecolor=look.color)
        left = width
        for number, name in enumerate(names):
            part = value(bar, name, names) / 1e6
            axes.barh(place, part, 0.62, left=left, linewidth=0.7, **paint_of(number, name))
            if place == 0:
                label_part(axes, name, left, part, longest)
            left += part
        axes.text(left + longest * 0.01, place, beside(bar), va="center", fontsize=8)
    axes.set_yticks(range(len(bars)), [str(bar.arm) for bar in bars])
    axes.set_ylim(len(bars) - 0.5, -1.75)
    axes.set_xlim(-longest * 0.004, longest * 1.42)
    axes.set_xticks([x for x in axes.get_xticks() if 0 <= x <= longest * 1.02])
    axes.set_xlabel("mean time of one offline, ms", loc="left")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    grid(axes, "x")


def paint_of(number, name):
    if name == BETWEEN:
        return {"facecolor": "white", "edgecolor": "#b0b0b0", "hatch": "////"}
    return {"facecolor": TONES[number % len(TONES)], "edgecolor": "white"}


def label_part(axes, name, left, part, longest):
    """Above the first bar, slanted, only where there is room for it."""
    if part < longest * 0.018:
        return
    middle = left + part / 2
    axes.plot([middle, middle], [-0.34, -0.46], color=FAINT, linewidth=0.7)
    halo(axes.text(middle, -0.52, name, rotation=18, ha="left", va="bottom", fontsize=7.6,
                   rotation_mode="anchor", color=INK))


def beside(bar):
    whole = bar.quiesce + bar.offline
    text = f"{bar.arm.contender}: {duration(bar.quiesce)} = {share(bar.quiesce, whole)}"
    if bar.calls:
        text += (f"\nkernel's own park, {bar.calls:.3g} calls: "
                 f"{duration(bar.calls_ns)} = {share(bar.calls_ns, whole)}")
    return text


def share(part, whole):
    return f"{significant(100 * part / whole, 2)} %"


def caption(bars, cell, run):
    counts = sorted({bar.nr for bar in bars})
    counts = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return (f"{series.scope(run, cell)}. Means over {counts} offlines per arm (only means add up), no interval; "
            f"coloured: the contender's quiesce, before the kernel begins; striped: what "
            "the write to `online` takes beside the kernel's traced steps (locks, grace periods, "
            f"hand-overs); kernel {run.fact('kernel_release')}. The kernel's own park was taken in blocks of their "
            "own, whose probes cost time.")


def alt(bars, biggest):
    parts = "; ".join(f"{bar.arm}: {duration(bar.quiesce + bar.offline)}, of it "
                      f"{duration(bar.quiesce)} the contender's" for bar in bars)
    return f"Stacked bars of the mean time of an offline. Longest part: {biggest}. {parts}."


def rows(bars):
    for bar in bars:
        whole = bar.quiesce + bar.offline
        yield str(bar.arm), "contender: quiesce", bar.quiesce, bar.quiesce / whole, bar.nr
        for name, ns in bar.parts.items():
            yield str(bar.arm), name, ns, ns / whole, bar.nr
        if bar.calls:
            yield (str(bar.arm), "of it the kernel's own kthread_park", bar.calls_ns,
                   bar.calls_ns / whole, bar.nr)
