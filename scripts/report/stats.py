# SPDX-License-Identifier: MIT
"""Estimates with intervals. The unit of replication is the caller's: blocks, or pairs of them."""

import math
from dataclasses import dataclass

import numpy as np

LEVEL = 0.95
FEWEST_ABOVE = 10   # samples above a quantile that is still drawn
RESAMPLES = 200
SEED = 1


@dataclass
class Estimate:
    """A value and its interval; low and high are NaN where there is none."""

    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0

    @property
    def has_interval(self):
        return not (math.isnan(self.low) or math.isnan(self.high))

    def scaled(self, factor):
        return Estimate(self.value * factor, self.low * factor, self.high * factor, self.n)


def median(values):
    """Median with the interval of order statistics that reaches 95 %; from 6 values on."""
    values = np.sort(values[~np.isnan(values)])
    n = len(values)
    if not n:
        return Estimate(math.nan)
    rank = median_rank(n)
    middle = float(np.median(values))
    if rank is None:
        return Estimate(middle, n=n)
    return Estimate(middle, float(values[rank]), float(values[n - 1 - rank]), n)


def median_rank(n):
    """The greatest k with P(k+1st smallest <= median <= k+1st greatest) >= 95 %, or None."""
    tail, rank = 0.0, None
    for k in range(n // 2):
        tail += math.exp(math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
                         - n * math.log(2))
        if 2 * tail > 1 - LEVEL:
            break
        rank = k
    return rank


def ratio(numerators, denominators):
    """Hodges-Lehmann estimate of paired ratios, interval by the exact signed-rank test."""
    logs = np.log(numerators / denominators)
    logs = logs[np.isfinite(logs)]
    n = len(logs)
    if not n:
        return Estimate(math.nan)
    i, j = np.triu_indices(n)
    walsh = np.sort((logs[i] + logs[j]) / 2)
    value = math.exp(float(np.median(walsh)))
    drop = signed_rank_drop(n)
    if drop is None:
        return Estimate(value, n=n)
    return Estimate(value, math.exp(walsh[drop]), math.exp(walsh[len(walsh) - 1 - drop]), n)


def signed_rank_drop(n):
    """How many Walsh averages to leave out at each end, or None: too few pairs."""
    if n > 60:
        sigma = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return max(0, int(n * (n + 1) / 4 - 1.959964 * sigma) - 1)
    ways = np.zeros(n * (n + 1) // 2 + 1)
    ways[0] = 1
    for rank in range(1, n + 1):
        ways[rank:] += ways[:-rank].copy()
    below = np.cumsum(ways) / 2.0 ** n
    fitting = np.flatnonzero(below <= (1 - LEVEL) / 2)
    return int(fitting[-1]) if len(fitting) else None


def independent_ratio(after, before):
    """Ratio of medians of two runs, which have no pairs; interval by bootstrap over blocks."""
    after, before = after[~np.isnan(after)], before[~np.isnan(before)]
    if not len(after) or not len(before):
        return Estimate(math.nan)
    value = float(np.median(after) / np.median(before))
    n = min(len(after), len(before))
    if n < 6:
        return Estimate(value, n=n)
    dice = np.random.Generator(np.random.PCG64(SEED))
    draws = [np.median(dice.choice(x, (2000, len(x))), axis=1) for x in (after, before)]
    low, high = np.quantile(draws[0] / draws[1], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(value, float(low), float(high), n)


@dataclass
class Curve:
    """Quantiles at 1 - q = 10 ** -x, with a band over blocks."""

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: int
    nr_blocks: int


def quantile_curve(values, blocks):
    """Cut where fewer than 10 samples lie above. None: too few for even the median."""
    n = len(values)
    if n < 2 * FEWEST_ABOVE:
        return None
    x = np.unique(np.append(np.linspace(0, math.log10(n / FEWEST_ABOVE), 80), math.log10(2)))
    x = x[x <= math.log10(n / FEWEST_ABOVE) + 1e-12]
    order = np.argsort(values, kind="stable")
    ordered, owner = values[order], np.unique(blocks, return_inverse=True)[1][order]
    q = 1 - 10.0 ** -x
    y = ordered[np.minimum((q * n).astype(int), n - 1)]
    nr_blocks = int(owner.max()) + 1
    low, high = np.full(len(x), np.nan), np.full(len(x), np.nan)
    if nr_blocks >= 6:
        low, high = band(ordered, owner, nr_blocks, q)
    return Curve(x, y, low, high, n, nr_blocks)


def band(ordered, owner, nr_blocks, q):
    """Cluster bootstrap: whole blocks are drawn again, because steps of a block are alike."""
    dice = np.random.Generator(np.random.PCG64(SEED))
    resamples = RESAMPLES if len(ordered) < 50000 else RESAMPLES // 4
    drawn = np.empty((resamples, len(q)))
    for i in range(resamples):
        weights = np.bincount(dice.integers(0, nr_blocks, nr_blocks), minlength=nr_blocks)
        above = np.cumsum(weights[owner])
        place = np.searchsorted(above, q * above[-1], side="right")
        drawn[i] = ordered[np.minimum(place, len(ordered) - 1)]
    return np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
