#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""make_run.py DIR [CYCLES] - a run directory of known numbers, for the tests of the report.

Invented, and so made that the answers are known: recreate takes exactly twice as long as park.
"""

import csv
import json
import math
import os
import sys

HEAD = ["schema", "hotplug_kind", "hotplug", "cell", "workload", "duty", "threads_per_cpu", "arm",
        "pin", "stack_bytes", "stack_touch_bytes", "data_touch_bytes", "controller_cpu",
        "controller_wait", "sched", "fifo_priority", "is_idle_held", "controller"]
SAMPLES = ["block", "repetition", "warmup", "seq", "lane", "planned_ns", "started_ns", "cpu",
           "real_cpu", "action", "phase", "ns", "status", "reason", "trace"]
STEPS = ["block", "repetition", "pass", "warmup", "trace", "seq", "action", "cpu", "first_online",
         "state", "state_name", "direction", "is_rollback", "function", "is_multi", "depth", "tid",
         "runs_on", "begin_ns", "ns", "result", "status", "reason"]
KPARK = ["block", "repetition", "pass", "warmup", "trace", "seq", "action", "cpu", "first_online",
         "state", "state_name", "call", "thread", "thread_tid", "caller", "tid", "runs_on",
         "begin_ns", "ns", "result", "status", "reason"]
BYSTANDER = ["block", "repetition", "warmup", "seq", "cpu", "real_cpu", "action", "phase",
             "bystander_cpu", "kind", "distance", "window_ns", "threshold_ns", "gap_begin_ns",
             "worst_gap_ns", "status", "reason", "quiet_gap_ns", "quiet_age_ns", "quiet_status",
             "quiet_reason", "trace"]
SUMMARY = ["phase", "statistic", "value", "unit", "ci_low", "ci_high", "ci_level", "n",
           "replicate", "reference", "method", "status", "reason", "kind", "distance"]
MEMORY = ["nr_threads", "nr_alive", "anonymous_bytes", "virtual_bytes", "page_table_bytes",
          "kernel_stack_bytes", "status", "reason"]
COUNTERS = ["phase", "event", "mode", "value", "unit", "nr_cycles", "per_cycle", "running_share",
            "source", "status", "reason"]
BLOCKS = ["block", "repetition", "pass", "warmup", "begin_ns", "end_ns", "done_per_s", "nr_items",
          "nr_items_missed", "wait_p50_ns", "wait_p99_ns", "wait_max_ns"]
SPINS = ["nr_done", "spin_ns", "nr_spins", "nr_spins_won", "spun_ns"]
LIMITS = ["schema", "suite", "case", "role", "near_cpu", "far_cpu", "distance", "nr_threads",
          "statistic", "value", "ci_low", "ci_high", "n"]
ARMS = {"park": 1, "recreate": 2, "rebind": 0.5}
VICTIMS, STAYERS, THREADS = (2, 3), (0, 1), (1, 4)
FACTS = {"cpu_model": "Test CPU", "nr_online": 4, "kernel_release": "6.1.0-test", "hz": 250,
         "hypervisor": "none", "isolated": "1", "version": "0", "commit": "0", "build": "gcc/Release"}


class RunMaker:
    """One run; @knobs makes arms of contender and knob, and the column appears.

    @spun_ns: what park spins per cycle; None: from before that was recorded.
    """

    def __init__(self, path, cycles=8, repetitions=6, knobs=(), spun_ns=None):
        self.spun_ns = spun_ns
        self.path, self.cycles, self.repetitions = path, cycles, repetitions
        self.knobs = list(knobs) or [""]
        self.head = HEAD + (["knob"] if knobs else [])
        self.has_knob = bool(knobs)
        os.makedirs(path, exist_ok=True)

    def row_head(self, cell, arm, knob):
        row = [1, "real", "sysfs", cell, "walk", "sleep", THREADS[cell], arm, "attribute, again",
               262144, 65536, 0, 0, "block", "other", "", 0, "mixed"]
        return row + ([knob] if self.has_knob else [])

    def write(self, name, columns, rows):
        with open(os.path.join(self.path, name + ".csv"), "w", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(self.head + columns)
            out.writerows(rows)

    def blocks(self):
        """(block, repetition, cell, arm, knob): repetition 0 is warm-up."""
        number = 0
        for repetition in range(self.repetitions + 1):
            for cell in range(len(THREADS)):
                for knob in self.knobs:
                    for arm in ARMS:
                        yield number, repetition, cell, arm, knob
                        number += 1

    def phases(self, cell, arm, seq):
        """Of a cycle: quiesce, offline | online, wake, first_work; waves, so that bands show."""
        wave = 1 + 0.3 * math.sin(seq * 1.7) ** 8
        own = int(10000 * THREADS[cell] * ARMS[arm] * wave)
        return ({"quiesce": own, "offline": int(30e6 * wave)},
                {"online": int(20e6 * wave), "wake": own, "first_work": own // 10})

    def samples(self):
        for block, repetition, cell, arm, knob in self.blocks():
            head, time = self.row_head(cell, arm, knob), 1000
            for cycle in range(self.cycles):
                for half, phases in enumerate(self.phases(cell, arm, cycle)):
                    if half:
                        phases = dict(phases, resume=phases["wake"] + phases["first_work"])
                    whole = sum(ns for name, ns in phases.items() if name != "resume")
                    cpu = VICTIMS[cycle % len(VICTIMS)]
                    for phase, ns in [*phases.items(), ("total", whole)]:
                        yield head + [block, repetition, int(repetition == 0), 2 * cycle + half, 0,
                                      time, time, cpu, cpu, "online" if half else "offline",
                                      phase, ns, "ok", "", "steps"]
                    time += whole + 1000000

    def steps(self):
        parts = (("sched:active", "sched_cpu_deactivate", 1, 15000000),
                 ("smpboot/threads:online", "smpboot_park_threads", 1, 100000))
        for block, repetition, cell, arm, knob in self.blocks():
            for cycle in range(min(self.cycles, 4)):
                lead = self.row_head(cell, arm, knob) + [block, repetition, "timing",
                                                         int(repetition == 0), "steps", 2 * cycle,
                                                         "offline", 2, 0]
                begin = cycle * 100000000
                # 1 ms of the outer step is its own.
                yield lead + [236, "online", "down", 0, "cpuhp_kick_ap_work", 0, 0, 7, 0, begin,
                              16100000, 0, "ok", ""]
                for number, (state, function, depth, ns) in enumerate(parts):
                    yield lead + [200 - number, state, "down", 0, function, 0, depth, 8, 2,
                                  begin + 1000 * (number + 1), ns, 0, "ok", ""]

    def kpark(self):
        for block, repetition, cell, arm, knob in self.blocks():
            for call in range(8):
                yield self.row_head(cell, arm, knob) + [
                    block, repetition, "kernel", int(repetition == 0), "calls", 2 * call,
                    "offline", 2, 0, 156, "smpboot/threads:online", "park", "ksoftirqd/2", 20,
                    "cpuhp/2", 8, 2, call, 12000 + call, 0, "ok", ""]

    def bystander(self):
        for block, repetition, cell, arm, knob in self.blocks():
            for victim in VICTIMS:
                for stayer in STAYERS:
                    gap = 1000000 * (1 + stayer) if victim == 2 else ""
                    yield self.row_head(cell, arm, knob) + [
                        block, repetition, int(repetition == 0), victim, victim, victim, "offline",
                        "offline", stayer, "spin", "node", 30000000, 5000, 1, gap,
                        "ok" if gap else "below", "", "", 0, "below", "", "steps"]

    def summary(self):
        for cell in range(len(THREADS)):
            for knob in self.knobs:
                for arm in ARMS:
                    head, tail = self.row_head(cell, arm, knob), [""] * self.has_knob
                    yield head + ["", "threads_share", 0.01 * ARMS[arm], "ratio",
                                  0.009 * ARMS[arm], 0.011 * ARMS[arm], 0.96, self.repetitions,
                                  "block", "", "median", "ok", "", "", "", *tail]
                    if arm != "park":
                        yield head + ["total", "ratio", 1.01, "ratio", 1.0, 1.02, 0.96,
                                      self.repetitions, "pair", "park", "", "ok", "", "", "", *tail]

                    if knob != self.knobs[0]:
                        yield head + ["offline", "knob_ratio", 0.25, "ratio", 0.2, 0.3,
                                           0.96, self.repetitions, "pair", arm, "", "ok", "", "",
                                           "", self.knobs[0]]

    def felt(self):
        """With recreate half as much is done as with park."""
        for block, repetition, cell, arm, knob in self.blocks():
            yield self.row_head(cell, arm, knob) + [
                block, repetition, "timing", int(repetition == 0), 0, 1, 1000 / ARMS[arm], 100, 2,
                10000, 100000 * ARMS[arm], 1000000, *self.spins(arm)]

    def spins(self, arm):
        if self.spun_ns is None:
            return []
        if arm != "park":
            return [2 * self.cycles, "", "", "", ""]
        return [2 * self.cycles, 50000, self.cycles, self.cycles - 1, self.spun_ns * self.cycles]

    def memory(self):
        for cell in range(len(THREADS)):
            for arm in ARMS:
                n, alive = THREADS[cell], 0 if arm == "recreate" else THREADS[cell]
                yield self.row_head(cell, arm, self.knobs[0]) + [
                    n, alive, 73728 * n, 0, 0, 16384 * alive, "ok", ""]

    def counters(self):
        for cell in range(len(THREADS)):
            for arm, factor in ARMS.items():
                for event, value in (("context-switches", 8 * factor), ("page-faults", 0 if
                                     factor == 1 else 48), ("task-clock", 90000 * factor)):
                    yield self.row_head(cell, arm, self.knobs[0]) + [
                        "total", event, "all", value, "count", 1, value, 1, "perf", "exact", ""]

    def matrix(self):
        """Of parkbench limits: park takes twice the floor, and more between packages."""
        for waker in range(4):
            for sleeper in range(4):
                ns = 5000 if waker == sleeper else 20000 + 10000 * ((waker + sleeper) % 2)
                for case, role, factor in (("futex_round_trip", "floor", 1), ("park", "facility", 2)):
                    yield [1, "matrix", case, role, waker, sleeper, "cache", 1, "p50",
                           ns * factor, ns, 2 * ns, 6]

    def at_once(self):
        """One call takes half of one by one."""
        for count in (16, 64):
            for case, role, ns in (("switch_pair", "floor", 1000),
                                   ("park_many", "facility", 5000 * count),
                                   ("park_loop", "facility", 10000 * count)):
                yield [1, "limits", case, role, 0, 1, "cache", count, "p50", ns, 0.9 * ns,
                       1.1 * ns, 6]

    def run_json(self):
        cpus = [{"cpu": cpu, "order": (0, 2, 1, 3)[cpu], "package": cpu % 2, "die": None,
                 "numa_node": cpu % 2, "l3": cpu % 2, "l2": cpu, "core": cpu, "thread": 0,
                 "kind": 0, "is_online": True, "is_removable": cpu > 0} for cpu in range(4)]
        files = [{"name": name, "bytes": os.path.getsize(os.path.join(self.path, name))}
                 for name in sorted(os.listdir(self.path)) if name.endswith(".csv")]
        run = {"schema": "parkbench-run/1", "run_id": "invented", "start_utc": "2026-01-01T00:00:00Z",
               "argv": ["run", "--hotplug", "sysfs", "--out", "somewhere"], "exit_code": 0,
               "params": {"controller_cpu": 0, "stack_touch_bytes": 65536}, "cpus": cpus,
               "counts": {"planned": 10, "refused": 0}, "counters": {}, "warnings": [],
               "steal_percent": 0, "files": files, "fingerprint": {"hard": {"kernel": "6.1"}},
               "environment": {"before": FACTS}}
        with open(os.path.join(self.path, "run.json"), "w") as file:
            json.dump(run, file)

    def make(self):
        for name, columns, rows in (
                ("samples", SAMPLES, self.samples()), ("steps", STEPS, self.steps()),
                ("kpark", KPARK, self.kpark()), ("bystander", BYSTANDER, self.bystander()),
                ("summary", SUMMARY + ["reference_knob"] * self.has_knob, self.summary()), ("memory", MEMORY, self.memory()),
                ("counters", COUNTERS, self.counters()),
                ("blocks", BLOCKS + SPINS * (self.spun_ns is not None), self.felt())):
            self.write(name, columns, rows)
        self.run_json()
        return self.path

    def make_matrix(self):
        self.head = []
        self.write("limits", LIMITS, self.matrix())
        self.run_json()
        return self.path

    def make_limits(self):
        self.head = []
        self.write("limits", LIMITS, self.at_once())
        self.run_json()
        return self.path


if __name__ == "__main__":
    RunMaker(sys.argv[1], *(int(n) for n in sys.argv[2:])).make()
