# SPDX-License-Identifier: MIT
"""Launch pairs: every arm is started afresh, and the token goes round among them.

The arms of a pair live at the same time on the same CPUs, but only one works: the others wait for
their token. In each series the order of the arms is drawn for the pair and turned round with every
round (ABBA), so that what drifts hits all alike. One pair gives one value per series and phase: the
median over its rounds of log(arm / base). Blocks inside a launch are never taken for independent.
"""

import math
import statistics

from gate import machine
from gate.live import Live
from gate.problem import NOT_VALID, Problem

BASE, HEAD, FLOOR = "base", "head", "floor"


class Experiment:
    def __init__(self, programs, selection, timing, rng):
        self.programs = programs      # {arm: path}
        self.selection = selection
        self.timing = timing
        self.rng = rng
        self.phases = [timing["gated_phase"], *timing["reported_phases"]]
        self.nr_pairs = 0
        self.values = {arm: {} for arm in programs if arm != BASE}  # {(series, phase): [x]}
        self.base_ns = {}             # {(series, phase): [median of the pair]}
        self.switches = {arm: {} for arm in programs}               # {series: [per cycle]}
        self.steal_pct = []

    def run_until(self, nr_pairs, report=lambda done: None):
        while self.nr_pairs < nr_pairs:
            self.run_pair()
            report(self.nr_pairs)

    def run_pair(self):
        before = machine.cpu_ticks()
        order = list(self.programs)
        self.rng.shuffle(order)
        live = {}
        try:
            for arm in order:
                padding = self.rng.randrange(self.timing["padding_bytes_max"])
                live[arm] = Live(arm, self.programs[arm], self.selection, padding)
            series = same_series({arm: live[arm].read_series() for arm in order})
            names = list(series[BASE])
            self.rng.shuffle(names)
            for name in names:
                self.run_series(name, live, {arm: series[arm][name] for arm in order})
        finally:
            for process in live.values():
                process.close()
        self.steal_pct.append(machine.steal_pct(before, machine.cpu_ticks()))
        self.nr_pairs += 1

    def run_series(self, name, live, numbers):
        order = list(live)
        for _ in range(self.timing["warmup_blocks_per_launch"]):
            for arm in order:
                live[arm].measure(numbers[arm])
        self.rng.shuffle(order)
        rounds = []
        for _ in range(self.timing["block_pairs_per_launch"]):
            rounds.append({arm: live[arm].measure(numbers[arm]) for arm in order})
            order.reverse()
        self.keep(name, rounds)

    def keep(self, name, rounds):
        for arm in self.programs:
            per_cycle = [r[arm]["voluntary_switches"] / r[arm]["cycles"] for r in rounds]
            self.switches[arm].setdefault(name, []).append(statistics.median(per_cycle))
        for phase in self.phases:
            word = f"{phase}_p50_ns"
            if any(r[arm].get(word, 0) <= 0 for r in rounds for arm in self.programs):
                if phase == self.timing["gated_phase"]:
                    raise Problem(f"{name}: a block without a time for {phase}", NOT_VALID)
                continue
            key = name, phase
            self.base_ns.setdefault(key, []).append(
                statistics.median(r[BASE][word] for r in rounds))
            for arm, values in self.values.items():
                values.setdefault(key, []).append(statistics.median(
                    math.log(r[arm][word] / r[BASE][word]) for r in rounds))


def same_series(series):
    """Both must measure the same things, or nothing is compared."""
    base = series[BASE]
    for arm, names in series.items():
        missing = sorted(set(base) ^ set(names))
        if missing:
            raise Problem(f"the {arm} build does not have the same series as base: {missing[0]}")
    if not base:
        raise Problem("no series at all: nothing would be compared")
    return series


def calibrate(program, selection, block_ms):
    """(cycles, names): the slowest series needs about block_ms; base decides for all."""
    trial = 100
    live = Live(BASE, program, [*selection, "--cycles", str(trial)], 0)
    try:
        slowest = 0
        series = live.read_series()
        for number in series.values():
            live.measure(number)
            slowest = max(slowest, min(live.measure(number)["block_ns"] for _ in range(3)))
    finally:
        live.close()
    if not slowest:
        raise Problem("no series at all: nothing would be compared")
    return max(10, min(5000, round(trial * block_ms * 1e6 / slowest))), list(series)
