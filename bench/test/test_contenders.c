/* SPDX-License-Identifier: MIT */
/*
 * Conformance: every registered contender with every registered duty does what the driver and the
 * tables rely on. A new one is tested by being in its .def list.
 */
#include "clock.h"
#include "one_block.h"
#include "sysfile.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define NR_CYCLES 5

static unsigned int nr_threads_of_process(void)
{
	char *text = NULL;
	unsigned int nr = 0;

	assert_int_equal(sysfile_load(NULL, "/proc/self/status", &text), 0);
	assert_int_equal(sscanf(strstr(text, "Threads:"), "Threads: %u", &nr), 1);
	free(text);
	return nr;
}

/* A joined thread is counted until the kernel has let go of it. */
static void wait_for_threads(unsigned int nr)
{
	uint64_t deadline_ns = clock_now_ns() + 10000000000u;

	while (nr_threads_of_process() != nr && clock_now_ns() < deadline_ns)
		sched_yield();
	assert_int_equal(nr_threads_of_process(), nr);
}

static void check_down(const struct one_block *one, const struct step_sample *s)
{
	bool leaves = one->arm.contender->leaves != LEAVES_NOT;

	assert_int_equal(s->blank[PHASE_QUIESCE], BLANK_NONE);
	assert_int_equal(s->blank[PHASE_OFFLINE], BLANK_NONE);
	assert_int_equal(s->blank[PHASE_TOTAL], BLANK_NONE);
	assert_int_equal(s->blank[PHASE_WAKE], BLANK_OTHER_STEP);
	assert_true(s->ns[PHASE_TOTAL] == s->ns[PHASE_QUIESCE] + s->ns[PHASE_OFFLINE]);
	if (leaves && s->blank[PHASE_OFF_CPU] != BLANK_NOT_OBSERVABLE)
		assert_true(s->ns[PHASE_OFF_CPU] >= s->ns[PHASE_QUIESCE]);
	if (!leaves)
		assert_true(s->blank[PHASE_OFF_CPU] == BLANK_NOT_MOVED ||
			    s->blank[PHASE_OFF_CPU] == BLANK_NO_THREADS);
}

static void check_up(const struct one_block *one, const struct step_sample *s)
{
	assert_int_equal(s->blank[PHASE_ONLINE], BLANK_NONE);
	assert_int_equal(s->blank[PHASE_STARTUP], BLANK_NONE);
	assert_int_equal(s->blank[PHASE_TOTAL], BLANK_NONE);
	assert_int_equal(s->blank[PHASE_QUIESCE], BLANK_OTHER_STEP);
	assert_int_equal(s->nr_wrong_cpu, 0);
	assert_int_equal(s->nr_affinity_lost, 0);
	if (one->arm.contender->leaves == LEAVES_NOT)
		return;
	assert_int_equal(s->blank[PHASE_WAKE], BLANK_NONE);
	assert_true(s->ns[PHASE_RESUME] > 0);
	assert_true(s->ns[PHASE_RESUME] >= s->ns[PHASE_WAKE]);
}

static void check_block(const struct one_block *one)
{
	const struct block *block = &one->block;
	unsigned int nr_threads = one->arm.contender->has_threads ? one->cell.threads_per_cpu : 0;

	assert_int_equal(block->nr_steps, 2 * NR_CYCLES);
	for (size_t i = 0; i < block->nr_steps; i++) {
		const struct step_sample *s = &block->steps[i];

		assert_int_equal(s->status, STEP_DONE);
		assert_int_equal(s->seq, i);
		assert_true(s->started_ns >= s->planned_ns);
		if (s->action == PLAN_OFFLINE)
			check_down(one, s);
		else
			check_up(one, s);
	}
	assert_true(block->work_accepted <= block->work_done);
	/* One item for each arrival of each thread, the untimed first one included. */
	if (one->arm.contender->leaves != LEAVES_NOT)
		assert_true(block->work_accepted >= (NR_CYCLES + 1) * nr_threads);
}

static void run_one(const char *contender, const char *duty, unsigned int threads)
{
	unsigned int before = nr_threads_of_process();
	struct one_block one;

	print_message("%s %s %u\n", contender, duty, threads);
	one_block_init(&one, contender, duty, threads, NR_CYCLES);
	assert_int_equal(driver_run_block(&one.rec, NULL, &one.block), 0);
	check_block(&one);
	wait_for_threads(before);
	one_block_fini(&one);
}

static void *nothing(void *arg)
{
	return arg;
}

/* A sanitizer makes a thread of its own beside the first one: before threads are counted. */
static void start_first_thread(void)
{
	pthread_t first;

	assert_int_equal(pthread_create(&first, NULL, nothing, NULL), 0);
	pthread_join(first, NULL);
}

static void test_every_contender_with_every_duty(void **state)
{
	const struct contender *const *contenders;
	const struct duty *const *duties;
	size_t nr_contenders, nr_duties;

	(void)state;
	contenders = contender_list(&nr_contenders);
	duties = duty_list(&nr_duties);
	start_first_thread();
	for (size_t i = 0; i < nr_contenders; i++)
		for (size_t j = 0; j < nr_duties; j++) {
			run_one(contenders[i]->name, duties[j]->name, 1);
			run_one(contenders[i]->name, duties[j]->name, 3);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_contender_with_every_duty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
