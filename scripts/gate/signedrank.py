# SPDX-License-Identifier: MIT
"""Wilcoxon's signed-rank test, exact, and the Hodges-Lehmann estimate and bounds that belong to it.

Only symmetry around the true value is assumed, which the random order of the arms gives. All
answers come from the ordered means of all pairs of values (each with itself, too). Ties and values
that hit a limit exactly count against whoever claims something, so an error level is never exceeded.
"""

import bisect
import functools
import math


@functools.lru_cache(maxsize=None)
def cumulative_counts(n):
    """Of the 2**n choices of signs: how many have a rank sum of at most 0, 1, 2, ..."""
    counts = [1] + [0] * (n * (n + 1) // 2)
    top = 0
    for rank in range(1, n + 1):
        top += rank
        for total in range(top, rank - 1, -1):
            counts[total] += counts[total - rank]
    for total in range(1, len(counts)):
        counts[total] += counts[total - 1]
    return counts


def probability_up_to(n, total):
    """That the rank sum of n values, symmetric around 0, is at most total."""
    if total < 0:
        return 0.0
    counts = cumulative_counts(n)
    return counts[min(total, len(counts) - 1)] / 2 ** n


def least_pairs(level):
    """How many values it takes until a one-sided test can reach the level at all."""
    return math.ceil(-math.log2(level))


class PairMeans:
    """The values of one series, ready for questions."""

    def __init__(self, values):
        values = list(values)
        if not values or not all(map(math.isfinite, values)):
            raise ValueError("values must be finite, and at least one")
        self.n = len(values)
        self.means = sorted((a + b) / 2 for i, a in enumerate(values) for b in values[i:])

    def estimate(self):
        middle = len(self.means) // 2
        if len(self.means) % 2:
            return self.means[middle]
        return (self.means[middle - 1] + self.means[middle]) / 2

    def p_not_above(self, limit):
        """How likely values like these are, if the truth were at most the limit."""
        return probability_up_to(self.n, bisect.bisect_right(self.means, limit))

    def p_not_below(self, limit):
        """Likewise, if it were at least the limit."""
        return probability_up_to(self.n, len(self.means) - bisect.bisect_left(self.means, limit))

    def lower_bound(self, level):
        """What the truth exceeds, with an error of at most level; -inf: too few values."""
        rank = self.rank(level)
        return self.means[rank - 1] if rank else -math.inf

    def upper_bound(self, level):
        rank = self.rank(level)
        return self.means[-rank] if rank else math.inf

    def rank(self, level):
        """The largest k with P(rank sum <= k - 1) <= level; 0: there is none."""
        counts = cumulative_counts(self.n)
        return bisect.bisect_right(counts, level * 2 ** self.n)
