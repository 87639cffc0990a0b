/* SPDX-License-Identifier: MIT */
/* A multiplexed count is scaled up by enabled / running; one never taken is blank, not 0. */
#include "counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
	struct counter_reading sum;
	enum counter_status status;
	double estimate, share;
} samples[] = {
	{ { 1000, 500, 500 }, COUNTER_EXACT, 1000, 1 },
	{ { 0, 500, 500 }, COUNTER_EXACT, 0, 1 },
	{ { 1000, 500, 501 }, COUNTER_EXACT, 1000, 1 },
	{ { 1000, 500, 250 }, COUNTER_SCALED, 2000, 0.5 },
	{ { 0, 500, 250 }, COUNTER_SCALED, 0, 0.5 },
	{ { 3, 8000000000u, 2000000000u }, COUNTER_SCALED, 12, 0.25 },
	{ { 0, 500, 0 }, COUNTER_BLANK, 0, 0 },
	{ { 0, 0, 0 }, COUNTER_BLANK, 0, 0 },
};

static void scales_by_the_share_of_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		double estimate = -1, share = -1;

		assert_int_equal(counters_scale(&samples[i].sum, &estimate, &share),
				 samples[i].status);
		assert_float_equal(estimate, samples[i].estimate, 1e-9);
		assert_float_equal(share, samples[i].share, 1e-9);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scales_by_the_share_of_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
