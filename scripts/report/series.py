# SPDX-License-Identifier: MIT
"""What is compared: cells, arms (contender and knob), and their medians by block."""

from dataclasses import dataclass

import numpy as np

from . import stats
from .style import in_order

REFERENCE = "park"
CONTROLS = ("none", "empty")


@dataclass(frozen=True, order=True)
class Cell:
    number: int
    workload: str
    duty: str
    threads: int

    def __str__(self):
        plural = "" if self.threads == 1 else "s"
        return f"{self.workload}, {self.duty}, {self.threads} thread{plural} per CPU"

    @property
    def short(self):
        return f"{self.workload} · {self.duty} · {self.threads}t"


@dataclass(frozen=True, order=True)
class Arm:
    contender: str
    knob: str

    def __str__(self):
        return f"{self.contender}, {self.knob}" if self.knob else self.contender


def firsts(table, *names):
    """One row number for each combination of these columns, in order of the file."""
    # Asked again and again of the same million rows.
    if names not in table.firsts:
        table.firsts[names] = find_firsts(table, names)
    return table.firsts[names]


def find_firsts(table, names):
    codes = np.zeros(len(table), np.int64)
    for name in names:
        column = table[name]
        values = column.codes if hasattr(column, "codes") else np.nan_to_num(column, nan=-1)
        _, inverse = np.unique(values, return_inverse=True)
        codes = codes * (inverse.max(initial=0) + 1) + inverse
    _, first = np.unique(codes, return_index=True)
    return np.sort(first)


def cells(run):
    samples = run.table("samples")
    return sorted(Cell(int(samples["cell"][i]), samples["workload"].at(i), samples["duty"].at(i),
                       int(samples["threads_per_cpu"][i])) for i in firsts(samples, "cell"))


def arms(table):
    """Of any table with arm and knob, in the catalogue's order within a knob."""
    found = [Arm(table["arm"].at(i), table["knob"].at(i)) for i in firsts(table, "arm", "knob")]
    return [arm for knob in sorted({a.knob for a in found})
            for contender in in_order(a.contender for a in found if a.knob == knob)
            for arm in found if arm == Arm(contender, knob)]


def knobs(table):
    return sorted({arm.knob for arm in arms(table)})


def chief(run):
    """The cell of a figure that has room for one: most threads per CPU, the first of these."""
    measured = [cell for cell in cells(run) if any(cost_by_block(run, cell, arm)
                                                   for arm in arms(run.table("samples")))]
    return max(measured or cells(run), key=lambda cell: (cell.threads, -cell.number))


def first_knob(run):
    return arms(run.table("samples"))[0].knob


def strategies(run, knob):
    """The arms of @knob that have threads and do something to them."""
    return [arm for arm in arms(run.table("samples"))
            if arm.knob == knob and arm.contender not in CONTROLS]


def scope(run, cell, knob=""):
    """For a caption: the one cell (and setting) that is shown, and why this one."""
    nr_others = len(cells(run)) - 1
    why = f" (of {nr_others + 1} cells the first with the most threads per CPU)" \
        if nr_others else ""
    return f"{cell}{', ' + knob if knob else ''}{why}"


def of(table, cell=None, arm=None):
    mask = np.ones(len(table), bool)
    if cell is not None:
        mask &= table["cell"] == cell.number
    if arm is not None:
        mask &= table["arm"].equals(arm.contender) & table["knob"].equals(arm.knob)
    return mask


def block_medians(run, cell, arm, phase):
    """{repetition: median of the phase in the block}; finished steps only."""
    index = run_index(run)
    return index.get((cell.number, arm, phase), {})


def run_index(run):
    """Medians of all blocks, made once: a sort of the samples, then slices of it."""
    if not hasattr(run, "medians"):
        run.medians = make_index(run.table("samples"))
    return run.medians


def make_index(samples):
    good = samples.where(samples.is_(status="ok") & ~np.isnan(samples["ns"]))
    key = good["block"].astype(np.int64) * 4096 + good["phase"].codes
    order = np.lexsort((good["ns"], key))
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    ends = np.append(starts[1:], len(order))
    index = {}
    for start, end in zip(starts, ends):
        first = order[start]
        arm = Arm(good["arm"].at(first), good["knob"].at(first))
        name = (int(good["cell"][first]), arm, good["phase"].at(first))
        middle = float(np.median(good["ns"][order[start:end]]))
        index.setdefault(name, {})[int(good["repetition"][first])] = middle
    return index


def cost_by_block(run, cell, arm):
    """{repetition: quiesce + resume}, the strategy's own share of a cycle, from block medians."""
    down = block_medians(run, cell, arm, "quiesce")
    up = block_medians(run, cell, arm, "resume")
    return {repetition: down[repetition] + up[repetition] for repetition in down
            if repetition in up}


def cost(run, cell, arm):
    """Of a cycle of one CPU: median over blocks."""
    return stats.median(np.array(list(cost_by_block(run, cell, arm).values())))


def paired(left, right):
    """Ratio left / right of two {repetition: value}."""
    both = sorted(set(left) & set(right))
    return stats.ratio(np.array([left[r] for r in both]), np.array([right[r] for r in both]))


def samples_of(run, cell, arm, phase):
    """(ns, block) of the finished steps."""
    samples = run.table("samples")
    mask = of(samples, cell, arm) & samples.is_(phase=phase, status="ok")
    mask &= ~np.isnan(samples["ns"])
    return samples["ns"][mask], samples["block"][mask]


def has_threads(run, cell, arm):
    return bool(block_medians(run, cell, arm, "resume"))
