/* SPDX-License-Identifier: MIT */
/* No system call where nobody sleeps, and one where one does. */
#include "syscall_probe.h"

struct self_parker {
	atomic_bool has_asked;
	atomic_bool may_look;
	atomic_ulong nr_turns;
};

static int ask_for_oneself(void *data)
{
	struct self_parker *own = data;

	kthread_park(kthread_self());
	atomic_store(&own->has_asked, true);
	while (!kthread_should_stop()) {
		if (atomic_load(&own->may_look))
			kthread_parkme();
		atomic_fetch_add(&own->nr_turns, 1);
		sched_yield();
	}
	return 0;
}

/* It runs, with a request that it has not obeyed yet: an unpark has nobody to wake. */
static void early_unpark_costs_none(void **state)
{
	struct self_parker own = { 0 };
	struct kthread *k = kthread_run(ask_for_oneself, &own, "early");

	(void)state;
	wait_until(atomic_load(&own.has_asked));
	assert_int_equal(futex_calls_in(kthread_unpark(k)), 0);
	assert_int_equal(futex_calls_in(kthread_unpark(k)), 0);
	assert_int_equal(futex_calls_in(kthread_wake(k)), 0);
	assert_int_equal(futex_calls_in(kthread_wake(k)), 0);
	atomic_store(&own.may_look, true);
	wait_for_turns(&own);
	bounded(kthread_stop(k));
}

static void parking_the_parked_costs_none(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "parked");

	(void)state;
	wait_for_turns(&subject);
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(futex_calls_in(kthread_park(k)), 0);
	assert_int_equal(futex_calls_in(kthread_wake(k)), 0);
	bounded(kthread_stop(k));
}

/* Nobody else waits, so the thread is the only one to wake, however its parkers have waited. */
static void unpark_of_a_sleeper_costs_one(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "sleeper");

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct caller parker;

		atomic_store(&subject.is_deaf, i % 2);
		wait_for_turns(&subject);
		caller_start(&parker, kthread_park, k);
		wait_until(caller_has_settled(&parker));
		atomic_store(&subject.is_deaf, false);
		assert_int_equal(caller_join(&parker), 0);
		wait_until(is_asleep(kthread_tid(k)));
		assert_int_equal(futex_calls_in(kthread_unpark(k)), 1);
		wait_for_turns(&subject);
	}
	bounded(kthread_stop(k));
}

/* Who wakes a thread that looks on itself needs no call either. It may have fallen asleep. */
static void unpark_of_one_who_looks_on_costs_none(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct subject subject = { 0 };
	struct kthread_stats stats;
	unsigned int cpus[2];
	struct kthread *k;
	bool was_free = false;

	(void)state;
	pick_cpus(cpus);
	if (cpus[0] == cpus[1])
		skip();
	attr.cpu = (int)cpus[1];
	attr.idle_spin_ns = KTHREAD_SPIN_NS_MAX;
	allow_cpus(0, &cpus[0], 1);
	k = kthread_start(kthread_create_attr(&attr, count_turns, &subject, "looks on"));
	for (int i = 0; i < 2000 && !was_free; i++) {
		wait_for_turns(&subject);
		assert_int_equal(bounded(kthread_park(k)), 0);
		was_free = futex_calls_in(kthread_unpark(k)) == 0;
		/* Forgets that it was in vain. */
		kthread_set_idle_spin(k, KTHREAD_SPIN_NS_MAX);
	}
	assert_true(was_free);
	wait_for_turns(&subject);
	wait_until((kthread_read_stats(k, &stats), stats.idle.nr_won > 0));
	bounded(kthread_stop(k));
	allow_cpus(0, cpus, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(early_unpark_costs_none),
		cmocka_unit_test(parking_the_parked_costs_none),
		cmocka_unit_test(unpark_of_a_sleeper_costs_one),
		cmocka_unit_test(unpark_of_one_who_looks_on_costs_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
