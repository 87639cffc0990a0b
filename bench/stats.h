/* SPDX-License-Identifier: MIT */
/*
 * stats - few numbers out of many. Pure: no state, no output, the same answer for any order.
 *
 * Nothing here assumes a distribution. Intervals are exact: they cover at least at the level asked
 * for, also with ties, and the level that they really reach comes back with them. Where there are
 * too few values for the level the answer is -ENODATA, never an interval that only looks like one.
 *
 * Values are finite (integers up to 2^53 ns, 104 days, are exact). "sorted" means by stats_sort();
 * n is at least 1 unless the call says otherwise.
 */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>

/* A quantile is shown only when at least this many samples lie above it. */
#define STATS_CARRYING_SAMPLES 10

/* Above this many pairs the exact signed-rank calls answer -E2BIG. */
#define STATS_MAX_PAIRS 1000

struct stats_interval {
	double low, high;
	double level; /* probability of covering that is really reached; >= what was asked for */
};

void stats_sort(double *values, size_t n);

/**
 * stats_quantile() - the smallest value with at least n * q of the values at or below it.
 * @q: in (0, 1).
 *
 * Where n * q is whole, two values fit and the answer is the middle of the two (definition 2 of
 * Hyndman and Fan). So every other answer is a value that was measured, and q = 0.5 is the usual
 * median.
 */
double stats_quantile(const double *sorted, size_t n, double q);
double stats_median(const double *sorted, size_t n);
double stats_mean(const double *values, size_t n);

/* Median distance from the median; not scaled to a standard deviation. */
double stats_mad(const double *sorted, size_t n);

/* Are there STATS_CARRYING_SAMPLES above the quantile? n may be 0. */
bool stats_quantile_is_carried(size_t n, double q);

/* The smallest n that carries the quantile: 1000 for p99, 10000 for p99.9. */
size_t stats_samples_needed(double q);

/**
 * stats_quantile_interval() - between which two order statistics the quantile lies.
 * @level: in (0, 1); each side gets at most half of the rest.
 *
 * From the binomial distribution of how many samples fall below; takes independent samples.
 * Return: 0, or -ENODATA; @ret_interval is untouched then.
 */
int stats_quantile_interval(const double *sorted, size_t n, double q, double level,
			    struct stats_interval *ret_interval);

/**
 * stats_signed_rank_cdf() - probability that the ranks of the positive ones of @n values without
 * ties, symmetric around 0, add up to at most @sum.
 *
 * Return: 0, -E2BIG, -ENOMEM; @ret_probability is untouched then.
 */
int stats_signed_rank_cdf(size_t n, size_t sum, double *ret_probability);

/* The smallest n for which stats_signed_rank_interval() can answer: 6 at 0.95. */
size_t stats_pairs_needed(double level);

/**
 * stats_hodges_lehmann() - by how much do paired differences lie off 0?
 *
 * The median of the means of all pairs of differences, each one paired with itself too.
 * Return: 0, -E2BIG, -ENOMEM; @ret_estimate is untouched then.
 */
int stats_hodges_lehmann(const double *diffs, size_t n, double *ret_estimate);

/**
 * stats_signed_rank_interval() - the shifts that an exact two-sided Wilcoxon signed-rank test at
 * 1 - @level does not reject.
 *
 * Zeros and ties stay in: the bounds are order statistics of the pairwise means and belong to the
 * interval, which then covers at @level or above, never below. Only symmetry is assumed, and that
 * the pairs are independent.
 *
 * Return: 0; -ENODATA when @n is below stats_pairs_needed(@level); -E2BIG; -ENOMEM.
 * @ret_interval is untouched on failure.
 */
int stats_signed_rank_interval(const double *diffs, size_t n, double level,
			       struct stats_interval *ret_interval);

#endif
