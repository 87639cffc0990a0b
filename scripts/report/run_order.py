# SPDX-License-Identifier: MIT
"""Run order: every sample where it was taken, so that drift and bursts cannot hide."""

import numpy as np

from . import series
from .figure import Figure, canvas, without
from .style import grid, label_ends, log_durations, style

KEY = "run-order"
TITLE = "Run order"
MOST_DOTS = 60000


def draw(run):
    cell = series.chief(run)
    arms = [arm for arm in series.arms(run.table("samples"))
            if arm.contender != "empty" and series.block_medians(run, cell, arm, "total")]
    if not arms:
        return without(KEY, TITLE, "no finished step: parkbench run")
    figure, axes = canvas(3.4)
    rows = []
    for number, arm in enumerate(arms):
        rows += plot(axes[0, 0], run, cell, arm, (number, len(arms)))
    finish(axes[0, 0], arms, rows)
    drift = drift_of(rows)
    return Figure(
        KEY, "Every step in the order in which it was measured",
        f"{series.scope(run, cell)}. Faint: total of single steps, offline and online apart, at their block; line: "
        "median of the block (unit of replication: block). "
        f"Second half of the blocks over the first: {drift}.",
        f"Medians of blocks in order of execution. Second half over first: {drift}.", figure,
        header=("arm", "knob", "repetition", "median_total_ns"),
        rows=[row[:4] for row in rows])


def plot(axes, run, cell, arm, place):
    ns, blocks = series.samples_of(run, cell, arm, "total")
    look = style(arm.contender)
    thin = max(1, len(ns) // (MOST_DOTS // place[1]))
    samples = run.table("samples")
    repetition = {}
    for block in np.unique(blocks):
        first = np.argmax(samples["block"] == block)
        repetition[block] = samples["repetition"][first]
    shift = (place[0] + 0.5) / place[1] - 0.5
    x = np.array([repetition[block] for block in blocks[::thin]])
    jitter = (np.arange(len(x)) * 0.6180339887) % 1 - 0.5
    few = len(ns) < 2000
    axes.plot(x + 0.8 * shift + jitter * 0.6 / place[1], ns[::thin], "." if few else ",",
              color=look.color, alpha=0.4, markersize=3, markeredgewidth=0, rasterized=not few)
    medians = series.block_medians(run, cell, arm, "total")
    order = sorted(medians)
    axes.plot([r + 0.8 * shift for r in order], [medians[r] for r in order], color=look.color,
              linestyle=look.dash, linewidth=1.2, marker=look.marker, markersize=3.5)
    return [(arm.contender, arm.knob, int(r), medians[r], str(arm)) for r in order]


def finish(axes, arms, rows):
    axes.set_yscale("log")
    log_durations(axes.yaxis)
    last = max(row[2] for row in rows)
    axes.set_xticks([t for t in axes.get_xticks() if 0 < t <= last])
    axes.set_xlabel("repetition")
    axes.set_ylabel("total of a step")
    axes.set_xlim(-0.6 + min(row[2] for row in rows), last + 0.6 + 0.14 * (last + 1))
    grid(axes)
    axes.figure.canvas.draw()
    label_ends(axes, [(last + 0.5, next(r[3] for r in reversed(rows) if r[4] == str(arm)),
                       str(arm), style(arm.contender).color) for arm in arms])


def drift_of(rows):
    parts = []
    for name in dict.fromkeys(row[4] for row in rows):
        medians = [row[3] for row in rows if row[4] == name]
        half = len(medians) // 2
        if half:
            ratio = np.median(medians[-half:]) / np.median(medians[:half])
            parts.append(f"{name} {ratio:.2f}")
    return ", ".join(parts) or "too few blocks"
