/* SPDX-License-Identifier: MIT */
/* An open schedule is kept where it can be, and lateness shows where it cannot. */
#include "clock.h"
#include "interrupt.h"
#include "one_block.h"

#include <errno.h>
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

static const struct hotplug slow_hotplug = { .name = "slow", .online = slow, .offline = slow };

static void run(struct one_block *one, enum pacing pacing, uint64_t apart_ns)
{
	one_block_init(one, "empty", "sleep", 1, 4);
	for (size_t i = 0; i < one->plan.nr_steps; i++)
		one->plan.steps[i].planned_ns = (i + 1) * apart_ns;
	one->setup.hotplug = &slow_hotplug;
	one->setup.pacing = pacing;
	assert_int_equal(driver_run_block(&one->rec, NULL, &one->block), 0);
}

/* Ten times as long as a step takes: on the slowest machine one of them keeps its time. */
static void an_open_schedule_does_not_slip(void **state)
{
	const size_t last = 7;
	struct one_block open, pause;
	size_t nr_kept = 0;

	(void)state;
	run(&open, PACING_OPEN, 10 * SLOW_NS);
	run(&pause, PACING_PAUSE, 10 * SLOW_NS);
	for (size_t i = 1; i < open.block.nr_steps; i++) {
		const struct step_sample *s = &open.block.steps[i];

		assert_true(s->started_ns >= s->planned_ns);
		nr_kept += s->started_ns < s->planned_ns + i * SLOW_NS;
	}
	assert_true(nr_kept > 0);
	/* By what its steps took, and they took at least that long. */
	assert_true(pause.block.steps[last].started_ns >=
		    pause.block.steps[last].planned_ns + last * SLOW_NS);
	one_block_fini(&open);
	one_block_fini(&pause);
}

static void too_tight_a_schedule_is_late_and_goes_on(void **state)
{
	struct one_block one;

	(void)state;
	run(&one, PACING_OPEN, SLOW_NS / 10);
	for (size_t i = 1; i < one.block.nr_steps; i++) {
		const struct step_sample *s = &one.block.steps[i];

		assert_int_equal(s->status, STEP_DONE);
		assert_true(s->started_ns >= s->planned_ns + i * (SLOW_NS - SLOW_NS / 10));
		assert_true(s->started_ns >= s[-1].ended_ns);
	}
	one_block_fini(&one);
}

static unsigned int nr_looks;

static const char *third_look(void *arg)
{
	(void)arg;
	return ++nr_looks == 3 ? "the test" : NULL;
}

/* Trouble between two steps: the rest is not tried, CPU and threads are back. */
static void trouble_ends_the_block(void **state)
{
	struct one_block one;

	(void)state;
	one_block_init(&one, "park", "sleep", 2, 4);
	interrupt_watch(0);
	interrupt_ask(third_look, NULL);
	assert_int_equal(driver_run_block(&one.rec, NULL, &one.block), -EINTR);
	assert_string_equal(interrupt_cause(), "the test");
	interrupt_unwatch();
	for (size_t i = 0; i < one.block.nr_steps; i++)
		assert_int_equal(one.block.steps[i].status, i < 3 ? STEP_DONE : STEP_NOT_TRIED);
	assert_int_equal(one.block.work_accepted, one.block.work_done);
	one_block_fini(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_schedule_does_not_slip),
		cmocka_unit_test(too_tight_a_schedule_is_late_and_goes_on),
		cmocka_unit_test(trouble_ends_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
