/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void stats_sort(double *values, size_t n)
{
	if (n > 1)
		qsort(values, n, sizeof(values[0]), compare_doubles);
}

/* n * q with 0.9 * 10 meaning 9, although neither 0.9 nor the product is exact. */
static double quantile_position(size_t n, double q)
{
	double position = (double)n * q;
	double whole = nearbyint(position);
	double fuzz = 4 * DBL_EPSILON * (double)n;

	return fabs(position - whole) <= fuzz ? whole : position;
}

double stats_quantile(const double *sorted, size_t n, double q)
{
	double position = quantile_position(n, q);
	size_t rank = (size_t)ceil(position);

	assert(n > 0 && q > 0 && q < 1);
	if (rank == 0)
		return sorted[0];
	if ((double)rank == position && rank < n)
		return sorted[rank - 1] + (sorted[rank] - sorted[rank - 1]) / 2;
	return sorted[rank - 1];
}

double stats_median(const double *sorted, size_t n)
{
	return stats_quantile(sorted, n, 0.5);
}

double stats_mean(const double *values, size_t n)
{
	long double sum = 0;

	assert(n > 0);
	for (size_t i = 0; i < n; i++)
		sum += values[i];
	return (double)(sum / n);
}

double stats_mad(const double *sorted, size_t n)
{
	double median = stats_median(sorted, n);
	size_t above = 0, below, taken = 0;
	double last = 0, previous = 0;

	while (above < n && sorted[above] < median)
		above++;
	/* Both sides are sorted by distance already: merge them from the middle outwards. */
	for (below = above; taken <= n / 2; taken++) {
		double up = above < n ? sorted[above] - median : INFINITY;
		double down = below > 0 ? median - sorted[below - 1] : INFINITY;

		previous = last;
		if (up <= down) {
			last = up;
			above++;
		} else {
			last = down;
			below--;
		}
	}
	return n % 2 ? last : previous + (last - previous) / 2;
}

bool stats_quantile_is_carried(size_t n, double q)
{
	assert(q > 0 && q < 1);
	return (double)n - ceil(quantile_position(n, q)) >= STATS_CARRYING_SAMPLES;
}

size_t stats_samples_needed(double q)
{
	/* 1 - q has lost digits, so start a little below and look. */
	size_t n = (size_t)(STATS_CARRYING_SAMPLES / (1 - q) * (1 - 1e-6));

	while (!stats_quantile_is_carried(n, q))
		n++;
	return n;
}

