# SPDX-License-Identifier: MIT
"""Tier 0: what is counted, not timed, so that it needs no statistics and no quiet machine.

Exact rows are whole numbers per cycle and must be equal. Band rows (futex calls, context switches,
migrations, faults) depend on who is faster, a little; they must stay within limits. Both come from
the counting, syscalls and memory passes of `parkbench run`, with the controller on the same CPU.
"""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from gate.problem import NOT_VALID, Problem
from gate.tables import Run, series_name

RUN_S = 300
EXACT, BAND = "exact", "band"
AWAY = "threads while away"
# What compare() rests on. counters.csv is none of it: its rows are bands, and depend on the PMU.
COMPARED = ("events.csv", "syscalls.csv", "memory.csv")


@dataclass(frozen=True)
class Count:
    series: str
    what: str
    unit: str
    kind: str      # EXACT or BAND
    value: float   # per cycle, or what the unit says

    @property
    def key(self):
        return f"{self.series}: {self.what}"

    @property
    def table(self):
        if self.what.startswith("syscall "):
            return "syscalls.csv"
        if self.what == AWAY:
            return "memory.csv"
        return "counters.csv" if self.kind == BAND else "events.csv"


def selection(cpu, counts):
    return ["--workload", "toggle", "--duty", "sleep", "--contender", ",".join(counts["contenders"]),
            "--threads-per-cpu", ",".join(map(str, counts["threads_per_cpu"])),
            "--cpus", str(cpu), "--controller", str(cpu), "--cycles", str(counts["cycles"]),
            "--repetitions", "1", "--warmup", "0", "--passes", "counting,syscalls,memory",
            "--dwell-off", "0ns", "--dwell-on", "0ns", "--dither", "0ns"]


def measure(program, cpu, policy):
    """(counts, facts of the run): one run of the build in a folder that is gone afterwards."""
    folder = tempfile.mkdtemp(prefix="parkbench-gate.")
    try:
        out = os.path.join(folder, "run")
        command = [program, "run", *selection(cpu, policy.counts), "--out", out]
        try:
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, timeout=RUN_S, check=False)
        except OSError as error:
            raise Problem(f"cannot start {program}: {error.strerror}") from error
        except subprocess.TimeoutExpired:
            raise Problem(f"{program} counted for more than {RUN_S} s", NOT_VALID) from None
        if ended.returncode:
            said = ended.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason"]
            raise Problem(f"counting with {program}: exit {ended.returncode}: {said[-1]}",
                          2 if ended.returncode == 2 else NOT_VALID)
        run = Run(out)
        return read(run, policy), run
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def read(run, policy):
    """{key: Count} of a run directory."""
    run.check_valid()
    found = [*steps(run), *syscalls(run, policy.counts), *threads(run),
             *counters(run, policy.counts)]
    if not found:
        raise Problem(f"{run.folder}: nothing was counted: nothing would be compared")
    return {count.key: count for count in found}


def steps(run):
    """Transitions requested and seen, and threads in a wrong place."""
    sums = {}
    for row in run.table("events.csv"):
        of = sums.setdefault(series_name(row), {"requested": 0, "seen": 0, "wrong": 0})
        of["requested"] += 1
        of["seen"] += row["status"] == "ok"
        of["wrong"] += whole(row["nr_wrong_cpu"]) + whole(row["nr_affinity_lost"])
    for series, of in sums.items():
        yield Count(series, "transitions not seen", "of all", EXACT, of["requested"] - of["seen"])
        yield Count(series, "threads on a wrong CPU", "of all", EXACT, of["wrong"])


def whole(text):
    return int(text) if text else 0


def syscalls(run, counts):
    for row in run.table("syscalls.csv"):
        if row["phase"] != "total":
            continue
        kind = BAND if row["syscall"] in counts["banded_syscalls"] else EXACT
        yield Count(series_name(row), f"syscall {row['syscall']}", "per cycle", kind,
                    round(float(row["per_cycle"]), 4))


def threads(run):
    """Threads that exist while all CPUs are away: one too many is leaked."""
    for row in run.table("memory.csv"):
        if row["status"] == "ok":
            yield Count(series_name(row), AWAY, "threads", EXACT, int(row["nr_alive"]))


def counters(run, counts):
    for row in run.table("counters.csv"):
        if (row["phase"] == "total" and row["event"] in counts["banded_counters"]
                and row["status"] == "exact" and row["mode"] == "all"):
            yield Count(series_name(row), row["event"], "per cycle", BAND,
                        round(float(row["per_cycle"]), 4))


def band_around(low, high, series, counts):
    """What other machines may show: the policy's share, and a bit for each thread."""
    nr_threads = int(series.split("threads:")[1].split("/")[0])
    slack = counts["band_share"] * high + counts["band_per_thread"] * nr_threads
    return max(0.0, round(low - slack, 4)), round(high + slack, 4)


def compare(base, head):
    """Two builds, counted minutes apart: a finding per exact row, more is a regression.

    A system call that has no row was not made, where the series has others. A series without any
    row was not counted: that is no verdict.
    """
    missing = set()
    for table in COMPARED:
        was, now = series_of(base, table), series_of(head, table)
        missing |= {(table, series) for series in was ^ now}
        yield from not_counted(table, was, now)
    for key in sorted(set(base) | set(head)):
        of = head.get(key) or base[key]
        if of.kind != EXACT or (of.table, of.series) in missing:
            continue
        was = base[key].value if key in base else 0
        now = head[key].value if key in head else 0
        yield {"gate": key, "verdict": judge(of, was, now), "base": was, "head": now,
               "unit": of.unit, "tier": EXACT, "reason": change(was, now, of.unit)}


def series_of(counts, table):
    return {count.series for count in counts.values() if count.table == table}


def not_counted(table, base, head):
    for arm, of, other in (("base", base, head), ("head", head, base)):
        if other - of:
            yield {"gate": f"{table} of {arm}", "verdict": "not valid", "base": None, "head": None,
                   "unit": "", "tier": EXACT,
                   "reason": f"{arm} has no counts of {', '.join(sorted(other - of))}"}
    if not base | head:
        yield {"gate": table, "verdict": "skipped", "base": None, "head": None, "unit": "",
               "tier": EXACT, "reason": "neither build was counted: nothing is compared"}


def judge(of, was, now):
    """Fewer of a cost is better; a parked thread that is gone was lost."""
    if was == now:
        return "pass"
    return "better" if now < was and of.what != AWAY else "regression"


def change(was, now, unit):
    if was == now:
        return f"{now:g} {unit}, as before"
    return f"{was:g} became {now:g} {unit}"
