/* SPDX-License-Identifier: MIT */
/* Hodges-Lehmann estimate and interval agree with R's wilcox.test() and refuse what n forbids. */
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

/* cmocka's own rounds both sides to float. */
#define assert_near(a, b, epsilon) assert_true(fabs((a) - (b)) <= (epsilon))

#define EPSILON 1e-12

static const double ten[] = { 0.31, -0.12, 0.45, 0.07, 0.88, 0.53, -0.29, 0.16, 0.64, 0.022 };
static const double twenty_five[] = {
	0.2787, -0.0697, -0.0194, 0.0088, -0.0471, -0.0447, 0.1248, 0.0383,  0.0653,
	0.269,	0.0857,	 0.3217,  0.2781, 0.0824,  0.2396,  0.0968, -0.0394, 0.0193,
	0.0495, 0.1488,	 0.134,	  0.1205, 0.1806,  -0.0888, 0.1773,
};

static void assert_shift(const double *diffs, size_t n, double level, const double expect[3])
{
	struct stats_interval interval;
	double estimate;

	assert_int_equal(stats_hodges_lehmann(diffs, n, &estimate), 0);
	assert_int_equal(stats_signed_rank_interval(diffs, n, level, &interval), 0);
	assert_near(estimate, expect[0], EPSILON);
	assert_near(interval.low, expect[1], EPSILON);
	assert_near(interval.high, expect[2], EPSILON);
	assert_true(interval.level >= level);
}

/* R 4.2: wilcox.test(x, conf.int = TRUE, conf.level = ...). */
static void agrees_with_r(void **state)
{
	const double at_95[] = { 0.26, 0.01, 0.53 };
	const double at_99[] = { 0.26, -0.12, 0.665 };
	const double more[] = { 0.09495, 0.04005, 0.1487 };
	struct stats_interval interval;

	(void)state;
	assert_shift(ten, 10, 0.95, at_95);
	assert_shift(ten, 10, 0.99, at_99);
	assert_shift(twenty_five, 25, 0.95, more);
	assert_int_equal(stats_signed_rank_interval(ten, 10, 0.95, &interval), 0);
	assert_near(interval.level, 0.951171875, EPSILON);
}

/* R 4.2: psignrank(sum, n). */
static void distribution_is_exact(void **state)
{
	static const struct {
		size_t n, sum;
		double probability;
	} known[] = {
		{ 1, 0, 0.5 },
		{ 5, 0, 0.03125 },
		{ 6, 0, 0.015625 },
		{ 10, 8, 0.0244140625 },
		{ 10, 27, 0.5 },
		{ 10, 28, 0.5390625 },
		{ 10, 54, 0.9990234375 },
		{ 10, 55, 1 },
		{ 20, 52, 0.024220466613769531 },
		{ 40, 264, 0.024880283909624268 },
		{ 60, 690, 0.04931442483830089 },
		{ 160, 5800, 0.13837989295184611 },
		{ 300, 20000, 0.043448877314056292 },
	};
	double probability;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(stats_signed_rank_cdf(known[i].n, known[i].sum, &probability), 0);
		assert_near(probability, known[i].probability, EPSILON);
	}
	assert_int_equal(stats_signed_rank_cdf(STATS_MAX_PAIRS, 0, &probability), 0);
	assert_true(probability > 0);
	assert_int_equal(stats_signed_rank_cdf(STATS_MAX_PAIRS + 1, 0, &probability), -E2BIG);
}

/* An interval at 95 % needs 2 * 2^-n <= 0.05. */
static void refuses_too_few_pairs(void **state)
{
	struct stats_interval interval = { -1, -1, -1 };
	double estimate;

	(void)state;
	assert_int_equal(stats_pairs_needed(0.95), 6);
	assert_int_equal(stats_pairs_needed(0.99), 8);
	assert_int_equal(stats_pairs_needed(0.9375), 5);
	for (size_t n = 1; n < 6; n++) {
		assert_int_equal(stats_hodges_lehmann(ten, n, &estimate), 0);
		assert_int_equal(stats_signed_rank_interval(ten, n, 0.95, &interval), -ENODATA);
	}
	assert_near(interval.low, -1, 0);
	assert_int_equal(stats_signed_rank_interval(ten, 6, 0.95, &interval), 0);
	assert_int_equal(stats_hodges_lehmann(ten, 1, &estimate), 0);
	assert_near(estimate, 0.31, 0);
}

static void order_and_sign_do_not_matter(void **state)
{
	const double turned[] = { -0.26, -0.53, -0.01 };
	const double straight[] = { 0.26, 0.01, 0.53 };
	double values[10];

	(void)state;
	for (size_t turn = 0; turn < 10; turn++) {
		for (size_t i = 0; i < 10; i++)
			values[i] = ten[(7 * i + turn) % 10];
		assert_shift(values, 10, 0.95, straight);
		for (size_t i = 0; i < 10; i++)
			values[i] = -values[i];
		assert_shift(values, 10, 0.95, turned);
	}
}

/* Zeros and ties stay in; all equal is a point, and half zeros cannot exclude zero. */
static void keeps_zeros_and_ties(void **state)
{
	const double same[] = { 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5 };
	const double zeros[] = { 0, 0, 0, 0, 0, 0, 0, 0 };
	const double half[] = { 0, 0, 0, 0, 1, 1, 1, 1 };
	const double point[] = { 0.5, 0.5, 0.5 }, nothing[] = { 0, 0, 0 }, wide[] = { 0.5, 0, 1 };

	(void)state;
	assert_shift(same, 7, 0.95, point);
	assert_shift(zeros, 8, 0.95, nothing);
	assert_shift(half, 8, 0.95, wide);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_r),
		cmocka_unit_test(distribution_is_exact),
		cmocka_unit_test(refuses_too_few_pairs),
		cmocka_unit_test(order_and_sign_do_not_matter),
		cmocka_unit_test(keeps_zeros_and_ties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
