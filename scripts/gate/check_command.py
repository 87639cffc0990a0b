# SPDX-License-Identifier: MIT
"""gate check, gate promote: one build against the checked-in counts."""

import os

from gate import baseline, counts, machine, origin, verdict
from gate.builds import program_of
from gate.command_line import Parser, add_outputs, finish, make_out
from gate.policy import PATH, Policy
from gate.problem import NOT_VALID, Problem

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BASELINE = os.path.join(ROOT, "results", "baseline", "counts.json")

CHECK_HELP = """\
usage: parkbench gate check [--build BUILD] [OPTIONS]

Counts system calls, threads, context switches and faults of a build, a few seconds, and compares
them with the checked-in file: exact ones must be equal, the others not above their bands.

  --build BUILD      a parkbench program or a build directory   (this parkbench)
  --run DIR          counts of that run directory instead of a new run
  --baseline FILE    (results/baseline/counts.json of the source)
  --cpu N            where all of it runs                       (the last one allowed)
  --out DIR          report.md, junit.xml, verdict.json
  --explain          in sentences        --policy FILE          other passes and bands

exit: 0 pass, 1 something differs, 2 error, 4 counts of another machine, 5 run not valid
example: parkbench gate check --build build/dev
"""

PROMOTE_HELP = """\
usage: parkbench gate promote [--build BUILD] [OPTIONS]

Counts a build several times and writes the file that gate check compares with. Rows become tighter
or are added; what would become looser is refused by name: edit the file by hand and say why.

  --build BUILD      a parkbench program or a build directory   (this parkbench)
  --baseline FILE    (results/baseline/counts.json of the source)
  --cpu N            where all of it runs                       (the last one allowed)
  --policy FILE      other passes and bands
  --allow-dirty      a build of changes that are not committed

exit: 0 written or already so, 2 refused
example: parkbench gate promote --build build/release
"""


def own_program():
    program = os.environ.get("PARKBENCH_PROGRAM")
    if not program:
        raise Problem("no --build given, and started by itself: name a build")
    return program


def parser_of(name):
    parser = Parser(name)
    parser.add_argument("--build")
    parser.add_argument("--baseline", default=BASELINE)
    parser.add_argument("--cpu", type=int)
    return parser


def check(words):
    if {"-h", "--help"} & set(words):
        print(CHECK_HELP, end="")
        return 0
    parser = parser_of("check")
    parser.add_argument("--run")
    add_outputs(parser)
    options = parser.parse_args(words)
    if options.run and options.build:
        raise Problem("--run and --build exclude each other: a run has its counts already")
    policy = Policy(options.policy or PATH)
    out = make_out(options.out)
    try:
        gates, notes = compare(options, policy)
        answer = verdict.make("check", gates, policy, notes=notes)
    except Problem as problem:
        answer = verdict.failed("check", problem, policy)
    return finish(answer, out, options.explain)


def compare(options, policy):
    """(gates, notes)."""
    applies, rows, stored = baseline.load(options.baseline)
    if options.run:
        run = counts.Run(options.run)
        baseline.check_applies(applies, run, options.baseline)
        return (list(baseline.compare(rows, [counts.read(run, policy)])),
                origin.notes(stored, origin.of_run(run), None))
    program = program_of(options.build or own_program())
    cpu = options.cpu if options.cpu is not None else machine.default_cpu()
    passes = []
    for _ in range(policy.counts["passes_outside_band"]):
        found, run = counts.measure(program, cpu, policy)
        baseline.check_applies(applies, run, options.baseline)
        passes.append(found)
        if not baseline.is_outside(rows, found):
            break
    return list(baseline.compare(rows, passes)), origin.notes(stored, origin.of_run(run), None)


def promote(words):
    if {"-h", "--help"} & set(words):
        print(PROMOTE_HELP, end="")
        return 0
    parser = parser_of("promote")
    parser.add_argument("--policy")
    parser.add_argument("--allow-dirty", action="store_true")
    options = parser.parse_args(words)
    policy = Policy(options.policy or PATH)
    program = program_of(options.build or own_program())
    cpu = options.cpu if options.cpu is not None else machine.default_cpu()
    passes = []
    for _ in range(policy.counts["passes_to_promote"]):
        found, run = counts.measure(program, cpu, policy)
        passes.append(found)
    check_clean(run, options)
    applies, old, stored = baseline.applies_to(run), {}, None
    if os.path.exists(options.baseline):
        before, old, stored = baseline.load(options.baseline)
        baseline.check_applies(before, run, options.baseline)
    rows = baseline.tightened(old, baseline.make_rows(passes, policy))
    changed = sorted(key for key in rows if rows[key] != old.get(key))
    if changed or not stored:
        baseline.write(options.baseline, baseline.Baseline(
            applies, rows, {"commit": run.before.get("commit")}))
    for key in changed:
        print(f"written: {key}")
    print(f"{options.baseline}: {len(rows)} rows, {len(changed)} new or tighter")
    return 0


def check_clean(run, options):
    commit = run.before.get("commit") or ""
    if commit.endswith("-dirty") and not options.allow_dirty:
        raise Problem(f"the build is of {commit}: commit first, so that the counts have an origin",
                      NOT_VALID)
