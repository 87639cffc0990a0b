# SPDX-License-Identifier: MIT
"""One self-contained page: no network, no script, readable on paper."""

import html

from . import answer, machine
from .figure import inline_svg
from .style import STYLES, estimate, percent, times

# Nothing may be fetched; style and drawings stand in the page itself.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

CSS = """
:root { color-scheme: light; }
body { font: 16px/1.5 "DejaVu Sans", Verdana, sans-serif; color: #222; background: #fff;
       max-width: 62rem; margin: 0 auto; padding: 1rem 1.2rem 4rem; }
h1 { font-size: 1.25rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 2.4rem 0 .6rem;
     border-top: 2px solid #222; padding-top: .5rem; }
.answer { font-size: 1.12rem; line-height: 1.55; margin: .6rem 0; }
.kind { display: inline-block; border: 2px solid #222; padding: .05rem .6rem; font-size: .9rem; }
.kind.real { background: #222; color: #fff; }
.warnings { border-left: 6px solid #E69F00; background: #fff8e8; padding: .4rem .8rem;
            margin: .8rem 0; font-size: .88rem; }
.warnings ul { margin: .2rem 0; padding-left: 1.2rem; }
.fine { border-left: 6px solid #009E73; padding: .3rem .8rem; font-size: .88rem; }
code { background: #f3f3f3; padding: .1rem .3rem; font-size: .85rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: .85rem; margin: .8rem 0; width: 100%; }
th, td { text-align: right; padding: .22rem .5rem; border-bottom: 1px solid #ddd; }
thead th { border-bottom: 2px solid #222; } th:first-child, .arm { text-align: left; }
tbody th { font-weight: normal; vertical-align: top; } td { white-space: nowrap; }
.note { font-size: .82rem; color: #444; }
td svg { vertical-align: middle; width: 34px; height: 10px; }
figure { margin: 1.8rem 0 2.2rem; break-inside: avoid; }
figure svg { width: 100%; height: auto; display: block; }
figure h3 { font-size: 1rem; margin: 0 0 .4rem; }
figcaption { font-size: .82rem; color: #444; } figcaption a { color: #0072B2; }
.missing { font-size: .86rem; color: #444; border: 1px dashed #999; padding: .35rem .7rem; }
.alt { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
nav { font-size: .85rem; } nav a { margin-right: .8rem; color: #0072B2; }
@media print { body { max-width: none; font-size: 10pt; padding: 0; } nav { display: none; }
  h2 { break-after: avoid; } code { background: none; } @page { size: A4; margin: 14mm; }
  .warnings, .kind.real { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""


def text(words):
    return html.escape(str(words), quote=True)


def page(sections, drawings, folder):
    """@sections: (heading, run or None, figures); @drawings: {key: svg}."""
    parts = [head(), "<body>\n<main>\n"]
    for number, (heading, run, figures) in enumerate(sections):
        if heading:
            parts.append(f'<h2 id="section-{number}">{text(heading)}</h2>\n')
        if run is not None:
            parts.append(first_screen(run, number))
        parts += [figure_html(figure, drawings, folder) for figure in figures]
    parts.append("</main>\n</body>\n</html>\n")
    return "".join(parts)


def head():
    return ("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<link rel="icon" href="data:,">\n'
            f"<title>parkbench report</title>\n<style>{CSS}</style>\n</head>\n")


def first_screen(run, number):
    rows = answer.table(run)
    kind = run.kind
    heading = f"<h1>{text(run.name)}</h1>\n" if number == 0 else ""
    return (f'{heading}<p><span class="kind {text(kind)}">{text(answer.KINDS.get(kind, kind))}'
            f'</span></p>\n<p class="answer">{text(answer.headline(run, rows))}</p>\n'
            f"{warnings_html(answer.warnings(run, rows))}"
            f"<p><code>{text(run.command)}</code></p>\n"
            f"<p>{text(machine.describe(run))}; parkbench {text(run.fact('version'))}, commit "
            f"{text(run.fact('commit'))}; begun {text(run.json.get('start_utc'))}.</p>\n"
            f"{table_html(rows)}")


def warnings_html(found):
    if not found:
        return '<p class="fine">No warning: nothing speaks against these numbers.</p>\n'
    items = "".join(f"<li>{text(warning)}</li>" for warning in found)
    return (f'<div class="warnings"><strong>Before you believe it</strong><ul>{items}</ul></div>'
            "\n")


def table_html(rows):
    if not rows:
        return ""
    body = "".join(
        f"<tr>{first_column(rows, place)}<td class=\"arm\">{swatch(row.arm.contender)} "
        f"{text(row.arm)}</td><td>{text(estimate(row.cost))}</td><td>{text(ratio_text(row))}</td>"
        f"<td>{text(percent(row.share))}</td><td>{row.cost.n}</td></tr>\n"
        for place, row in enumerate(rows))
    return ("<table>\n<caption class=\"alt\">Cost of each contender</caption>\n<thead><tr>"
            "<th>what</th><th class=\"arm\">contender</th><th>per thread and cycle</th>"
            "<th>ratio to park</th><th>share of the cycle</th><th>blocks</th>"
            f"</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"
            "<p class=\"note\">In brackets 95 % intervals. Per thread: (quiesce + resume) / threads per "
            "CPU, median over blocks; ratio: paired by repetition; the offline itself, which no "
            "contender changes, is in the share.</p>\n")


def first_column(rows, place):
    """The cell's name once, over all of its rows."""
    cell = rows[place].cell
    if place and rows[place - 1].cell == cell:
        return ""
    span = sum(row.cell == cell for row in rows)
    return f'<th scope="rowgroup" rowspan="{span}">{text(cell)}</th>'


def ratio_text(row):
    return "1" if row.arm.contender == "park" else times(row.ratio)


def swatch(contender):
    """The line of the figures, in the table."""
    look = STYLES.get(contender)
    if look is None:
        return ""
    dash = "" if look.dash == "-" else \
        f' stroke-dasharray="{" ".join(str(2 * d) for d in look.dash[1])}"'
    return ('<svg viewBox="0 0 34 10" aria-hidden="true"><line x1="0" y1="5" x2="34" y2="5" '
            f'stroke="{look.color}" stroke-width="3"{dash}/></svg>')


def figure_html(figure, drawings, folder):
    if figure.canvas is None:
        return (f'<p class="missing" id="{figure.key}"><strong>{text(figure.title)}</strong>: '
                f"{text(figure.missing)}</p>\n")
    links = " · ".join(f'<a href="{text(folder)}/{figure.key}.{kind}">{kind.upper()}</a>'
                       for kind in ("svg", "png", "csv"))
    return (f'<figure id="{figure.key}">\n<h3>{text(figure.title)}</h3>\n'
            f'<p class="alt" id="{figure.key}-alt">{text(figure.alt)}</p>\n'
            f"{inline_svg(drawings[figure.key], figure)}\n"
            f"<figcaption>{text(figure.caption)} {links}</figcaption>\n</figure>\n")
