/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "clock.h"

static void never_goes_back(void **state)
{
	uint64_t last = clock_now_ns();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t now = clock_now_ns();

		assert_true(now >= last);
		last = now;
	}
}

static void wakes_after_the_deadline(void **state)
{
	uint64_t deadline = clock_now_ns() + 2000000;

	(void)state;
	clock_sleep_until_ns(deadline);
	assert_true(clock_now_ns() >= deadline);
}

static void accepts_deadlines_in_the_past(void **state)
{
	(void)state;
	clock_sleep_until_ns(0);
	clock_sleep_until_ns(clock_now_ns() - 1);
}

static void knows_its_resolution(void **state)
{
	struct clock_cost cost = clock_measure_cost();

	(void)state;
	assert_true(cost.resolution_ns > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_goes_back),
		cmocka_unit_test(wakes_after_the_deadline),
		cmocka_unit_test(accepts_deadlines_in_the_past),
		cmocka_unit_test(knows_its_resolution),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
