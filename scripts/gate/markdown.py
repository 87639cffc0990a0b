# SPDX-License-Identifier: MIT
"""The page for a pull request: what failed first, all rows folded away below it."""

MAX_BYTES = 60000   # forges cut comments a little above that
MARKER = "<!-- parkbench gate -->"
SHOWN = ("regression", "inconclusive", "not comparable", "not valid", "error")


def render(verdict):
    parts = [MARKER, headline(verdict), "", facts(verdict), ""]
    if verdict.get("problem"):
        parts += [f"**{verdict['problem']}**", ""]
    shown = sorted((g for g in verdict["gates"] if g["verdict"] in SHOWN),
                   key=lambda g: (SHOWN.index(g["verdict"]), -times_floor(g)))
    if shown:
        parts += table(shown) + [""]
    parts += [f"- {note}" for note in verdict.get("notes", [])]
    parts += ["", *details(verdict), *how_to(verdict)]
    return fit("\n".join(parts).rstrip() + "\n")


def headline(verdict):
    count = verdict["regressions"] or verdict["inconclusive"]
    of = f" ({count} of {verdict['planned']})" if count else ""
    return f"### Gate {verdict['what']}: {verdict['verdict'].upper()}{of}, code {verdict['exit_code']}"


def facts(verdict):
    words = [f"planned {verdict['planned']}, compared {verdict['compared']}, inconclusive"
             f" {verdict['inconclusive']}"]
    for key, text in (("class", "class {}"), ("cpus", "CPU {}"), ("pairs", "{} launch pairs"),
                      ("floor", "floor of this run {}"), ("seed", "seed {}")):
        if verdict.get(key) is not None:
            words.append(text.format(verdict[key]))
    words.append(f"policy {verdict['policy_sha256'][:12]}")
    return " · ".join(words)


def table(gates):
    rows = ["| gate | base | head | ratio [interval] | margin | verdict |", "|---|---|---|---|---|---|"]
    return rows + [row(gate) for gate in gates]


def row(gate):
    if "ratio" in gate:
        last = gate["looks"][-1] if gate.get("looks") else {}
        cells = (gate["gate"], time(gate["base_ns"]), time(gate["head_ns"]),
                 interval(gate), number(last.get("margin")))
    else:
        cells = gate["gate"], value(gate.get("base")), value(gate.get("head")), "", "exact" \
            if gate.get("tier") == "exact" else ""
    verdict = gate["verdict"] if gate["verdict"] == "pass" else f"**{gate['verdict']}**"
    return "| " + " | ".join((*map(escape, cells), f"{verdict}: {escape(gate['reason'])}")) + " |"


def interval(gate):
    return f"{gate['ratio']:.3f} [{number(gate['low'])}, {number(gate['high'])}]"


def number(value):
    return "-" if value is None else f"{value:.3f}"


def value(content):
    return "-" if content is None else f"{content:g}" if isinstance(content, (int, float)) \
        else str(content)


def time(ns):
    if ns is None:
        return "-"
    for limit, unit in ((1e3, "ns"), (1e6, "us"), (1e9, "ms")):
        if ns < limit:
            return f"{ns / limit * 1e3:.3g} {unit}"
    return f"{ns / 1e9:.3g} s"


def escape(text):
    return str(text).replace("|", "\\|").replace("\n", " ")


def times_floor(gate):
    """How far above what another layout does; without a floor, above nothing."""
    effect = abs((gate.get("ratio") or 1) - 1)
    floor = abs((gate.get("floor_ratio") or 1.001) - 1)
    return effect / max(floor, 0.001)


def details(verdict):
    if not verdict["gates"]:
        return []
    lines = [f"<details><summary>all {len(verdict['gates'])} gates</summary>", ""]
    lines += table(verdict["gates"])
    if verdict.get("reported"):
        lines += ["", "Not gated:", "", "| series | metric | base | ratio [interval] |",
                  "|---|---|---|---|"]
        lines += [f"| {escape(r['series'])} | {r['metric']} | {time(r['base_ns'])} |"
                  f" {interval(r)} |" for r in verdict["reported"]]
    return lines + ["", "</details>", ""]


def how_to(verdict):
    if not verdict.get("command"):
        return []
    return ["reproduce: `" + verdict["command"].replace("`", "'") + "`"]


def fit(text):
    if len(text.encode()) <= MAX_BYTES:
        return text
    cut = text.encode()[:MAX_BYTES].decode("utf-8", "ignore").rsplit("\n", 1)[0]
    return cut + "\n\n</details>\n\n*cut here: verdict.json has all of it*\n"
