# SPDX-License-Identifier: MIT
"""One catalogue of styles: a contender looks the same in every figure, in grey too."""

import math
from dataclasses import dataclass

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter

WIDTH = 9.0             # inches; one column of the page
INK, FAINT, GRID = "#222222", "#6b6b6b", "#dddddd"
SEQUENTIAL = "cividis"  # ordered in grey, and for the colour-blind

matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "parkbench", "font.family": ["DejaVu Sans"],
    "font.size": 9.5, "axes.titlesize": 10, "axes.labelsize": 9.5, "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5, "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": FAINT, "axes.labelcolor": INK, "text.color": INK, "xtick.color": FAINT,
    "ytick.color": FAINT, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "axes.titlelocation": "left", "axes.axisbelow": True, "figure.dpi": 100,
    "path.simplify": True, "hatch.linewidth": 0.6, "figure.max_open_warning": 0,
    "axes.unicode_minus": False,
})


@dataclass(frozen=True)
class Style:
    color: str
    dash: object
    marker: str
    hatch: str = ""
    width: float = 1.9


# Okabe and Ito's colours, each with a dash and a marker of its own.
STYLES = {
    "park": Style("#0072B2", "-", "o"),
    "recreate": Style("#D55E00", (0, (5, 2)), "s", "////"),
    "rebind": Style("#009E73", (0, (4, 1.5, 1, 1.5)), "^", "\\\\"),
    "recreate_raw": Style("#8C3B00", (0, (2, 1.2)), "D", "xx"),
    "pool": Style("#CC79A7", (0, (3, 1, 1, 1, 1, 1)), "P", ".."),
    "cond": Style("#000000", (0, (7, 3)), "*", "||"),
    "none": Style("#777777", (0, (1, 1.6)), "x", "--"),
    "empty": Style("#AAAAAA", (0, (1, 3)), "+"),
    "kernel park": Style("#56B4E9", "-", "D", width=1.2),
    "kernel unpark": Style("#56B4E9", "-", "d", width=1.2),
    "kernel create": Style("#E69F00", (0, (5, 2)), "v", width=1.2),
    "kernel stop": Style("#E69F00", (0, (1, 1.6)), "<", width=1.2),
}
OTHERS = (Style("#7A5195", (0, (3, 1, 1, 1, 1, 1)), "p"), Style("#4D4D00", (0, (7, 3)), "h"))
ORDER = ["park", "recreate", "rebind", "recreate_raw", "pool", "cond", "none", "empty"]


def style(contender):
    known = STYLES.get(contender)
    return known or OTHERS[sum(contender.encode()) % len(OTHERS)]


def in_order(contenders):
    return sorted(contenders, key=lambda c: (ORDER.index(c) if c in ORDER else len(ORDER), c))


def duration(ns, digits=3):
    """12.3 us as people read it."""
    if ns is None or math.isnan(ns):
        return "-"
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if abs(ns) >= size * 0.9995:
            return f"{significant(ns / size, digits)} {unit}"
    return f"{significant(ns, digits)} ns"


def round_duration(ns):
    """Of a tick: 200 us, 1 ms, no more digits than it has."""
    for unit, size_ in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if ns >= size_ * 0.9995:
            return f"{ns / size_:.4g} {unit}"
    return f"{ns:.4g} ns"


def significant(value, digits=3):
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "-"
    # The exponent of what will be shown: 0.9996 is 1.00 with three digits, not 1.000.
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    decimals = max(0, digits - 1 - exponent)
    return f"{value:.{decimals}f}"


def estimate(value, show=duration):
    """"12.3 us [11.9, 12.8]"."""
    text = show(value.value)
    if value.has_interval:
        return f"{text} [{show(value.low)}, {show(value.high)}]"
    return text


def times(value):
    return estimate(value, lambda x: significant(x, 3))


def percent(value):
    if math.isnan(value.value):
        return "-"
    return estimate(value, lambda x: f"{significant(100 * x, 2)} %")


def size(n):
    for unit, step in (("MiB", 2 ** 20), ("KiB", 2 ** 10)):
        if abs(n) >= step:
            return f"{n / step:.3g} {unit}"
    return f"{n:.0f} B"


def log_durations(axis):
    """Log axis with 1 us, 10 us, ...; 2 and 5 between where it is short."""
    low, high = sorted(axis.get_view_interval())
    decades = math.log10(high / low) if low > 0 else 9
    axis.set_major_locator(LogLocator(10, subs=(1,) if decades > 2.2 else (1, 2, 5), numticks=12))
    axis.set_minor_locator(LogLocator(10, subs=range(2, 10), numticks=60))
    axis.set_major_formatter(FuncFormatter(lambda x, _: round_duration(x)))
    axis.set_minor_formatter(NullFormatter())


def duration_bar(bar):
    """A colour bar that speaks as the axes do."""
    log_durations(bar.ax.yaxis)
    bar.ax.yaxis.set_minor_locator(FixedLocator([]))


def powers_of_two(axis, values):
    axis.set_major_locator(FixedLocator(sorted(set(values))))
    axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axis.set_minor_locator(FixedLocator([]))


def grid(axes, which="y"):
    axes.grid(True, axis=which, color=GRID, linewidth=0.6)


def halo(text):
    """White behind, so that a label over a line can be read; an outline would end text as paths."""
    text.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.6})
    return text


def label_ends(axes, labels, gap=11):
    """Names at line ends. @labels: (x, y, text, colour); moved apart to @gap points."""
    labels = sorted(labels, key=lambda label: label[1])
    ends = [axes.transData.transform(label[:2])[1] for label in labels]
    wanted = moved_apart(ends, axes.figure.dpi / 72 * gap, axes.bbox.y1)
    for (x, y, text, color), at, want in zip(labels, ends, wanted):
        moved = (want - at) * 72 / axes.figure.dpi
        halo(axes.annotate(text, (x, y), (5, moved), textcoords="offset points", va="center",
                           color=color, fontsize=8.5, annotation_clip=False))


def moved_apart(places, least, top):
    """Ascending @places, at least @least apart: upwards first, then down from @top."""
    wanted = []
    for place in places:
        wanted.append(max(place, wanted[-1] + least) if wanted else place)
    for i in reversed(range(len(wanted))):
        wanted[i] = min(wanted[i], wanted[i + 1] - least if i + 1 < len(wanted) else top)
    return wanted


def edges(lows, highs, value):
    """Error bars of matplotlib from an interval, none where there is none."""
    low, high = np.asarray(value - lows), np.asarray(highs - value)
    return np.nan_to_num(np.vstack([low, high]))
