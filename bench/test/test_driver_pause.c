/* SPDX-License-Identifier: MIT */
/* The pause before a step is the planned one, however long the step before it took. */
#include "clock.h"
#include "one_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SLOW_NS 3000000u

static int slow(unsigned int cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	clock_sleep_until_ns(clock_now_ns() + SLOW_NS);
	return 0;
}

static void test_a_slow_step_shortens_no_pause(void **state)
{
	const struct hotplug hotplug = { .name = "slow", .online = slow, .offline = slow };
	struct one_block one;

	(void)state;
	one_block_init(&one, "empty", "sleep", 1, 4);
	for (size_t i = 0; i < one.plan.nr_steps; i++)
		one.plan.steps[i].planned_ns = (i + 1) * 1000000; /* shorter than a step takes */
	one.setup.hotplug = &hotplug;
	assert_int_equal(driver_run_block(&one.rec, NULL, &one.block), 0);
	for (size_t i = 1; i < one.block.nr_steps; i++) {
		const struct step_sample *s = &one.block.steps[i];

		assert_true(s[0].started_ns - s[-1].started_ns >=
			    s[0].planned_ns - s[-1].planned_ns + SLOW_NS);
	}
	one_block_fini(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_slow_step_shortens_no_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
