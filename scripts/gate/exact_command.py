# SPDX-License-Identifier: MIT
"""gate exact: one instruction more on the path is seen, on any machine.

Both builds run a short suite in the same deterministic guest, kernel included. The tenth percentile
and the median of each phase are compared exactly. Single samples move with unrelated changes, and
the minimum is one: with 250 cycles it moved by 14 instructions when the same objects were only
linked in another order, while these two stayed.
"""

import datetime
import hashlib
import json
import os
import shutil
import statistics
import tempfile

from gate import lab, origin, verdict
from gate.builds import compilers, library_hashes, program_of
from gate.check_command import own_program
from gate.command_line import Parser, add_outputs, command, finish, make_out, say
from gate.policy import PATH, Policy
from gate.problem import NOT_COMPARABLE, Problem
from gate.tables import series_name

HELP = """\
usage: parkbench gate exact --base BUILD|TABLE [--head BUILD] [OPTIONS]

Counts instructions per operation, kernel included, in a deterministic guest (parkbench lab), and
compares p10 and p50 exactly. TABLE is the exact.json of an earlier run. It only counts with the
same kernel, C library, compiler, QEMU and lab, told by their hashes; else the answer is exit 4.

  --head BUILD       a parkbench program or a build directory   (this parkbench)
  --kernel K         of the guest, as in 'lab run'              (6.1)
  --out DIR          report.md, junit.xml, verdict.json, exact.json of head
  --explain          in sentences        --policy FILE          another suite

exit: 0 the same or fewer, 1 more, 2 error, 4 not comparable, 5 run not valid, 77 no lab here
example: parkbench gate exact --base build-main --head build/release --out exact-report
"""

SCHEMA = "parkbench-exact/1"
SEED = 1
PHASES = ("quiesce", "resume")


def selection(cycles):
    return ["--workload", "toggle", "--duty", "sleep", "--contender", "park,recreate",
            "--threads-per-cpu", "1", "--cpus", "1", "--controller", "1", "--cycles", str(cycles),
            "--repetitions", "1", "--warmup", "1", "--passes", "timing",
            "--dwell-off", "0ns", "--dwell-on", "0ns", "--dither", "0ns"]


def main(words):
    if {"-h", "--help"} & set(words):
        print(HELP, end="")
        return 0
    parser = Parser("exact")
    parser.add_argument("--base", required=True)
    parser.add_argument("--head")
    parser.add_argument("--kernel", default="6.1")
    add_outputs(parser)
    options = parser.parse_args(words)
    policy = Policy(options.policy or PATH)
    head = program_of(options.head or own_program())
    base = load(options.base) if options.base.endswith(".json") else program_of(options.base)
    out = make_out(options.out)
    facts = {"command": command(["exact", *words]), "seed": SEED}
    try:
        base, head = tables(base, head, options.kernel, policy)
        check_keys(base["keys"], head["keys"])
        with open(os.path.join(out, "exact.json"), "w", encoding="utf-8") as file:
            json.dump(head, file, indent=1, sort_keys=True)
        answer = verdict.make("exact", list(compare(base["rows"], head["rows"])), policy,
                              keys=head["keys"], notes=origin.notes(
                                  base["origin"], head["origin"],
                                  policy.stored["baseline_days_max"]), **facts)
    except Problem as problem:
        answer = verdict.failed("exact", problem, policy, **facts)
    return finish(answer, out, options.explain)


def tables(base, head, kernel, policy):
    """Of base and head, measured at the same time, or base as it was stored."""
    is_stored = isinstance(base, dict)
    builds = [head] if is_stored else [base, head]
    if is_stored:
        known = keys_of_program(head)
        check_keys({key: base["keys"].get(key) for key in known}, known)
    say("guests")
    scratch = tempfile.mkdtemp(prefix="parkbench-gate.")
    try:
        outs = [os.path.join(scratch, str(i)) for i in range(len(builds))]
        runs = lab.run_guests([(lab.Guest(kernel, SEED, program),
                                selection(policy.lab["exact_cycles"]), out)
                               for program, out in zip(builds, outs)], 2)
        made = [{"origin": made_now(run),
                 **table_of(run, lab.facts_of(out), {**keys_of_program(program),
                                                     "cycles": policy.lab["exact_cycles"]})}
                for program, run, out in zip(builds, runs, outs)]
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return [base, *made] if is_stored else made


def made_now(run):
    """The guest's own clock is the same in all guests."""
    return {**origin.of_run(run),
            "utc": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            table = json.load(file)
        if table["schema"] != SCHEMA or not table["rows"]:
            raise ValueError(f"not {SCHEMA}, or without rows")
        return {"schema": SCHEMA, "keys": dict(table["keys"]),
                "origin": dict(table.get("origin", {})),
                "rows": {key: float(value) for key, value in table["rows"].items()}}
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Problem(f"{path} is damaged: {error!r}") from error


def table_of(run, facts, keys):
    run.check_valid()
    per_instruction = lab.ns_per_instruction(facts)
    values = {}
    for row in run.table("samples.csv"):
        if row["warmup"] == "0" and row["status"] == "ok" and row["phase"] in PHASES:
            values.setdefault(f"{series_name(row)} {row['phase']}", []).append(int(row["ns"]))
    if not values:
        raise Problem(f"{run.folder}: no samples: nothing would be compared")
    rows = {}
    for name, ns in values.items():
        rows[f"{name} p10"] = sorted(ns)[len(ns) // 10] / per_instruction
        rows[f"{name} p50"] = statistics.median(ns) / per_instruction
    keys = {**keys, "kernel_sha256": facts["kernel"]["sha256"], "qemu": facts["qemu_version"],
            "build": run.hard.get("build"), "arch": run.hard.get("arch")}
    return {"schema": SCHEMA, "keys": keys, "rows": rows}


def keys_of_program(program):
    """What the table only holds for, as far as it is known before a guest has run."""
    libraries = library_hashes(program)
    others = sorted(item for item in libraries.items() if item[0] != "libc.so.6")
    return {"libc_sha256": libraries.get("libc.so.6"),
            "libraries_sha256": hashlib.sha256(json.dumps(others).encode()).hexdigest(),
            "compiler": compilers(program), "lab_sha256": lab.own_sha256()}


def check_keys(base, head):
    different = [f"{key}: {base.get(key)!r} against {head.get(key)!r}"
                 for key in sorted(set(base) | set(head)) if base.get(key) != head.get(key)]
    if different:
        raise Problem(f"not comparable: {'; '.join(different)}", NOT_COMPARABLE)


def compare(base, head):
    for name in sorted(set(base) | set(head)):
        was, now = base.get(name), head.get(name)
        if was is None or now is None:
            yield {"gate": name, "verdict": "error", "base": was, "head": now, "tier": "exact",
                   "reason": "only on one side"}
            continue
        word = "pass" if now == was else "regression" if now > was else "better"
        reason = "to the instruction" if now == was else f"{now - was:+g} instructions"
        yield {"gate": name, "verdict": word, "base": was, "head": now, "tier": "exact",
               "reason": reason}
