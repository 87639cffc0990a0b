# SPDX-License-Identifier: MIT
"""Tier 1: two live builds, from the first pair to a verdict for each gate."""

import math
import statistics

from gate import decision, experiment, machine
from gate.decision import CANDIDATE, INCONCLUSIVE, OPEN, GateState
from gate.experiment import BASE, FLOOR, HEAD, Experiment
from gate.problem import Problem
from gate.signedrank import PairMeans


class TimingGate:
    """Holds the gates of one run. programs: {arm: path}; confirm_floor: a program or None."""

    def __init__(self, programs, selection, policy, rng, say):
        self.programs = programs
        self.policy = policy
        self.timing = policy.timing
        self.rng = rng
        self.say = say
        self.cycles, names = experiment.calibrate(programs[BASE], selection,
                                                  self.timing["block_ms"])
        names = [name for name in names
                 if name.rsplit("/", 1)[1] not in self.timing["ungated_contenders"]]
        if not names:
            raise Problem("no contender with threads is selected: nothing would be compared")
        policy.check_plan(len(names))
        self.selection = [*selection, "--cycles", str(self.cycles)]
        self.gates = [GateState(name) for name in sorted(names)]
        self.main = self.second = None
        self.confirmed_at = {}

    def run(self, confirm_floor=None):
        before = machine.state()
        self.main = Experiment(self.programs, self.selection, self.timing, self.rng)
        for number, nr_pairs in enumerate(self.timing["looks_pairs"]):
            self.main.run_until(nr_pairs, lambda done: self.say(f"pair {done}"))
            decision.look(self.gates, self.values(self.main, HEAD), self.values(self.main, FLOOR),
                          number, self.timing)
            self.say(f"look {number + 1} at {nr_pairs} pairs: " + ", ".join(
                f"{gate.name} {gate.state}" for gate in self.gates))
            if not any(gate.state == OPEN for gate in self.gates):
                break
        candidates = [gate for gate in self.gates if gate.state == CANDIDATE]
        if candidates:
            self.confirm(candidates, confirm_floor)
        steal = self.main.steal_pct + (self.second.steal_pct if self.second else [])
        machine.check_guards(before, steal, self.policy.guards)
        return [self.verdict_of(gate) for gate in self.gates]

    def values(self, source, arm):
        phase = self.timing["gated_phase"]
        return {name: values for (name, its), values in source.values.get(arm, {}).items()
                if its == phase}

    def confirm(self, candidates, floor):
        """Fresh processes, an order of its own, the arms' roles in it swapped."""
        programs = dict(reversed(self.programs.items()))
        if floor:
            programs[FLOOR] = floor
        self.second = Experiment(programs, self.selection, self.timing, self.rng)
        self.confirming = {gate.name: GateState(gate.name) for gate in candidates}
        waiting = dict(self.confirming)
        for number, nr_pairs in enumerate(self.timing["looks_pairs"]):
            self.second.run_until(nr_pairs, lambda done: self.say(f"confirming, pair {done}"))
            confirmed = decision.confirm(list(waiting.values()), self.values(self.second, HEAD),
                                         self.values(self.second, FLOOR), number, self.timing)
            for name in confirmed:
                self.confirmed_at[name] = nr_pairs
                del waiting[name]
            self.say(f"confirmation at {nr_pairs} pairs: {len(confirmed)} confirmed,"
                     f" {len(waiting)} not yet")
            if not waiting:
                break

    def verdict_of(self, gate):
        key = gate.name, self.timing["gated_phase"]
        base_ns = statistics.median(self.main.base_ns[key])
        last = gate.looks[-1]
        answer = {
            "gate": gate.name, "metric": f"{key[1]} p50", "verdict": self.word(gate),
            "base_ns": base_ns, "head_ns": base_ns * last.estimate, "ratio": last.estimate,
            "low": decision.finite(last.low), "high": decision.finite(last.high),
            "pairs": last.n, "looks": [one.as_json() for one in gate.looks],
            "spread_pct": spread_pct(self.main.values[HEAD][key]),
            "floor_ratio": self.floor_ratio(key),
        }
        if gate.state == CANDIDATE:
            answer["confirmation"] = [one.as_json()
                                      for one in self.confirming[gate.name].looks]
        changed = self.behaviour(gate.name)
        if changed:
            answer["behaviour"] = changed
            if answer["verdict"] == "pass":
                answer["verdict"] = "inconclusive"
        answer["reason"] = self.reason(answer)
        return answer

    def word(self, gate):
        if gate.state == CANDIDATE:
            return "regression" if gate.name in self.confirmed_at else "inconclusive"
        return "inconclusive" if gate.state in (INCONCLUSIVE, OPEN) else "pass"

    def floor_ratio(self, key):
        for source in (self.second, self.main):
            values = source.values.get(FLOOR, {}).get(key) if source else None
            if values:
                return math.exp(PairMeans(values).estimate())
        return None

    def behaviour(self, name):
        """Another number of switches per cycle is other behaviour, not the same made slower."""
        base, head = (statistics.median(self.main.switches[arm][name]) for arm in (BASE, HEAD))
        if abs(head - base) <= self.timing["behaviour_switches_per_cycle"]:
            return None
        return f"{base:.2f} voluntary switches per cycle in base, {head:.2f} in head"

    def reason(self, answer):
        if answer["verdict"] == "regression":
            return ("the lower bound is above the margin, and so it was in a second run with fresh"
                    " processes")
        if answer["verdict"] == "pass":
            return "equivalence was shown: the upper bound is below the limit"
        if "behaviour" in answer:
            return f"behaviour changed: {answer['behaviour']}"
        if "confirmation" in answer:
            return "above the margin in the first run, not confirmed by the second"
        return f"after {answer['pairs']} pairs neither slower nor the same was shown"

    def reported(self):
        """Phases that are shown and never gated, with an interval at the level of the looks."""
        for (name, phase), values in sorted(self.main.values[HEAD].items()):
            if phase == self.timing["gated_phase"]:
                continue
            pairs = PairMeans(values)
            yield {"series": name, "metric": f"{phase} p50", "pairs": pairs.n,
                   "base_ns": statistics.median(self.main.base_ns[name, phase]),
                   "ratio": math.exp(pairs.estimate()),
                   "low": math.exp(pairs.lower_bound(self.timing["pass_levels"][0])),
                   "high": math.exp(pairs.upper_bound(self.timing["pass_levels"][0])),
                   "spread_pct": spread_pct(values)}


def spread_pct(values):
    """Robust spread of one pair, in percent."""
    middle = statistics.median(values)
    return 148.26 * statistics.median(abs(x - middle) for x in values)
