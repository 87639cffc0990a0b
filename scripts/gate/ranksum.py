# SPDX-License-Identifier: MIT
"""Wilcoxon's rank-sum test, exact, with the Hodges-Lehmann shift between two unpaired groups.

For stored runs, which have no partner: no assumption but that under "no change" any unit could have
been on either side. Differences that hit a limit exactly count against whoever claims something.
"""

import bisect
import functools
import math


@functools.lru_cache(maxsize=None)
def cumulative_counts(n, m):
    """Of all ways to place n and m values: how many have at most 0, 1, ... pairs with head > base."""
    # The Gaussian binomial coefficient, multiplied and divided factor by factor.
    counts = [1] + [0] * (n * m)
    for i in range(1, n + 1):
        for total in range(n * m, m + i - 1, -1):
            counts[total] -= counts[total - m - i]
        for total in range(i, n * m + 1):
            counts[total] += counts[total - i]
    for total in range(1, len(counts)):
        counts[total] += counts[total - 1]
    return counts


def least_level(n, m):
    """The smallest error that a one-sided test of n and m units can have."""
    return 1 / math.comb(n + m, n)


class Differences:
    """All head - base differences of two groups of logarithms."""

    def __init__(self, base, head):
        if not base or not head:
            raise ValueError("each side needs at least one unit")
        self.n, self.m = len(base), len(head)
        self.sorted = sorted(h - b for b in base for h in head)

    def estimate(self):
        middle = len(self.sorted) // 2
        if len(self.sorted) % 2:
            return self.sorted[middle]
        return (self.sorted[middle - 1] + self.sorted[middle]) / 2

    def probability_up_to(self, total):
        return cumulative_counts(self.n, self.m)[total] / math.comb(self.n + self.m, self.n)

    def p_not_above(self, limit):
        return self.probability_up_to(bisect.bisect_right(self.sorted, limit))

    def p_not_below(self, limit):
        return self.probability_up_to(len(self.sorted) - bisect.bisect_left(self.sorted, limit))

    def rank(self, level):
        counts = cumulative_counts(self.n, self.m)
        return bisect.bisect_right(counts, level * math.comb(self.n + self.m, self.n))

    def lower_bound(self, level):
        rank = self.rank(level)
        return self.sorted[rank - 1] if rank else -math.inf

    def upper_bound(self, level):
        rank = self.rank(level)
        return self.sorted[-rank] if rank else math.inf
