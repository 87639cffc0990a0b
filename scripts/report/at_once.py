# SPDX-License-Identifier: MIT
"""Many threads at once: parking N of them in one call, one by one, and N switches as the floor."""

import math

from . import stats
from .figure import Figure, canvas, without
from .scaling import alt, finish, plot_series
from .style import FAINT, Style, powers_of_two, significant, style

KEY = "at-once"
TITLE = "Parking many threads at once"
CASES = ("park_many", "park_loop", "switch_pair")
LOOKS = {"park_many": ("in one call", style("park")),
         "park_loop": ("one by one", Style("#56B4E9", (0, (4, 2)), "D", width=1.5)),
         "switch_pair": ("N switches", Style(FAINT, (0, (1, 1.6)), "x"))}
PLACES = (("same", "on the controller's own CPU"), ("cache", "on another CPU, shared cache"),
          ("node", "on another CPU of the node"), ("remote", "on another node"),
          ("all", "spread over all CPUs"))
MOST_PANELS = 3
MISSING = ("nobody parked many threads at once: parkbench limits --cpus A,B --threads-max 256 "
           "--out L, then parkbench report RUN L")


def draw(run):
    rows = rows_of(run)
    if not rows:
        return without(KEY, TITLE, MISSING)
    places = [p for p in PLACES if any(row[0] == p[0] for row in rows)][-MOST_PANELS:]
    figure, axes = canvas(3.4, ncols=len(places), sharey=True)
    for axis, (distance, words) in zip(axes[0], places):
        paint(axis, [row for row in rows if row[0] == distance])
        axis.set_title(words)
    finish(axes[0], "threads")
    made = compose(figure, places, rows)
    made.made_by = run.limits_command
    return made


def rows_of(run):
    """(distance, case, threads, estimate): the floor is told of one switch, and drawn of N."""
    if run.limits is None:
        return []
    table, found = run.limits, []
    for row in table.where(table.is_(suite="limits", statistic="p50")).rows():
        if row["case"] in CASES and row["nr_threads"] > 1 and not math.isnan(row["value"]):
            count = int(row["nr_threads"])
            value = stats.Estimate(row["value"], row["ci_low"], row["ci_high"], int(row["n"]))
            found.append((row["distance"], row["case"], count,
                          value.scaled(count if row["case"] == "switch_pair" else 1)))
    return sorted(found, key=lambda row: (row[0], CASES.index(row[1]), row[2]))


def paint(axis, rows):
    axis.labels_to_place = []
    for case in CASES:
        mine = [row for row in rows if row[1] == case]
        name, look = LOOKS[case]
        plot_series(axis, [row[2] for row in mine], [row[3] for row in mine], (name, look))
    counts = sorted({row[2] for row in rows})
    axis.set_xscale("log")
    axis.set_yscale("log")
    powers_of_two(axis.xaxis, counts)
    axis.set_xlim(counts[0] / 1.3, counts[-1] * (counts[-1] / counts[0]) ** 0.55)


def compose(figure, places, rows):
    distance, words = places[-1]
    last = max(row[2] for row in rows)
    many, loop = ([row[3] for row in rows if row[:3] == (distance, case, last)]
                  for case in CASES[:2])
    title = TITLE
    if many and loop:
        parts = many[0].low <= loop[0].high and loop[0].low <= many[0].high
        title = (f"Parking {last} threads {words}: in one call "
                 + ("no difference to one by one was shown" if parts else
                    f"{significant(many[0].value / loop[0].value, 2)} times the time of one by "
                    "one"))
    flat = [(row[0], "", LOOKS[row[1]][0], row[2], row[3].value, row[3].low, row[3].high, row[3].n)
            for row in rows]
    return Figure(
        KEY, title,
        "From the call until all are parked: medians of the medians of blocks with 95 % interval "
        f"of order statistics (unit of replication: block, n = {rows[0][3].n}). "
        "N switches: one switch of context for each thread, the floor. Measured by parkbench limits, not in this run.",
        alt(flat), figure,
        header=("distance", "of", "what", "threads", "ns", "low_ns", "high_ns", "nr_blocks"),
        rows=flat)
