# SPDX-License-Identifier: MIT
"""The whole report: every figure of every run, then what needs several runs."""

import os

from matplotlib import pyplot

from . import (at_once, blast, compare, counters, crossover, duty, forest, heatmap, knobs, machine, page,
               phases, run_order, scaling, tail, timeline, where)
from .figure import sign, svg_text, write_files

# In the order of the questions: what, how much of it, who else, how sure, why.
PER_RUN = (machine.draw, where.draw, forest.draw, tail.draw, blast.draw, duty.draw, knobs.draw,
           phases.draw, timeline.draw, scaling.draw, at_once.draw, counters.draw, heatmap.draw, run_order.draw)
OVER_RUNS = (crossover.draw, scaling.draw_stack, compare.draw)


def write_report(runs, out):
    """The page @out, and its figures in the directory beside it. Returns that directory."""
    folder = os.path.splitext(out)[0] + "-figures"
    sections, drawings = [], {}
    for number, run in enumerate(runs):
        prefix = "" if len(runs) == 1 else f"run{number + 1}-"
        sections.append(("" if number == 0 else run.name, run, drawn(PER_RUN, run, prefix)))
    heading = "What follows from it" if len(runs) == 1 else "Over all runs"
    sections.append((heading, None, drawn(OVER_RUNS, runs, "")))
    # All of the input has been read: from here on only writing can fail.
    if not os.path.isdir(folder):
        os.mkdir(folder)
    for _, run, figures in sections:
        line = signature(run) if run else "; ".join(signature(run) for run in runs[:2])
        store(figures, folder, drawings, line)
    with open(out, "w", encoding="utf-8") as file:
        file.write(page.page(sections, drawings, os.path.basename(folder)))
    return folder


def drawn(painters, subject, prefix):
    figures = []
    for paint in painters:
        made = paint(subject)
        figures += made if isinstance(made, list) else [made]
    for figure in figures:
        figure.key = prefix + figure.key
    return figures


def store(figures, folder, drawings, line):
    """SVG text of each for the page, and its files; the drawing is let go."""
    for figure in figures:
        if figure.canvas is None:
            continue
        sign(figure, line)
        drawings[figure.key] = svg_text(figure)
        write_files(figure, folder, drawings[figure.key])
        pyplot.close(figure.canvas)


def signature(run):
    return (f"hotplug {run.kind}  |  {machine.describe(run)}  |  parkbench {run.fact('version')} "
            f"{run.fact('commit')}  |  {run.command}")
