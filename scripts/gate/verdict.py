# SPDX-License-Identifier: MIT
"""verdict.json: all that was decided and why. The other outputs are made from it alone."""

import datetime
import json
import os

from gate import junit, markdown
from gate.problem import (ERROR, INCONCLUSIVE, NAMES, NOT_COMPARABLE, NOT_VALID, PASS, REGRESSION,
                          Problem, worst)

SCHEMA = "parkbench-verdict/1"

# Skipped counts for nothing: neither for a pass nor against it.
CODES = {"pass": PASS, "better": PASS, "regression": REGRESSION, "inconclusive": INCONCLUSIVE,
         "not comparable": NOT_COMPARABLE, "not valid": NOT_VALID, "error": ERROR}


def make(what, gates, policy, **facts):
    """A verdict over gates, [{"gate", "verdict", "reason", ...}]. No gate at all is an error."""
    words = [gate["verdict"] for gate in gates]
    code = worst(CODES[word] for word in words if word != "skipped")
    return {
        "schema": SCHEMA, "what": what, "verdict": NAMES[code], "exit_code": code,
        "utc": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "planned": len(gates),
        "compared": sum(word in ("pass", "better", "regression", "inconclusive") for word in words),
        "regressions": words.count("regression"), "inconclusive": words.count("inconclusive"),
        "policy_sha256": policy.sha256, **facts, "gates": gates,
    }


def failed(what, problem, policy, **facts):
    """What ended before there was a verdict is written down as well."""
    answer = make(what, [], policy, **facts)
    answer.update(exit_code=problem.code, verdict=NAMES.get(problem.code, "error"),
                  problem=str(problem))
    return answer


def write(folder, verdict):
    """All outputs, verdict.json last. Before the process ends, whatever its exit code."""
    outputs = {"report.md": markdown.render(verdict), "junit.xml": junit.render(verdict),
               "verdict.json": json.dumps(verdict, indent=1, allow_nan=False) + "\n"}
    try:
        os.makedirs(folder, exist_ok=True)
        for name, text in outputs.items():
            path = os.path.join(folder, name)
            with open(f"{path}.new", "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(f"{path}.new", path)
    except OSError as error:
        raise Problem(f"{folder}: {error.strerror}") from error


def last_line(verdict):
    """For machines."""
    return (f"gate: verdict={verdict['verdict'].replace(' ', '-')} planned={verdict['planned']}"
            f" compared={verdict['compared']} regressions={verdict['regressions']}"
            f" inconclusive={verdict['inconclusive']} code={verdict['exit_code']}")
