# SPDX-License-Identifier: MIT
"""What follows from the pairs so far. Pure: numbers in, decisions out.

x is log(head / base) of one launch pair. At each planned look a gate is a FAIL candidate when its
lower bound exceeds the fail margin (Holm over all gates of the run), a PASS when its upper bound is
under the pass margin; else it waits for the next look, and after the last one it is inconclusive.
"""

import math
from dataclasses import dataclass, field

from gate.signedrank import PairMeans

OPEN, PASS, CANDIDATE, INCONCLUSIVE = "open", "pass", "candidate", "inconclusive"


@dataclass
class Look:
    n: int
    estimate: float
    low: float         # bounds of the ratio, each one-sided at its own level
    high: float
    fail_level: float  # after Holm
    pass_level: float
    margin: float      # what low has to exceed: the policy's, or the floor's if that is higher

    def as_json(self):
        return {key: finite(value) for key, value in self.__dict__.items()}


@dataclass
class GateState:
    name: str
    state: str = OPEN
    looks: list = field(default_factory=list)


def finite(value):
    return value if math.isfinite(value) else None


def holm(p_values, level):
    """(rejected, level that it was held against) for each, in the order given."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    answer = [None] * len(p_values)
    is_rejecting = True
    for place, index in enumerate(order):
        own = level / (len(order) - place)
        if is_rejecting and p_values[index] > own:
            is_rejecting, last = False, own
        answer[index] = (is_rejecting, own if is_rejecting else last)
    return answer


def margin_above_floor(margin_ratio, floor_values):
    """Another layout of the same code is no finding: what that does is the least that counts."""
    if not floor_values:
        return margin_ratio
    return max(margin_ratio, math.exp(abs(PairMeans(floor_values).estimate())))


def look(gates, values, floors, number, timing):
    """Decide what can be decided. values and floors: {gate name: list of x}."""
    means = {gate.name: PairMeans(values[gate.name]) for gate in gates}
    margins = {gate.name: margin_above_floor(timing["fail_above_ratio"], floors.get(gate.name))
               for gate in gates}
    p_values = [means[gate.name].p_not_above(math.log(margins[gate.name])) for gate in gates]
    pass_level = timing["pass_levels"][number]
    is_last = number == len(timing["looks_pairs"]) - 1
    for gate, (is_rejected, level) in zip(gates, holm(p_values, timing["fail_levels"][number])):
        if gate.state != OPEN:
            continue
        pairs = means[gate.name]
        gate.looks.append(record(pairs, level, pass_level, margins[gate.name]))
        if is_rejected:
            gate.state = CANDIDATE
        elif pairs.p_not_below(math.log(timing["pass_below_ratio"])) <= pass_level:
            gate.state = PASS
        elif is_last:
            gate.state = INCONCLUSIVE


def confirm(gates, values, floors, number, timing):
    """The same question once more, to fresh processes. Returns the names that are confirmed now."""
    level = timing["confirm_levels"][number]
    confirmed = []
    for gate in gates:
        pairs = PairMeans(values[gate.name])
        margin = margin_above_floor(timing["fail_above_ratio"], floors.get(gate.name))
        gate.looks.append(record(pairs, level, timing["pass_levels"][number], margin))
        if pairs.p_not_above(math.log(margin)) <= level:
            confirmed.append(gate.name)
    return confirmed


def record(pairs, fail_level, pass_level, margin):
    return Look(pairs.n, math.exp(pairs.estimate()), math.exp(pairs.lower_bound(fail_level)),
                ratio_of(pairs.upper_bound(pass_level)), fail_level, pass_level, margin)


def ratio_of(log_ratio):
    return math.exp(log_ratio) if log_ratio < 700 else math.inf