static double log_binomial(double n, double k)
{
	int sign;

	return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

/*
 * The largest depth with P(at most depth - 1 of n hits) <= tail, each hit with probability p.
 * *ret_tail is that probability; depth 0 has none.
 */
static size_t binomial_depth(size_t n, double p, double tail, double *ret_tail)
{
	double mean = (double)n * p;
	double start = floor(mean - 12 * sqrt(mean * (1 - p)) - 20); /* below: under 1e-30 */
	size_t k = start > 0 ? (size_t)start : 0;
	double log_odds = (double)k * log(p) + (double)(n - k) * log1p(-p);
	double mass = exp(log_binomial((double)n, (double)k) + log_odds);
	double sum = 0;

	while (k < n && sum + mass <= tail) {
		sum += mass;
		mass *= (double)(n - k) / (double)(k + 1) * (p / (1 - p));
		k++;
	}
	*ret_tail = sum;
	return k;
}

int stats_quantile_interval(const double *sorted, size_t n, double q, double level,
			    struct stats_interval *ret_interval)
{
	/* (1 - level) / 2 rounds to either side; a level that n reaches exactly shall count. */
	double tail = (1 - level) / 2 * (1 + 1e-12);
	double below, above;
	size_t low = binomial_depth(n, q, tail, &below);
	size_t high = binomial_depth(n, 1 - q, tail, &above);

	assert(n > 0 && q > 0 && q < 1 && level > 0 && level < 1);
	if (!low || !high)
		return -ENODATA;
	ret_interval->low = sorted[low - 1];
	ret_interval->high = sorted[n - high];
	ret_interval->level = 1 - below - above;
	return 0;
}

/*
 * The lower half of the signed-rank distribution of n values, as probabilities: rank k is added to
 * the sum or not, each with one half. Only additions of positive numbers, so nothing cancels; the
 * smallest, 2^-1000, is still a normal number.
 */
static double *signed_rank_half(size_t n, size_t *ret_nr)
{
	size_t nr = n * (n + 1) / 4 + 1;
	double *mass = calloc(nr, sizeof(*mass));

	if (!mass)
		return NULL;
	mass[0] = 1;
	for (size_t rank = 1; rank <= n; rank++) {
		size_t top = rank * (rank + 1) / 2;

		for (size_t sum = top < nr ? top : nr - 1; sum >= rank; sum--)
			mass[sum] = (mass[sum] + mass[sum - rank]) / 2;
		for (size_t sum = 0; sum < rank && sum < nr; sum++)
			mass[sum] /= 2;
	}
	*ret_nr = nr;
	return mass;
}

int stats_signed_rank_cdf(size_t n, size_t sum, double *ret_probability)
{
	size_t total = n * (n + 1) / 2;
	bool is_upper = sum < total && sum >= total - sum;
	size_t nr, end = is_upper ? total - sum : sum + 1;
	double *mass;
	double probability = 0;

	if (n > STATS_MAX_PAIRS)
		return -E2BIG;
	if (sum >= total) {
		*ret_probability = 1;
		return 0;
	}
	mass = signed_rank_half(n, &nr);
	if (!mass)
		return -ENOMEM;
	for (size_t i = 0; i < end && i < nr; i++)
		probability += mass[i];
	free(mass);
	*ret_probability = is_upper ? 1 - probability : probability;
	return 0;
}

size_t stats_pairs_needed(double level)
{
	double tail = (1 - level) / 2 * (1 + 1e-12);
	double all_positive = 1;
	size_t n = 0;

	assert(level > 0 && level < 1);
	for (; all_positive > tail; n++)
		all_positive /= 2;
	return n;
}

/* How many pairwise means may be cut off at each end, plus one; 0 when none. */
static int signed_rank_depth(size_t n, double level, size_t *ret_depth, double *ret_level)
{
	double tail = (1 - level) / 2 * (1 + 1e-12);
	double sum = 0;
	size_t nr, depth;
	double *mass = signed_rank_half(n, &nr);

	if (!mass)
		return -ENOMEM;
	for (depth = 0; depth < nr && sum + mass[depth] <= tail; depth++)
		sum += mass[depth];
	free(mass);
	*ret_depth = depth;
	*ret_level = 1 - 2 * sum;
	return 0;
}

/* All (x[i] + x[j]) / 2 with i <= j, sorted. */
static double *pairwise_means(const double *diffs, size_t n, size_t *ret_nr)
{
	size_t nr = n * (n + 1) / 2, at = 0;
	double *means = malloc(nr * sizeof(*means));

	if (!means)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i; j < n; j++)
			means[at++] = diffs[i] / 2 + diffs[j] / 2;
	}
	stats_sort(means, nr);
	*ret_nr = nr;
	return means;
}

int stats_hodges_lehmann(const double *diffs, size_t n, double *ret_estimate)
{
	double *means;
	size_t nr;

	assert(n > 0);
	if (n > STATS_MAX_PAIRS)
		return -E2BIG;
	means = pairwise_means(diffs, n, &nr);
	if (!means)
		return -ENOMEM;
	*ret_estimate = stats_median(means, nr);
	free(means);
	return 0;
}

int stats_signed_rank_interval(const double *diffs, size_t n, double level,
			       struct stats_interval *ret_interval)
{
	size_t nr, depth;
	double reached, *means;
	int ret;

	if (n < stats_pairs_needed(level))
		return -ENODATA;
	if (n > STATS_MAX_PAIRS)
		return -E2BIG;
	ret = signed_rank_depth(n, level, &depth, &reached);
	if (ret)
		return ret;
	means = pairwise_means(diffs, n, &nr);
	if (!means)
		return -ENOMEM;
	ret_interval->low = means[depth - 1];
	ret_interval->high = means[nr - depth];
	ret_interval->level = reached;
	free(means);
	return 0;
}
