/* SPDX-License-Identifier: MIT */
/* Controllers that look on: where it pays, nowhere else, not for ever, and counted. */
#include "kthread_check.h"

#define LIMIT_NS 20000u

static unsigned int cpus[2];

/* A running thread on its own CPU. This thread stays on the CPU it is told to. */
static struct kthread *start_on(struct subject *subject, unsigned int its_cpu, unsigned int my_cpu)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct kthread *k;

	attr.cpu = (int)its_cpu;
	attr.spin_ns = LIMIT_NS;
	allow_cpus(0, &my_cpu, 1);
	k = kthread_start(kthread_create_attr(&attr, count_turns, subject, "spun for"));
	assert_non_null(k);
	wait_for_turns(subject);
	return k;
}

static void finish(struct kthread *k, struct subject *subject)
{
	atomic_store(&subject->is_deaf, false);
	bounded(kthread_stop(k));
	allow_cpus(0, cpus, 2);
}

static struct kthread_stats stats_of(struct kthread *k)
{
	struct kthread_stats stats;

	kthread_read_stats(k, &stats);
	return stats;
}

static void cycle(struct kthread *k, struct subject *subject)
{
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(bounded(kthread_unpark_wait(k)), 0);
	wait_for_turns(subject);
}

static void pays_across_cpus(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = start_on(&subject, cpus[1], cpus[0]);
	struct kthread_stats stats;

	(void)state;
	do {
		cycle(k, &subject);
		stats = stats_of(k);
	} while (!stats.parks.nr_won || !stats.arrivals.nr_won);
	assert_true(stats.parks.nr >= stats.parks.nr_won);
	assert_true(stats.arrivals.nr >= stats.arrivals.nr_won);
	assert_true(stats.parks.spun_ns > 0);
	assert_true(stats.arrivals.spun_ns > 0);
	finish(k, &subject);
}

static void never_on_the_same_cpu(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = start_on(&subject, cpus[0], cpus[0]);

	(void)state;
	for (int i = 0; i < 50; i++)
		cycle(k, &subject);
	assert_int_equal(stats_of(k).parks.nr, 0);
	assert_int_equal(stats_of(k).arrivals.nr, 0);
	finish(k, &subject);
}

/* Bound by nobody, but there is nowhere else to be. */
static void never_with_one_cpu(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k;

	(void)state;
	allow_cpus(0, &cpus[0], 1);
	k = kthread_run(count_turns, &subject, "alone");
	wait_for_turns(&subject);
	for (int i = 0; i < 50; i++)
		cycle(k, &subject);
	assert_int_equal(stats_of(k).parks.nr, 0);
	assert_int_equal(stats_of(k).arrivals.nr, 0);
	finish(k, &subject);
}

static void never_when_switched_off(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = start_on(&subject, cpus[1], cpus[0]);

	(void)state;
	kthread_set_spin(k, 0);
	for (int i = 0; i < 50; i++)
		cycle(k, &subject);
	assert_int_equal(stats_of(k).parks.nr, 0);
	assert_int_equal(stats_of(k).arrivals.nr, 0);
	finish(k, &subject);
}

/* The 1st, 3rd, 7th, 15th, 31st and 63rd wait: each that is in vain makes twice as many wait. */
static void gives_up_where_it_does_not_pay(void **state)
{
	struct subject subject = { .is_deaf = true };
	struct kthread *k = start_on(&subject, cpus[1], cpus[0]);
	struct kthread_stats stats;

	(void)state;
	wait_for_turns(&subject);
	for (int i = 0; i < 64; i++)
		assert_int_equal(bounded(kthread_park_timeout(k, 20 * LIMIT_NS)), -ETIMEDOUT);
	stats = stats_of(k);
	assert_int_equal(stats.parks.nr, 6);
	assert_int_equal(stats.parks.nr_won, 0);
	assert_true(stats.parks.spun_ns >= 6 * LIMIT_NS);
	/* One that pays makes good for all of them. */
	atomic_store(&subject.is_deaf, false);
	do
		cycle(k, &subject);
	while (!stats_of(k).parks.nr_won);
	stats = stats_of(k);
	atomic_store(&subject.is_deaf, true);
	wait_for_turns(&subject);
	for (int i = 0; i < 3; i++)
		assert_int_equal(bounded(kthread_park_timeout(k, 20 * LIMIT_NS)), -ETIMEDOUT);
	assert_int_equal(stats_of(k).parks.nr, stats.parks.nr + 2);
	finish(k, &subject);
}

static void never_without_time(void **state)
{
	struct subject subject = { .is_deaf = true };
	struct kthread *k = start_on(&subject, cpus[1], cpus[0]);

	(void)state;
	wait_for_turns(&subject);
	for (int i = 0; i < 50; i++)
		assert_int_equal(bounded(kthread_park_timeout(k, 0)), -ETIMEDOUT);
	assert_int_equal(stats_of(k).parks.nr, 0);
	finish(k, &subject);
}

static int end_when_asked_to_park(void *data)
{
	struct subject *subject = data;

	while (!kthread_should_stop_or_park())
		atomic_fetch_add(&subject->nr_turns, 1);
	kthread_exit(7);
}

/* Nothing will ever set PARKED: who looks on has to see the end too. */
static void sees_the_thread_end(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;

	(void)state;
	attr.cpu = (int)cpus[1];
	attr.spin_ns = KTHREAD_SPIN_NS_MAX;
	allow_cpus(0, &cpus[0], 1);
	for (int i = 0; i < 100; i++) {
		struct subject subject = { 0 };
		struct kthread *k = kthread_start(
			kthread_create_attr(&attr, end_when_asked_to_park, &subject, "ends"));

		wait_for_turns(&subject);
		assert_int_equal(bounded(kthread_park(k)), -ENOSYS);
		assert_int_equal(bounded(kthread_stop(k)), 7);
	}
	allow_cpus(0, cpus, 2);
}

static atomic_bool is_over;

static int unpark_all_the_time(struct kthread *k)
{
	while (!atomic_load(&is_over)) {
		kthread_unpark(k);
		sched_yield();
	}
	return 0;
}

/* ... and being overtaken. */
static void sees_an_unpark(void **state)
{
	struct subject subject = { .is_deaf = true };
	struct kthread *k = start_on(&subject, cpus[1], cpus[0]);

	(void)state;
	wait_for_turns(&subject);
	for (int i = 0; i < 50; i++) {
		struct caller unparker;

		kthread_set_spin(k, KTHREAD_SPIN_NS_MAX);
		atomic_store(&is_over, false);
		caller_start(&unparker, unpark_all_the_time, k);
		assert_int_equal(bounded(kthread_park(k)), -ECANCELED);
		atomic_store(&is_over, true);
		assert_int_equal(caller_join(&unparker), 0);
	}
	finish(k, &subject);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pays_across_cpus),
		cmocka_unit_test(never_on_the_same_cpu),
		cmocka_unit_test(never_with_one_cpu),
		cmocka_unit_test(never_when_switched_off),
		cmocka_unit_test(gives_up_where_it_does_not_pay),
		cmocka_unit_test(never_without_time),
		cmocka_unit_test(sees_the_thread_end),
		cmocka_unit_test(sees_an_unpark),
	};
	int ret = skip_without_two_cpus();

	pick_cpus(cpus);
	return ret ? ret : cmocka_run_group_tests(tests, NULL, NULL);
}
