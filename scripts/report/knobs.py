# SPDX-License-Identifier: MIT
"""What a setting of the kernel changes: each phase under it, against the same without it."""

import math

from . import series, stats
from .figure import Figure, canvas, without
from .forest import MARGIN, reach
from .style import FAINT, GRID, INK, in_order, style, times

KEY = "knobs"
TITLE = "What a setting changes"
PHASES = (("offline", "offline"), ("online", "online"), ("quiesce", "quiesce"),
          ("resume", "resume"), ("total", "the whole step"))
MISSING = ("one setting of the kernel only: parkbench run --hotplug sysfs --knob "
           "/sys/kernel/rcu_expedited=0,1")


def draw(run):
    """One figure for each setting beyond the first."""
    ratios = ratios_of(run)
    if not ratios:
        return without(KEY, TITLE, MISSING)
    return [draw_one(run, knob, found, number) for number, (knob, found)
            in enumerate(ratios.items())]


def ratios_of(run):
    """{knob: {(phase, contender): estimate}}, as summary.csv has them."""
    if not run.has("summary"):
        return {}
    table, found = run.table("summary"), {}
    rows = table.where(series.of(table, series.chief(run))
                       & table.is_(statistic="knob_ratio"))
    for row in rows.rows():
        ratio = stats.Estimate(float(row["value"]), float(row["ci_low"]), float(row["ci_high"]),
                               int(row["n"] or 0))
        if row["phase"] in dict(PHASES) and not math.isnan(ratio.value) \
                and row["arm"] != "empty":
            found.setdefault((row["knob"], row["reference_knob"]), {})[
                row["phase"], row["arm"]] = ratio
    return found


def draw_one(run, knob, found, number):
    phases = [phase for phase, _ in PHASES if any(key[0] == phase for key in found)]
    contenders = in_order({key[1] for key in found})
    # `none` has no thread to treat, but shows what the kernel does alone.
    keys = [(phase, c) for phase in phases for c in contenders if (phase, c) in found]
    figure, axes = canvas(1.3 + 0.25 * len(keys) + 0.25 * len(phases))
    paint(axes[0, 0], keys, found)
    axes[0, 0].set_xlabel(f"{knob[0]} / {knob[1]}; left of 1 it is faster with {knob[0]}")
    return compose(run, (figure, number), knob, [(key, found[key]) for key in keys])


def paint(axes, keys, found):
    place, places, last = 0.0, [], None
    axes.axvspan(1 - MARGIN, 1 + MARGIN, color=GRID, linewidth=0)
    axes.axvline(1, color=INK, linewidth=0.8)
    for phase, contender in keys:
        if phase != last:
            place += 0.35 if last else 0
            axes.text(-0.13, place, dict(PHASES)[phase], transform=axes.get_yaxis_transform(),
                      ha="right", va="center", fontsize=9, color=INK, weight="bold")
            if last:
                axes.axhline(place - 0.67, color=FAINT, linewidth=0.5)
        point(axes, place, contender, found[phase, contender])
        places.append(place)
        place, last = place + 1, phase
    axes.set_yticks(places, [contender for _, contender in keys])
    axes.set_ylim(place - 0.3, -0.7)
    axes.tick_params(axis="y", length=0)
    axes.set_xscale("log")
    values = [found[key] for key in keys]
    reach(axes, [x for r in values for x in (r.value, r.low, r.high) if not math.isnan(x)])


def point(axes, place, contender, ratio):
    look = style(contender)
    if ratio.has_interval:
        axes.plot([ratio.low, ratio.high], [place, place], color=look.color, linewidth=2.2,
                  solid_capstyle="butt")
    axes.plot(ratio.value, place, look.marker, color=look.color, markersize=6)
    axes.text(1.01, place, times(ratio), transform=axes.get_yaxis_transform(), va="center",
              fontsize=8.5)


def title(knob, chosen):
    (phase, contender), ratio = chosen
    if not ratio.has_interval or ratio.low <= 1 <= ratio.high:
        return f"{knob[0]}: no difference to {knob[1]} was shown in {phase} ({contender})"
    return (f"{knob[0]}: {phase} takes {times(ratio)} times as long as with {knob[1]} "
            f"({contender})")


def compose(run, drawing, knob, shown):
    figure, number = drawing
    chosen = next((e for e in shown if e[0] == ("offline", series.REFERENCE)), shown[0])
    ratio = chosen[1]
    return Figure(
        KEY if not number else f"{KEY}-{number + 1}",
        title(knob, chosen),
        f"{series.scope(run, series.chief(run))}. Offline and online are the kernel's, quiesce "
        "and resume the contender's. Ratios of block medians of the same contender, "
        "paired by repetition: Hodges-Lehmann with the exact signed-rank interval, 95 %; unit of "
        f"replication: pair of blocks, n = {ratio.n}. Grey: ± {100 * MARGIN:.0f} %. From "
        "summary.csv (knob_ratio).",
        "Forest plot. " + "; ".join(f"{p}, {c}: {times(r)}" for (p, c), r in shown) + ".", figure,
        header=("phase", "arm", "knob", "reference_knob", "ratio", "low", "high", "nr_pairs"),
        rows=[(p, c, *knob, r.value, r.low, r.high, r.n) for (p, c), r in shown])
