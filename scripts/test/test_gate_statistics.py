#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Signed rank and rank sum against scipy, and the decision rule against what it promises."""

import itertools
import math
import os
import random
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from gate import decision, ranksum, signedrank, simulate
from gate.decision import GateState
from gate.policy import Policy
from gate.problem import Problem
from gate.signedrank import PairMeans

try:
    from scipy import stats
except ImportError:
    stats = None

POLICY = Policy()
TIMING = POLICY.timing
needs_scipy = unittest.skipUnless(stats, "no scipy here (scripts/setup.sh --test)")


def values_of(seed, n, middle=0.0, spread=0.02):
    rng = random.Random(seed)
    return [rng.gauss(middle, spread) for _ in range(n)]


class SignedRankTest(unittest.TestCase):
    def test_distribution_by_counting_all_signs(self):
        for n in range(1, 11):
            sums = [sum(r for r, sign in zip(range(1, n + 1), signs) if sign)
                    for signs in itertools.product((0, 1), repeat=n)]
            for total in range(-1, n * (n + 1) // 2 + 1):
                exact = sum(s <= total for s in sums) / 2 ** n
                self.assertEqual(signedrank.probability_up_to(n, total), exact)

    @needs_scipy
    def test_p_values_are_scipys(self):
        for seed in range(40):
            values = values_of(seed, 5 + seed, 0.01)
            pairs = PairMeans(values)
            for limit in (-0.01, 0.0, 0.013):
                moved = [x - limit for x in values]
                above = stats.wilcoxon(moved, alternative="greater", mode="exact").pvalue
                below = stats.wilcoxon(moved, alternative="less", mode="exact").pvalue
                self.assertAlmostEqual(pairs.p_not_above(limit), above, places=12)
                self.assertAlmostEqual(pairs.p_not_below(limit), below, places=12)

    def test_bounds_and_p_values_say_the_same(self):
        for seed in range(30):
            pairs = PairMeans(values_of(seed, 30))
            for level in (0.0005, 0.005, 0.05):
                low, high = pairs.lower_bound(level), pairs.upper_bound(level)
                self.assertLessEqual(pairs.p_not_above(low - 1e-9), level)
                self.assertGreater(pairs.p_not_above(low + 1e-9), level)
                self.assertLessEqual(pairs.p_not_below(high + 1e-9), level)
                self.assertGreater(pairs.p_not_below(high - 1e-9), level)
                self.assertLess(low, pairs.estimate())

    def test_bounds_cover(self):
        rng = random.Random(5)
        missed = sum(PairMeans([rng.choice((-1, 1)) * rng.expovariate(1) for _ in range(12)])
                     .lower_bound(0.1) > 0 for _ in range(4000))
        # 400 expected; 6 standard deviations around it.
        self.assertLess(abs(missed - 400), 6 * math.sqrt(4000 * 0.09))

    def test_ties_count_against_the_claim(self):
        self.assertEqual(PairMeans([0.0] * 20).p_not_above(0.0), 1.0)
        self.assertEqual(PairMeans([0.0] * 20).p_not_below(0.0), 1.0)

    def test_too_few_values_have_no_bounds(self):
        pairs = PairMeans([1.0, 2.0, 3.0])
        self.assertEqual(pairs.lower_bound(0.001), -math.inf)
        self.assertEqual(pairs.upper_bound(0.001), math.inf)
        self.assertEqual(signedrank.least_pairs(3e-5), 16)
        for n in (15, 16):
            self.assertEqual(2.0 ** -n <= 3e-5, n >= signedrank.least_pairs(3e-5))

    def test_nonsense_is_refused(self):
        for values in ([], [1.0, math.nan], [math.inf]):
            with self.assertRaises(ValueError):
                PairMeans(values)


class RankSumTest(unittest.TestCase):
    def test_distribution_by_counting_all_ways(self):
        for n, m in ((1, 1), (2, 3), (3, 3), (4, 3), (1, 5), (5, 2)):
            sums = []
            for places in itertools.combinations(range(n + m), m):
                base = [p for p in range(n + m) if p not in places]
                sums.append(sum(h > b for h in places for b in base))
            counts = ranksum.cumulative_counts(n, m)
            self.assertEqual(counts, [sum(s <= t for s in sums) for t in range(n * m + 1)])

    @needs_scipy
    def test_p_values_are_scipys(self):
        for seed in range(30):
            base, head = values_of(seed, 5 + seed % 4), values_of(seed + 100, 6, 0.02)
            groups = ranksum.Differences(base, head)
            for limit in (-0.01, 0.0, 0.01):
                moved = [h - limit for h in head]
                above = stats.mannwhitneyu(moved, base, alternative="greater", method="exact")
                below = stats.mannwhitneyu(moved, base, alternative="less", method="exact")
                self.assertAlmostEqual(groups.p_not_above(limit), above.pvalue, places=12)
                self.assertAlmostEqual(groups.p_not_below(limit), below.pvalue, places=12)

    def test_least_level(self):
        groups = ranksum.Differences([0.0] * 5, [1.0] * 5)
        self.assertEqual(groups.p_not_above(0.5), ranksum.least_level(5, 5))
        self.assertEqual(groups.lower_bound(0.003), -math.inf)


class DecisionTest(unittest.TestCase):
    def look(self, values, number=0, floors=None):
        gates = [GateState(name) for name in values]
        decision.look(gates, values, floors or {}, number, TIMING)
        return {gate.name: gate.state for gate in gates}

    def test_ten_percent_is_found_and_nothing_passes(self):
        self.assertEqual(self.look({"a": values_of(1, 40, math.log(1.10)), "b": values_of(2, 40)}),
                         {"a": "candidate", "b": "pass"})

    def test_faster_passes(self):
        self.assertEqual(self.look({"a": values_of(1, 40, -0.3)}), {"a": "pass"})

    def test_noise_is_open_and_at_the_end_inconclusive(self):
        noisy = values_of(3, 40, 0.03, 0.3)
        self.assertEqual(self.look({"a": noisy}), {"a": "open"})
        self.assertEqual(self.look({"a": noisy}, 2), {"a": "inconclusive"})

    def test_between_the_margins_is_never_a_pass(self):
        for seed in range(20):
            state = self.look({"a": values_of(seed, 160, math.log(1.05))}, 2)["a"]
            self.assertNotEqual(state, "pass")

    def test_margin_is_two_percent(self):
        steady = values_of(7, 160, 0.0, 0.001)
        self.assertEqual(self.look({"a": [x + math.log(1.015) for x in steady]}), {"a": "pass"})
        self.assertEqual(self.look({"a": [x + math.log(1.025) for x in steady]}),
                         {"a": "candidate"})

    def test_layout_raises_the_margin(self):
        head, floor = values_of(1, 40, math.log(1.04), 0.005), values_of(2, 40, -0.06, 0.005)
        self.assertEqual(self.look({"a": head}), {"a": "candidate"})
        self.assertNotEqual(self.look({"a": head}, 0, {"a": floor})["a"], "candidate")

    def test_holm(self):
        self.assertEqual(decision.holm([0.02, 0.001, 0.9], 0.05),
                         [(True, 0.025), (True, 0.05 / 3), (False, 0.05)])
        # The second fails, so the third is not even asked.
        self.assertEqual([ok for ok, _ in decision.holm([0.03, 0.001, 0.04], 0.05)],
                         [False, True, False])

    def test_more_gates_need_more(self):
        values = values_of(4, 40, math.log(1.02) + 0.012)
        alone = self.look({"a": values})["a"]
        p = PairMeans(values).p_not_above(math.log(1.02))
        self.assertLess(p, TIMING["fail_levels"][0])
        self.assertGreater(p, TIMING["fail_levels"][0] / 200)
        crowd = {f"n{i}": values_of(50 + i, 40) for i in range(199)}
        self.assertEqual(alone, "candidate")
        self.assertNotEqual(self.look({"a": values, **crowd})["a"], "candidate")

    def test_confirmation(self):
        gates = [GateState("a"), GateState("b")]
        values = {"a": values_of(1, 40, math.log(1.1)), "b": values_of(2, 40)}
        self.assertEqual(decision.confirm(gates, values, {}, 0, TIMING), ["a"])

    def test_plan_that_cannot_find_anything_is_refused(self):
        POLICY.check_plan(16)
        with self.assertRaisesRegex(Problem, "needs 4[0-9] pairs"):
            POLICY.check_plan(10 ** 9)


class SimulatorTest(unittest.TestCase):
    NOISE = values_of(9, 60)

    def rows(self, seed=1, effects=(0.0, 0.1)):
        return list(simulate.table(self.NOISE, effects, 60, POLICY, seed))

    def test_no_effect_no_alarm_and_ten_percent_is_found(self):
        none, ten = self.rows()
        self.assertEqual((none["fail"], none["pass"] > 50), (0, True))
        self.assertEqual(ten["fail"], 60)

    def test_seed_decides_all(self):
        self.assertEqual(self.rows(3, [0.04]), self.rows(3, [0.04]))
        self.assertNotEqual(self.rows(3, [0.03]), self.rows(4, [0.03]))

    def test_rule_that_is_broken_shows(self):
        """Without margin and levels the simulator must see false alarms: else it sees nothing."""
        class Loose:
            timing = dict(TIMING, fail_above_ratio=1.0, pass_below_ratio=1.0001,
                          fail_levels=[0.3] * 3, confirm_levels=[0.5] * 3)
            simulate = dict(POLICY.simulate, gates=1)
        row, = simulate.table(self.NOISE, [0.0], 100, Loose, 1)
        self.assertGreater(row["fail"], 10)

    @needs_scipy
    def test_interval_of_a_share_is_scipys(self):
        for hits, of in ((0, 40), (1, 40), (39, 40), (40, 40), (17, 100)):
            low, high = simulate.share_interval(hits, of, 0.95)
            exact = stats.binomtest(hits, of).proportion_ci(0.95, method="exact")
            self.assertAlmostEqual(low, exact.low, places=9)
            self.assertAlmostEqual(high, exact.high, places=9)


if __name__ == "__main__":
    unittest.main()
