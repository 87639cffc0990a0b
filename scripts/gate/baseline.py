# SPDX-License-Identifier: MIT
"""The checked-in counts: read, compared, and written by promote, which never loosens.

One row per line, sorted, so that a change can be reviewed like code. A row that has to become
looser (more calls, a wider band, one row less) is edited by hand, with a reason in the commit.
"""

import json
import os
from typing import NamedTuple

from gate.counts import BAND, EXACT, band_around
from gate.problem import ERROR, NOT_COMPARABLE, Problem

SCHEMA = "parkbench-counts/1"
KEYS = ("arch", "libc")


class Baseline(NamedTuple):
    applies: dict
    rows: dict
    origin: dict = {}    # of the build that was promoted last


def applies_to(run):
    """What the counts depend on: pthread_create is the C library's."""
    return {"arch": run.hard.get("arch"), "libc": run.soft.get("libc")}


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        rows = {f"{row['series']}: {row['what']}": row for row in content["rows"]}
        for row in rows.values():
            if "band" in row:
                low, high = map(float, row["band"])
                if low > high:
                    raise ValueError(f"an empty band of {row['what']}")
            else:
                float(row["exact"])
    except OSError as error:
        raise Problem(f"baseline {path}: {error.strerror}; gate promote writes one") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(f"baseline {path} is damaged: {error!r}") from error
    if content.get("schema") != SCHEMA:
        raise Problem(f"baseline {path} is not {SCHEMA}")
    if not rows:
        raise Problem(f"baseline {path} has no rows: nothing would be compared")
    return Baseline(content["applies_to"], rows, content.get("origin") or {})


def check_applies(applies, run, path):
    ours = applies_to(run)
    different = [f"{key}: {applies.get(key)} there, {ours[key]} here" for key in KEYS
                 if applies.get(key) != ours[key]]
    if different:
        raise Problem(f"{path} is of another machine: {'; '.join(different)}", NOT_COMPARABLE)


def compare(rows, passes):
    """One verdict per row; passes: the counts of one pass, or of several when bands were left.

    A band row fails only if it is above in every pass: one disturbed pass is no finding. Below is
    none either: beside other load fewer threads find each other asleep, and recreate of one thread
    makes 3 futex calls per cycle in place of 8.
    """
    last = passes[-1]
    for key in sorted(set(rows) | set(last)):
        row = rows.get(key)
        values = [counts[key].value if key in counts else absent(row) for counts in passes]
        if row is None:
            yield verdict(key, "regression", None, values[-1], "is counted, and not in the"
                          " baseline: gate promote adds it", last[key].kind)
        elif None in values:
            yield verdict(key, "skipped", row["band"], None, "cannot be counted here", BAND)
        elif "band" in row:
            yield of_band(key, row["band"], values)
        else:
            yield of_exact(key, row["exact"], values[-1])


def absent(row):
    """No call of a kind is none; a counter that cannot be read is not 0."""
    if "band" not in row or row["what"].startswith("syscall "):
        return 0
    return None


def of_exact(key, was, now):
    if now == was:
        return verdict(key, "pass", was, now, "as in the baseline", EXACT)
    what = "more than" if now > was else "less than: if this is meant, gate promote;"
    return verdict(key, "regression", was, now, f"{what} the baseline's {was:g}", EXACT)


def of_band(key, band, values):
    low, high = band
    shown = f"[{low:g}, {high:g}]"
    if min(values) > high:
        return verdict(key, "regression", shown, values[-1],
                       f"above the band {shown} in {len(values)} passes", BAND)
    if max(values) < low:
        return verdict(key, "better", shown, values[-1], f"below the band {shown}", BAND)
    return verdict(key, "pass", shown, values[-1], "within the band", BAND)


def is_outside(rows, counts):
    """Would a band fail on this one pass?"""
    return any(answer["verdict"] == "regression" and answer["tier"] == BAND
               for answer in compare(rows, [counts]))


def verdict(key, word, base, head, reason, tier):
    return {"gate": key, "verdict": word, "base": base, "head": head, "unit": "", "tier": tier,
            "reason": reason}


def make_rows(passes, policy):
    """Rows of several passes of one build. An exact row that is not the same in all is none."""
    rows, unsteady = {}, []
    for key, count in sorted(passes[0].items()):
        values = [counts[key].value if key in counts else None for counts in passes]
        row = {"series": count.series, "what": count.what, "unit": count.unit}
        if None in values or (count.kind == EXACT and len(set(values)) > 1):
            unsteady.append(f"{key} ({', '.join(map(str, values))})")
        elif count.kind == EXACT:
            rows[key] = {**row, "exact": values[0]}
        else:
            rows[key] = {**row, "band": list(band_around(min(values), max(values), count.series,
                                                         policy.counts))}
    if unsteady:
        raise Problem(f"not the same in every pass, so no exact count: {'; '.join(unsteady)}")
    return rows


def tightened(old, new):
    """The rows to write. What would be looser is refused by name."""
    looser = [f"{key} is gone" for key in old if key not in new]
    rows = {}
    for key, row in new.items():
        was = old.get(key)
        if was and "exact" in was and "exact" in row and row["exact"] > was["exact"]:
            looser.append(f"{key}: {was['exact']:g} would become {row['exact']:g}")
        elif was and ("exact" in was) != ("exact" in row):
            looser.append(f"{key}: another kind of row")
        # A band is what other machines may show too; one machine alone does not move it.
        rows[key] = was if was and "band" in was else row
    if looser:
        raise Problem("promote never loosens; edit the file by hand and say why: "
                      + "; ".join(sorted(looser)), ERROR)
    return rows


def write(path, baseline):
    rows = baseline.rows
    lines = ",\n".join("  " + json.dumps(rows[key]) for key in sorted(rows))
    text = (f'{{"schema": {json.dumps(SCHEMA)},\n "applies_to": {json.dumps(baseline.applies)},\n'
            f' "origin": {json.dumps(baseline.origin)},\n "rows": [\n{lines}\n]}}\n')
    temporary = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from error
