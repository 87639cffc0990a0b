/* SPDX-License-Identifier: MIT */
/*
 * Park and unpark as fast as it goes. A park that returns 0 is true at once (B4, M5: no flag of
 * the last cycle is taken for this one), and every unpark is followed by a run (B8, M7).
 */
#include "kthread_check.h"

#define NR_CYCLES 1000

/* Counts, and never between a park that returned 0 and the unpark. */
struct cycle {
	struct subject subject;
	atomic_bool is_parked; /* as the controller believes */
	atomic_int nr_violations;
};

static int count_violations(void *data)
{
	struct cycle *cycle = data;

	while (!kthread_should_stop()) {
		if (atomic_load(&cycle->is_parked))
			atomic_fetch_add(&cycle->nr_violations, 1);
		if (!(atomic_fetch_add(&cycle->subject.nr_turns, 1) % 8))
			sched_yield();
		kthread_parkme();
	}
	return 0;
}

/* Seed style: told so, it returns, and is called again. */
static int count_until_told(void *data)
{
	struct cycle *cycle = data;

	while (!kthread_should_stop_or_park()) {
		if (atomic_load(&cycle->is_parked))
			atomic_fetch_add(&cycle->nr_violations, 1);
		if (!(atomic_fetch_add(&cycle->subject.nr_turns, 1) % 8))
			sched_yield();
	}
	return 0;
}

static void park_and_unpark(struct kthread *k, struct cycle *cycle)
{
	assert_int_equal(bounded(kthread_park(k)), 0);
	atomic_store(&cycle->is_parked, true);
	assert_int_equal(bounded(kthread_park(k)), 0);
	atomic_store(&cycle->is_parked, false);
	assert_int_equal(kthread_unpark(k), 0);
}

static void run_cycles(int (*threadfn)(void *), bool is_per_cpu, int wait_every)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct cycle cycle = { 0 };
	struct hostile_waker waker;
	unsigned int cpus[2];
	struct kthread *k;

	pick_cpus(cpus);
	attr.cpu = is_per_cpu ? (int)cpus[1] : -1;
	attr.per_cpu = is_per_cpu;
	k = kthread_create_attr(&attr, threadfn, &cycle, "cycle");
	assert_non_null(k);
	hostile_start(&waker, k, true);
	for (int i = 0; i < NR_CYCLES; i++) {
		unsigned long turns = atomic_load(&cycle.subject.nr_turns);

		park_and_unpark(k, &cycle);
		if (i % wait_every == 0)
			wait_until(atomic_load(&cycle.subject.nr_turns) > turns);
	}
	bounded(kthread_stop(k));
	hostile_end(&waker);
	assert_int_equal(atomic_load(&cycle.nr_violations), 0);
}

static void every_unpark_is_followed_by_a_run(void **state)
{
	(void)state;
	run_cycles(count_violations, false, 1);
	run_cycles(count_until_told, false, 1);
}

static void no_park_lies(void **state)
{
	(void)state;
	run_cycles(count_violations, false, 100);
	run_cycles(count_until_told, false, 100);
}

static void nor_does_one_of_a_per_cpu_thread(void **state)
{
	(void)state;
	run_cycles(count_violations, true, 2);
	run_cycles(count_until_told, true, 2);
}

/* The thread is kept from running between the unpark and the next park. */
static void new_park_waits_for_the_thread(void **state)
{
	struct cycle cycle = { 0 };
	struct kthread *k = kthread_run(count_violations, &cycle, "slow");
	struct caller parker;

	(void)state;
	wait_for_turns(&cycle.subject);
	assert_int_equal(bounded(kthread_park(k)), 0);
	hold(k);
	assert_int_equal(kthread_unpark(k), 0);
	caller_start(&parker, kthread_park, k);
	wait_until(caller_has_settled(&parker));
	assert_false(atomic_load(&parker.is_done));
	release();
	assert_int_equal(caller_join(&parker), 0);
	assert_frozen(&cycle.subject);
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_unpark_is_followed_by_a_run),
		cmocka_unit_test(no_park_lies),
		cmocka_unit_test(nor_does_one_of_a_per_cpu_thread),
		cmocka_unit_test(new_park_waits_for_the_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
