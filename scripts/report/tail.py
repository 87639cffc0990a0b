# SPDX-License-Identifier: MIT
"""The tail: percentile curves of the strategies, the kernel's own calls beside them."""

import math

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter

from . import series, stats
from .figure import Figure, canvas, without
from .style import duration, grid, label_ends, log_durations, style

KEY = "tail"
TITLE = "The tail"
PHASES = (("quiesce", "down: request until parked, joined or moved"),
          ("resume", "up: CPU online until the first work is done"))
KERNEL = {"quiesce": ("park", "stop"), "resume": ("unpark", "create")}
MOST_ROWS = 4
TICKS = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999)


def draw(run):
    shown, left_out = shown_rows(run)
    curves = [curves_of(run, cell, knob) for cell, knob in shown]
    if not any(panel for row in curves for panel in row):
        return without(KEY, TITLE, "fewer than 20 finished steps per contender: parkbench run "
                       "--cycles 75 --repetitions 20")
    figure, axes = canvas(0.7 + 2.9 * len(shown), nrows=len(shown), ncols=2, sharey=True)
    for row, (cell, knob) in enumerate(shown):
        for column, (phase, what) in enumerate(PHASES):
            paint(axes[row, column], curves[row][column])
            name = f"{cell}{', ' + knob if knob else ''}"
            axes[row, column].set_title(f"{phase}, {name}\n{what}" if row == 0 else
                                        f"{phase}, {name}", fontsize=9)
    tidy(axes)
    return compose(figure, shown, curves, left_out)


def shown_rows(run):
    """Cells by knobs, one row of panels each; the rest is in the CSV of the run."""
    everything = [(cell, knob) for cell in series.cells(run)
                  for knob in series.knobs(run.table("samples"))]
    if len(everything) <= MOST_ROWS:
        return everything, 0
    first, last = everything[:MOST_ROWS // 2], everything[-(MOST_ROWS // 2):]
    return first + last, len(everything) - MOST_ROWS


def curves_of(run, cell, knob):
    """One list of (name, curve) for each phase."""
    row = []
    for phase, _ in PHASES:
        found = []
        for arm in series.strategies(run, knob):
            curve = stats_curve(series.samples_of(run, cell, arm, phase))
            found += [(arm.contender, curve)] if curve else []
        found += kernel_curves(run, knob, KERNEL[phase])
        row.append(found)
    return row


def stats_curve(both):
    return stats.quantile_curve(*both) if len(both[0]) else None


def kernel_curves(run, knob, calls):
    """The kernel's own facility, per thread, over all blocks of the knob that traced its calls."""
    if not run.has("kpark"):
        return []
    table, found = run.table("kpark"), []
    for call in calls:
        mask = table.is_(call=call, status="ok", knob=knob) & ~np.isnan(table["ns"])
        curve = stats_curve((table["ns"][mask], table["block"][mask]))
        found += [(f"kernel {call}", curve)] if curve else []
    return found


def paint(axes, curves):
    labels = []
    for name, curve in curves:
        look = style(name)
        axes.plot(curve.x, curve.y, color=look.color, linestyle=look.dash, linewidth=look.width,
                  solid_capstyle="butt")
        if not np.isnan(curve.low).all():
            axes.fill_between(curve.x, curve.low, curve.high, color=look.color, alpha=0.16,
                              linewidth=0)
        axes.plot(curve.x[-1], curve.y[-1], look.marker, color=look.color, markersize=4)
        labels.append((curve.x[-1], curve.y[-1], f"{name} (n = {curve.n})", look.color))
    axes.set_yscale("log")
    axes.labels_to_place = labels


def tidy(axes):
    # The cost of a few threads is all that matters here: an axis shared by all panels.
    reach = max((line.get_xdata()[-1] for axis in axes.flat for line in axis.lines), default=1)
    for axis in axes.flat:
        ticks = [q for q in TICKS if -math.log10(1 - q) <= reach + 0.05]
        axis.xaxis.set_major_locator(FixedLocator([0] + [-math.log10(1 - q) for q in ticks]))
        axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{100 * (1 - 10 ** -x):.6g}"))
        axis.set_xlim(0, reach * 1.52)
        axis.set_xlabel("percentile (of steps; of calls for the kernel's own)")
        grid(axis, "both")
        log_durations(axis.yaxis)
        axis.yaxis.set_tick_params(labelleft=True)
    axes[0, 0].figure.canvas.draw()
    for axis in axes.flat:
        label_ends(axis, getattr(axis, "labels_to_place", []))


def compose(figure, shown, curves, left_out):
    rows = [(str(cell), knob, phase, name, 1 - 10 ** -x, y, low, high, curve.n, curve.nr_blocks)
            for (cell, knob), row in zip(shown, curves)
            for (phase, _), panel in zip(PHASES, row) for name, curve in panel
            for x, y, low, high in zip(curve.x, curve.y, curve.low, curve.high)]
    blocks = sorted({curve.nr_blocks for row in curves for panel in row for name, curve in panel
                     if not name.startswith("kernel")})
    more = f" {left_out} more combinations of cell and knob are not drawn." if left_out else ""
    return Figure(
        KEY, "The tail: what the slow steps cost",
        "All finished steps, the closed loop waits for each. Bands: 95 %, whole blocks drawn "
        f"again (unit of replication: block, {blocks[0] if blocks else 0} per arm; none with "
        "fewer than 6). Curves end where fewer than 10 samples lie above. The kernel's curves "
        "are single calls for one thread in blocks with probes, of all cells alike; the others treat all threads of "
        "the CPU." + more, describe(curves), figure,
        header=("cell", "knob", "phase", "series", "quantile", "ns", "low_ns", "high_ns", "n",
                "nr_blocks"), rows=rows)


def describe(curves):
    ends = [f"{phase} {name} {duration(float(curve.y[0]))} to {duration(float(curve.y[-1]))}"
            for (phase, _), panel in zip(PHASES, curves[-1]) for name, curve in panel]
    return "Percentile curves, log axis. Last row: " + "; ".join(ends) + "."
