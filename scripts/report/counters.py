# SPDX-License-Identifier: MIT
"""Counters and system calls per cycle: park against each of the others, numbers printed."""

from matplotlib.patches import Rectangle

from . import series
from .figure import Figure, canvas, without
from .style import FAINT, INK, duration, grid, in_order, significant, style

KEY = "counters"
TITLE = "Counters per cycle"
SAME = 0.005       # relative; equal ones are grey
MOST_ROWS = 18
APART = 0.15        # share of the axis for what park has none of
SKIPPED = ("none", "empty")
TIMES = ("task-clock", "cpu-clock")   # nanoseconds


def draw(run):
    """One figure for each setting of the kernel."""
    cell = series.chief(run)
    found = [(knob, values) for knob in series.knobs(run.table("samples"))
             if (values := dict(list(values_of(run, cell, knob).items())[:MOST_ROWS]))]
    if not found:
        return without(KEY, TITLE, "no counters and no system calls: parkbench run --passes "
                       "timing,counting,syscalls")
    return [draw_one(run, series.scope(run, cell, knob), values, number)
            for number, (knob, values) in enumerate(found)]


def draw_one(run, scope, values, number):
    contenders = in_order({c for per in values.values() for c in per} - set(SKIPPED))
    figure, axes = canvas(1.4 + 0.3 * len(values), ncols=2, sharey=True,
                          gridspec_kw={"width_ratios": [1.5, 0.2 + 0.2 * len(contenders)]})
    dots(axes[0, 0], values, contenders)
    numbers(axes[0, 1], values, contenders)
    made = compose(run, figure, scope, values, contenders)
    made.key += f"-{number + 1}" if number else ""
    return made


def values_of(run, cell, knob):
    """{event: {contender: per cycle}} of the whole cycle, only what could be read."""
    found = {}
    for file, name in (("counters", "event"), ("syscalls", "syscall")):
        if not run.has(file):
            continue
        table = run.table(file)
        rows = table.where(series.of(table, cell) & table["knob"].equals(knob)
                           & table["phase"].equals("total"))
        for row in rows.rows():
            if row.get("mode", "all") not in ("all", "") or row["per_cycle"] != row["per_cycle"]:
                continue
            event = row[name] if file == "counters" else f"{row[name]}()"
            found.setdefault(event, {}).setdefault(row["arm"], row["per_cycle"])
    return {event: per for event, per in found.items() if any(per.values())}


def dots(axes, values, contenders):
    axes.axvline(1, color=INK, linewidth=0.8)
    for place, per in enumerate(values.values()):
        base = per.get(series.REFERENCE)
        for contender in contenders:
            if not per.get(contender):
                continue
            if not base:
                only(axes, place, contender, contenders)
                continue
            is_same = contender != series.REFERENCE and abs(per[contender] / base - 1) < SAME
            look = style(contender)
            axes.plot(per[contender] / base, place, look.marker, markersize=6.5,
                      color=FAINT if is_same else look.color,
                      markerfacecolor="none" if is_same else look.color)
    axes.set_xscale("log", base=2)
    low, high = axes.get_xlim()
    low, high = min(low, 0.4), max(high, 2.5)
    axes.set_xlim(low, high * (high / low) ** 0.24)
    axes.add_patch(Rectangle((1 - APART, 0), APART, 1, transform=axes.transAxes, linewidth=0,
                             facecolor="#f0f0f0", zorder=0))
    axes.text(1 - APART / 2, -0.6, "park has none", transform=axes.get_yaxis_transform(),
              ha="center", va="center", fontsize=7.5, color=FAINT)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.set_xlabel("ratio to park")
    axes.set_yticks(range(len(values)), values)
    axes.set_ylim(len(values) - 0.4, -1.7)
    axes.tick_params(axis="y", length=0)
    grid(axes, "both")


def only(axes, place, contender, contenders):
    """In a field apart: no ratio, because park has none of it."""
    look = style(contender)
    x = 1 - APART * (len(contenders) - contenders.index(contender) - 0.5) / len(contenders)
    axes.plot(x, place, look.marker, markersize=6.5, color=look.color,
              transform=axes.get_yaxis_transform())


def numbers(axes, values, contenders):
    axes.axis("off")
    axes.set_xlim(0, len(contenders))
    for column, contender in enumerate(contenders):
        look = style(contender)
        above = -0.75 - 0.6 * (column % 2 if len(contenders) > 4 else 0)
        axes.text(column + 0.95, above, contender, ha="right", va="center", color=look.color)
        for place, (event, per) in enumerate(values.items()):
            value = per.get(contender)
            same = len({significant(per.get(c, 0) or 0) for c in contenders}) == 1
            axes.text(column + 0.95, place, number_text(event, value),
                      ha="right", va="center", fontsize=8.5, color=FAINT if same else INK)


def number_text(event, value):
    if value is None:
        return "-"
    return duration(value) if event in TIMES else significant(value)


def compose(run, figure, scope, values, contenders):
    unread = [f"{name}: {why}" for name, why in run.json.get("counters", {}).items()
              if why not in ("exact", "scaled")]
    note = f" Not readable here: {'; '.join(unread)}." if unread else ""
    return Figure(
        KEY, "Counters and system calls of a cycle",
        f"{scope}; sums over the counting blocks divided by their cycles, all phases, kernel and "
        "user; taken apart from timing. Exact counts of one pass, no interval; no dot: zero or "
        f"not counted; grey and hollow: as park's.{note}",
        "Table. " + "; ".join(f"{event}: " + ", ".join(
            f"{c} {number_text(event, per[c])}" for c in contenders if c in per)
            for event, per in values.items()) + ".", figure,
        header=("event", "arm", "per_cycle"),
        rows=[(event, contender, per[contender]) for event, per in values.items()
              for contender in contenders if contender in per])
