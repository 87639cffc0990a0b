# SPDX-License-Identifier: MIT
"""The machine: which CPU sits where, and in which order CPUs are drawn."""

import numpy as np
from matplotlib.patches import Rectangle

from .figure import Figure, canvas, without
from .style import FAINT, INK, WIDTH

KEY = "machine"
TITLE = "The machine"
LEVELS = ("package", "numa_node", "l3", "core")
NAMES = {"package": "package", "numa_node": "node", "l3": "L3", "core": "core"}
VICTIM = "#F0E442"


def cpus(run):
    """Rows of run.json in hwloc's depth-first order; [] where the run is older than they."""
    return sorted(run.json.get("cpus", []), key=lambda row: (row["order"], row["cpu"]))


def order(run, present):
    """@present CPU numbers as hwloc has them; by number where it is not known."""
    place = {row["cpu"]: i for i, row in enumerate(cpus(run))}
    return sorted(present, key=lambda cpu: (place.get(cpu, 1 << 20), cpu))


def boundaries(run, ordered):
    """[(position, level)]: left of which CPU a new core, L3, node or package begins."""
    rows = {row["cpu"]: row for row in cpus(run)}
    found = []
    for position in range(1, len(ordered)):
        left, right = rows.get(ordered[position - 1]), rows.get(ordered[position])
        if not left or not right:
            continue
        for level in LEVELS:
            if left[level] != right[level]:
                found.append((position, level))
                break
    return found


def victims(run):
    samples = run.table("samples")
    return {int(cpu) for cpu in np.unique(samples["real_cpu"]) if not np.isnan(cpu)}


def parse_list(text):
    """"0-3,8" as a set."""
    found = set()
    for part in (text or "").split(","):
        first, _, last = part.partition("-")
        if first.strip().isdigit() and (not last or last.strip().isdigit()):
            found.update(range(int(first), int(last or first) + 1))
    return found


def isolated(run):
    return parse_list(run.fact("isolated")) | parse_list(run.fact("nohz_full"))


def describe(run):
    """One line: what it is, of which kernel, in what."""
    parts = [run.fact("cpu_model") or run.fact("arch") or "unknown CPU",
             f"{run.fact('nr_online')} CPUs", f"Linux {run.fact('kernel_release')}"]
    if run.fact("hypervisor") not in (None, "none", ""):
        parts.append(f"virtual ({run.fact('hypervisor')})")
    return ", ".join(str(part) for part in parts)


def draw(run):
    rows = cpus(run)
    if not rows:
        return without(KEY, TITLE, "no CPUs in run.json: the run is by an older parkbench; "
                       "run it again to have the topology drawn")
    gone, controller = victims(run), run.param("controller_cpu")
    known = [row for row in rows if row["core"] is not None]
    figure, axes = canvas(2.0 + 0.9 * ((len(rows) - 1) // 64))
    paint(axes[0, 0], known or rows, gone, controller, isolated(run))
    text = f"{len(rows)} CPUs in hwloc's order; {len(gone)} of them go away (yellow, striped)"
    return Figure(
        KEY, f"The machine: {describe(run)}", f"{text}; C: the controller runs there; "
        "double frame: isolated or nohz_full.", f"Topology, {text}: {sorted(gone)}.", figure,
        header=("cpu", "order", "package", "numa_node", "l3", "core", "is_victim"),
        rows=[tuple("" if v is None else v for v in
                    (r["cpu"], r["order"], r["package"], r["numa_node"], r["l3"], r["core"],
                     int(r["cpu"] in gone))) for r in rows])


def paint(axes, rows, gone, controller, apart):
    per_line = 64
    lines = (len(rows) - 1) // per_line
    axes.set_xlim(-0.2, min(len(rows), per_line) + 0.2)
    axes.set_ylim(-6 * lines - 0.4, 5.2)
    axes.axis("off")
    for place, row in enumerate(rows):
        x, y = place % per_line, -6 * (place // per_line)
        is_victim = row["cpu"] in gone
        axes.add_patch(Rectangle((x + 0.06, y), 0.88, 0.9, edgecolor=INK, linewidth=0.8,
                                 facecolor=VICTIM if is_victim else "white",
                                 hatch="///" if is_victim else "", clip_on=False))
        if row["cpu"] in apart:
            axes.add_patch(Rectangle((x + 0.14, y + 0.1), 0.72, 0.7, fill=False, linewidth=0.8))
        label = f"{row['cpu']}" + (" C" if row["cpu"] == controller else "")
        axes.text(x + 0.5, y + 0.45, label, ha="center", va="center",
                  fontsize=9 if len(rows) <= 20 else 6)
    for floor, level in enumerate(floors(rows), 1):
        for start, end, index in runs(rows, level):
            box(axes, (start, end), (floor, level, index), per_line)


def floors(rows):
    """The level with the most groups lies lowest, right on the CPUs."""
    return sorted(reversed(LEVELS), key=lambda level: -len({row[level] for row in rows}))


def runs(rows, level):
    """(first, last, index) of neighbours that share @level."""
    start = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place][level] != rows[start][level]:
            if rows[start][level] is not None:
                yield start, place - 1, rows[start][level]
            start = place


def box(axes, span, what, per_line):
    (start, end), (floor, level, index) = span, what
    for line in range(start // per_line, end // per_line + 1):
        left = max(start, line * per_line) - line * per_line
        right = min(end, line * per_line + per_line - 1) - line * per_line
        y = floor - 6 * line
        axes.add_patch(Rectangle((left + 0.06, y + 0.08), right - left + 0.88, 0.74,
                                 facecolor="#f2f2f2", edgecolor=FAINT, linewidth=0.6))
        inches = (right - left + 1) * WIDTH / (axes.get_xlim()[1] - axes.get_xlim()[0])
        text = f"{NAMES[level]} {index}" if inches > 0.55 else str(index)
        if inches > 0.1:
            axes.text((left + right + 1) / 2, y + 0.45, text, ha="center", va="center",
                      fontsize=7, color=INK)
