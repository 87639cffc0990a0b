/* SPDX-License-Identifier: MIT */
/*
 * A hotplug driver that refuses: the step is counted with its errno, the contender's threads are
 * back at work on their CPU, and the run goes on.
 */
#include "one_block.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static unsigned int nr_offline_calls, nr_online_calls;

/* The second offline of the block is refused. */
static int refusing_offline(unsigned int cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	return ++nr_offline_calls == 2 ? -EBUSY : 0;
}

/* The second online of the plan: the first call comes before its first step. */
static int refusing_online(unsigned int cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	return ++nr_online_calls == 3 ? -EIO : 0;
}

static int willing(unsigned int cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	return 0;
}

static void check_step(const struct step_sample *s, enum step_status status, int error)
{
	assert_int_equal(s->status, status);
	assert_int_equal(s->error, error);
	if (status != STEP_DONE)
		for (enum phase phase = 0; phase < NR_PHASES; phase++)
			assert_true(s->blank[phase] == BLANK_NOT_REACHED ||
				    s->blank[phase] == BLANK_OTHER_STEP);
}

static void run_refused(const char *contender, const struct hotplug *hotplug,
			const enum step_status expected[6], const int errors[6])
{
	struct one_block one;

	nr_offline_calls = 0;
	nr_online_calls = 0;
	one_block_init(&one, contender, "sleep", 2, 3);
	one.setup.hotplug = hotplug;
	assert_int_equal(driver_run_block(&one.rec, NULL, &one.block), 0);
	for (size_t i = 0; i < 6; i++)
		check_step(&one.block.steps[i], expected[i], errors[i]);
	assert_int_equal(one.block.work_accepted, one.block.work_done);
	one_block_fini(&one);
}

static void for_each_mover(const struct hotplug *hotplug, const enum step_status expected[6],
			   const int errors[6])
{
	static const char *const movers[] = { "park", "recreate", "rebind" };

	for (size_t i = 0; i < sizeof(movers) / sizeof(movers[0]); i++)
		run_refused(movers[i], hotplug, expected, errors);
}

static void test_offline_refused(void **state)
{
	const struct hotplug hotplug = { .name = "refusing",
					 .online = willing,
					 .offline = refusing_offline };
	const enum step_status expected[] = { STEP_DONE,  STEP_DONE, STEP_REFUSED,
					      STEP_NO_OP, STEP_DONE, STEP_DONE };
	const int errors[] = { 0, 0, EBUSY, 0, 0, 0 };

	(void)state;
	for_each_mover(&hotplug, expected, errors);
}

static void test_online_refused(void **state)
{
	const struct hotplug hotplug = { .name = "refusing",
					 .online = refusing_online,
					 .offline = willing };
	const enum step_status expected[] = { STEP_DONE,    STEP_DONE,	STEP_DONE,
					      STEP_REFUSED, STEP_NO_OP, STEP_DONE };
	const int errors[] = { 0, 0, 0, EIO, 0, 0 };

	(void)state;
	for_each_mover(&hotplug, expected, errors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offline_refused),
		cmocka_unit_test(test_online_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
