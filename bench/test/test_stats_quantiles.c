/* SPDX-License-Identifier: MIT */
/* Quantiles, median, mean and MAD follow one stated rule, whatever the order of the values. */
#include "stats.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* cmocka's own rounds both sides to float. */
#define assert_near(a, b, epsilon) assert_true(fabs((a) - (b)) <= (epsilon))

#define EPSILON 1e-12

/* R 4.2: quantile(x, q, type = 2) of 10, 20, ..., 110 and of its first ten. */
static const struct {
	double q, of_eleven, of_ten;
} known[] = {
	{ 0.1, 20, 15 }, { 0.25, 30, 30 }, { 0.5, 60, 55 }, { 0.9, 100, 95 }, { 0.95, 110, 100 },
};

static void agrees_with_r(void **state)
{
	const double tens[] = { 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110 };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_near(stats_quantile(tens, 11, known[i].q), known[i].of_eleven, EPSILON);
		assert_near(stats_quantile(tens, 10, known[i].q), known[i].of_ten, EPSILON);
	}
}

static void order_does_not_matter(void **state)
{
	const double sorted[] = { 1, 1, 2, 2, 4, 6, 9 };
	double values[] = { 9, 1, 2, 6, 1, 4, 2 };

	(void)state;
	/* Every rotation is another order of the same values. */
	for (size_t turn = 0; turn < 7; turn++) {
		double rotated[7];

		for (size_t i = 0; i < 7; i++)
			rotated[i] = values[(i + turn) % 7];
		assert_near(stats_mean(rotated, 7), 25.0 / 7, EPSILON);
		stats_sort(rotated, 7);
		assert_memory_equal(rotated, sorted, sizeof(sorted));
	}
	assert_near(stats_median(sorted, 7), 2, EPSILON);
	assert_near(stats_mad(sorted, 7), 1, EPSILON);
}

static void mad_of_even_and_of_skewed(void **state)
{
	const double doubling[] = { 1, 2, 4, 8 };
	const double far_low[] = { -100, 1, 2, 3, 4 };
	const double far_high[] = { 1, 2, 3, 4, 100 };
	const double tens[] = { 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110 };

	(void)state;
	assert_near(stats_mad(doubling, 4), 1.5, EPSILON);
	assert_near(stats_mad(far_low, 5), 1, EPSILON);
	assert_near(stats_mad(far_high, 5), 1, EPSILON);
	assert_near(stats_mad(tens, 11), 30, EPSILON);
}

static void one_and_equal_values(void **state)
{
	const double same[] = { 7, 7, 7, 7, 7 };

	(void)state;
	for (size_t n = 1; n <= 5; n++) {
		assert_near(stats_quantile(same, n, 0.001), 7, 0);
		assert_near(stats_median(same, n), 7, 0);
		assert_near(stats_quantile(same, n, 0.999), 7, 0);
		assert_near(stats_mean(same, n), 7, 0);
		assert_near(stats_mad(same, n), 0, 0);
	}
}

/* 2^53 - 1 ns are the largest that stay exact; the middle of two of them must not overflow. */
static void large_values_stay_exact(void **state)
{
	const double big = 9007199254740991.0;
	const double values[] = { big - 4, big - 2, big, big };

	(void)state;
	assert_near(stats_median(values, 4), big - 1, 0);
	assert_near(stats_mean(values + 2, 2), big, 0);
}

static void tails_need_ten_samples_above(void **state)
{
	static const struct {
		double q;
		size_t needed;
	} tails[] = {
		{ 0.5, 20 },	    { 0.9, 100 },	  { 0.99, 1000 }, { 0.999, 10000 },
		{ 0.9999, 100000 }, { 0.99999, 1000000 }, { 0.95, 200 },  { 0.999999, 10000000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		assert_int_equal(stats_samples_needed(tails[i].q), tails[i].needed);
		assert_true(stats_quantile_is_carried(tails[i].needed, tails[i].q));
		assert_false(stats_quantile_is_carried(tails[i].needed - 1, tails[i].q));
	}
	assert_false(stats_quantile_is_carried(0, 0.5));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_r),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(mad_of_even_and_of_skewed),
		cmocka_unit_test(one_and_equal_values),
		cmocka_unit_test(large_values_stay_exact),
		cmocka_unit_test(tails_need_ten_samples_above),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
