# SPDX-License-Identifier: MIT
"""The essentials for a terminal."""

import textwrap

from . import answer, machine
from .style import estimate, percent, times

COLUMNS = 100


def essentials(run):
    rows = answer.table(run)
    lines = [f"{run.name}: {answer.KINDS.get(run.kind, run.kind)}", ""]
    lines += textwrap.wrap(answer.headline(run, rows), COLUMNS)
    lines += [""] + table_lines(rows)
    for warning in answer.warnings(run, rows):
        lines += textwrap.wrap(f"warning: {warning}", COLUMNS, subsequent_indent="    ")
    lines += ["", f"machine: {machine.describe(run)}", f"command: {run.command}"]
    return "\n".join(lines) + "\n"


def table_lines(rows):
    """Per thread and cycle; columns as wide as they have to be."""
    cells = [("contender", "per thread and cycle", "ratio to park", "share of the cycle",
              "blocks")]
    groups = {}
    for row in rows:
        groups.setdefault(row.cell, []).append(row)
    for members in groups.values():
        cells += [(str(row.arm), estimate(row.cost),
                   "1" if row.arm.contender == "park" else times(row.ratio), percent(row.share),
                   str(row.cost.n)) for row in members]
    widths = [max(len(line[i]) for line in cells) for i in range(5)]
    lines, place = [join(cells[0], widths)], 1
    for cell, members in groups.items():
        lines.append(f"{cell}:")
        lines += [join(cells[place + i], widths) for i in range(len(members))]
        place += len(members)
    return lines + [""] if rows else []


def join(cells, widths):
    return "  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths)).rstrip()
