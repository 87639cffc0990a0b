# SPDX-License-Identifier: MIT
"""A figure with its words and numbers, and how it becomes SVG, PNG and CSV."""

import csv
import io
import os
import re
import textwrap
from dataclasses import dataclass, field

import matplotlib
from matplotlib import pyplot

from .style import FAINT, WIDTH

PNG_DPI = 160


@dataclass
class Figure:
    key: str                  # name of its files
    title: str                # what it shows, as a statement where the data make one
    caption: str = ""         # level, unit of replication, n
    alt: str = ""             # for who cannot see it
    canvas: object = None     # matplotlib's figure; None: there is nothing to draw
    missing: str = ""         # then: what is missing and what would measure it
    header: tuple = ()        # of its CSV
    rows: list = field(default_factory=list)
    notes: list = field(default_factory=list)   # holes that it shows
    made_by: str = ""         # where not by the run of its section


def without(key, title, missing):
    """The line that stands where a figure would be."""
    return Figure(key, title, missing=missing)


def canvas(height, **panels):
    """A matplotlib figure of the page's width, laid out by itself."""
    return pyplot.subplots(figsize=(WIDTH, height), constrained_layout=True, squeeze=False,
                           **panels)


def sign(figure, line):
    """What made it, small under the drawing: a figure travels without its page."""
    lines = textwrap.wrap(figure.made_by or line, 195)
    text = "\n".join(lines[:4]) + (" …" if len(lines) > 4 else "")
    figure.canvas.supxlabel(text, x=0.005, ha="left", fontsize=6.5, color=FAINT)


def svg_text(figure):
    """Standalone SVG; the same bytes for the same drawing."""
    out = io.StringIO()
    matplotlib.rcParams["svg.hashsalt"] = "parkbench " + figure.key
    metadata = {"Date": None, "Creator": None, "Format": None, "Type": None,
                "Title": figure.title}
    figure.canvas.savefig(out, format="svg", metadata=metadata)
    # Laid out now; the PNG is to be the same drawing.
    figure.canvas.set_layout_engine("none")
    return re.sub(r"\s+\n", "\n", out.getvalue())


def inline_svg(text, figure):
    """For a page with other drawings: no prologue, identifiers of its own, words for it."""
    text = text[text.index("<svg"):]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.S)
    text = first_only(re.sub(r'\bid="', f'id="{figure.key}-', text))
    text = re.sub(r'href="#', f'href="#{figure.key}-', text)
    text = re.sub(r"url\(#", f"url(#{figure.key}-", text)
    text = re.sub(r'<svg ', f'<svg role="img" aria-labelledby="{figure.key}-alt" ', text, 1)
    text = re.sub(r"<title>.*?</title>", "", text, 1, flags=re.S)
    # What was cut out leaves blanks behind.
    return re.sub(r"\s+\n", "\n", text)


def first_only(text):
    """Like drawings have like identifiers; a page may have each once."""
    seen = set()

    def keep(match):
        is_new = match.group(1) not in seen
        seen.add(match.group(1))
        return match.group() if is_new else ""

    return re.sub(r' id="([^"]*)"', keep, text)


def write_files(figure, directory, svg):
    base = os.path.join(directory, figure.key)
    with open(base + ".svg", "w", encoding="utf-8") as file:
        file.write(svg)
    figure.canvas.savefig(base + ".png", dpi=PNG_DPI, metadata={"Software": None})
    with open(base + ".csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(figure.header)
        out.writerows([cell_text(cell) for cell in row] for row in figure.rows)


def cell_text(cell):
    """Empty where there is no value; never more digits than were measured."""
    if isinstance(cell, float):
        return "" if cell != cell else f"{cell:.9g}"
    return cell
