/* SPDX-License-Identifier: MIT */
/* The interval of a quantile is the pair of order statistics that the binomial law names. */
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* cmocka's own rounds both sides to float. */
#define assert_near(a, b, epsilon) assert_true(fabs((a) - (b)) <= (epsilon))

/* Ranks counted from 1, and the level reached: R 4.2, qbinom() and pbinom(). */
static const struct {
	size_t n;
	double q;
	double low, high, level;
} known[] = {
	{ 6, 0.5, 1, 6, 0.96875 },
	{ 10, 0.5, 2, 9, 0.978515625 },
	{ 11, 0.5, 2, 10, 0.98828125 },
	{ 100, 0.5, 40, 61, 0.964799799782295 },
	{ 1000, 0.5, 469, 532, 0.953708802639502 },
	{ 1000, 0.99, 983, 997, 0.976094763497977 },
	{ 100000, 0.999, 99880, 99920, 0.954789056801905 },
	{ 1000000, 0.5, 499020, 500981, 0.950121031347632 },
};

static void agrees_with_r(void **state)
{
	struct stats_interval interval;
	double *ranks = malloc(1000000 * sizeof(*ranks));

	(void)state;
	assert_non_null(ranks);
	for (size_t i = 0; i < 1000000; i++)
		ranks[i] = (double)(i + 1);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(
			stats_quantile_interval(ranks, known[i].n, known[i].q, 0.95, &interval), 0);
		assert_near(interval.low, known[i].low, 0);
		assert_near(interval.high, known[i].high, 0);
		assert_near(interval.level, known[i].level, 1e-9);
	}
	free(ranks);
}

static void says_so_when_there_are_too_few(void **state)
{
	const double five[] = { 1, 2, 3, 4, 5 };
	struct stats_interval interval = { -1, -1, -1 };

	(void)state;
	for (size_t n = 1; n <= 5; n++)
		assert_int_equal(stats_quantile_interval(five, n, 0.5, 0.95, &interval), -ENODATA);
	assert_int_equal(stats_quantile_interval(five, 5, 0.99, 0.5, &interval), -ENODATA);
	assert_near(interval.low, -1, 0);
	assert_near(interval.level, -1, 0);
}

/* Five values reach 1 - 2 / 32 exactly, so that level is granted. */
static void grants_a_level_that_is_met_exactly(void **state)
{
	const double five[] = { 1, 2, 3, 4, 5 };
	struct stats_interval interval;

	(void)state;
	assert_int_equal(stats_quantile_interval(five, 5, 0.5, 0.9375, &interval), 0);
	assert_near(interval.low, 1, 0);
	assert_near(interval.high, 5, 0);
	assert_near(interval.level, 0.9375, 1e-12);
}

static void equal_values_give_a_point(void **state)
{
	const double same[] = { 3, 3, 3, 3, 3, 3, 3, 3 };
	struct stats_interval interval;

	(void)state;
	assert_int_equal(stats_quantile_interval(same, 8, 0.5, 0.95, &interval), 0);
	assert_near(interval.low, 3, 0);
	assert_near(interval.high, 3, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_r),
		cmocka_unit_test(says_so_when_there_are_too_few),
		cmocka_unit_test(grants_a_level_that_is_met_exactly),
		cmocka_unit_test(equal_values_give_a_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
