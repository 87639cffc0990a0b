# SPDX-License-Identifier: MIT
"""The decision rule on recorded noise: how often it cries wolf, and what it finds.

A simulated gate takes pairs of a recorded A/A run in runs of a few neighbours (so that what hangs
together stays together), turns signs at random as the random order of the arms does, adds a true
effect, and goes through looks, Holm and confirmation like a real one.
"""

import csv
import math
import random

from gate import decision
from gate.decision import CANDIDATE, GateState
from gate.problem import Problem


def read_noise(path):
    """{(series, phase): [x]} of the head arm of a pairs.csv; an A/A run, so all of it is noise."""
    noise = {}
    try:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                if row["arm"] == "head":
                    value = float(row["log_ratio"])
                    if not math.isfinite(value):
                        raise ValueError(f"{row['log_ratio']} is no logarithm")
                    noise.setdefault((row["series"], row["phase"]), []).append(value)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from error
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise Problem(f"{path} is no pairs.csv: {error!r}") from error
    if not noise:
        raise Problem(f"{path} holds no pairs: there is nothing to simulate with")
    return noise


def draw(noise, nr_pairs, effect, together, rng):
    """nr_pairs values of x: the recorded spread around log(1 + effect)."""
    middle = decision.PairMeans(noise).estimate()
    values = []
    while len(values) < nr_pairs:
        at = rng.randrange(len(noise))
        values += [noise[(at + i) % len(noise)] for i in range(together)]
    return [math.log1p(effect) + rng.choice((-1, 1)) * (x - middle) for x in values[:nr_pairs]]


def one_gate(noise, effect, policy, rng):
    """(word, pairs used) of one simulated gate in a family whose other gates show nothing."""
    timing, simulate = policy.timing, policy.simulate
    gate = GateState("one")
    values = draw(noise, timing["looks_pairs"][-1], effect, simulate["block_pairs_together"], rng)
    # The hardest case of Holm: ours has to be rejected first, at level / all gates.
    family = dict(timing, fail_levels=[level / simulate["gates"]
                                       for level in timing["fail_levels"]])
    for number, nr_pairs in enumerate(timing["looks_pairs"]):
        decision.look([gate], {"one": values[:nr_pairs]}, {}, number, family)
        if gate.state != decision.OPEN:
            break
    if gate.state != CANDIDATE:
        return gate.state, nr_pairs
    again = draw(noise, timing["looks_pairs"][-1], effect, simulate["block_pairs_together"], rng)
    for number, more in enumerate(timing["looks_pairs"]):
        if decision.confirm([gate], {"one": again[:more]}, {}, number, timing):
            return "fail", nr_pairs
    return decision.INCONCLUSIVE, nr_pairs


def share_interval(hits, of, level):
    """Clopper and Pearson's exact interval of a share, by halving."""
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else halve(lambda p: upper_tail(hits, of, p) > tail)
    high = 1.0 if hits == of else halve(lambda p: upper_tail(hits + 1, of, p) >= 1 - tail)
    return low, high


def upper_tail(hits, of, p):
    """P(at least hits of them) at probability p."""
    return math.fsum(math.exp(math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
                              + k * math.log(p) + (of - k) * math.log1p(-p))
                     for k in range(hits, of + 1))


def halve(is_above):
    low, high = 1e-12, 1 - 1e-12
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if is_above(middle) else (middle, high)
    return low


def table(noise, effects, nr_runs, policy, seed):
    """One row per effect."""
    for effect in effects:
        rng = random.Random(f"{seed} {effect}")
        words, pairs = [], 0
        for _ in range(nr_runs):
            word, used = one_gate(noise, effect, policy, rng)
            words.append(word)
            pairs += used
        fails = words.count("fail")
        yield {"effect": effect, "runs": nr_runs, "fail": fails, "pass": words.count("pass"),
               "inconclusive": words.count("inconclusive"), "pairs": pairs / nr_runs,
               "interval": share_interval(fails, nr_runs, policy.simulate["interval_level"])}
