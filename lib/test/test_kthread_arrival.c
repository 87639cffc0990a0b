/* SPDX-License-Identifier: MIT */
/* kthread_unpark_wait(): back when the thread has run, on its own CPU, and told if it has not. */
#include "affinity_probe.h"

static struct kthread *park_per_cpu(struct subject *subject, unsigned int cpu)
{
	struct kthread *k = bounded(kthread_create_on_cpu(count_turns, subject, cpu, "arrive/%u"));

	assert_non_null(k);
	assert_int_equal(bounded(kthread_unpark(k)), 0);
	wait_for_turns(subject);
	assert_int_equal(bounded(kthread_park(k)), 0);
	return k;
}

static void has_arrived_when_it_returns(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct subject subject = { 0 };
	struct kthread *k;

	(void)state;
	probe_reset();
	attr.parked = true;
	k = bounded(kthread_create_attr(&attr, count_turns, &subject, "arrive"));
	for (int i = 0; i < 200; i++) {
		assert_int_equal(bounded(kthread_unpark_wait(k)), 0);
		/* It has left its park, and nobody has asked it to stop yet. */
		assert_int_equal(bounded(kthread_unpark_wait(k)), 0);
		assert_int_equal(bounded(kthread_park(k)), 0);
	}
	bounded(kthread_stop(k));
	assert_int_equal(atomic_load(&probe.nr_calls), 0);
}

static void waits_for_one_that_does_not_get_to_run(void **state)
{
	struct subject subject = { 0 };
	unsigned int cpus[2];
	struct caller waiter;
	struct kthread *k;

	(void)state;
	probe_reset();
	pick_cpus(cpus);
	k = park_per_cpu(&subject, cpus[1]);
	hold(k);
	caller_start(&waiter, kthread_unpark_wait, k);
	wait_until(caller_has_settled(&waiter));
	assert_false(atomic_load(&waiter.is_done));
	release();
	assert_int_equal(caller_join(&waiter), 0);
	wait_for_turns(&subject);
	/* Not parked, so it has arrived already. */
	assert_int_equal(bounded(kthread_unpark_wait(k)), 0);
	bounded(kthread_stop(k));
}

static void is_told_of_a_wrong_cpu(void **state)
{
	struct subject subject = { 0 };
	unsigned int cpus[2];
	struct kthread *k;

	(void)state;
	probe_reset();
	pick_cpus(cpus);
	if (cpus[0] == cpus[1])
		skip();
	k = park_per_cpu(&subject, cpus[1]);
	atomic_store(&probe.lies, true);
	allow_cpus(kthread_tid(k), &cpus[0], 1);
	assert_int_equal(bounded(kthread_unpark_wait(k)), -EXDEV);
	wait_for_turns(&subject);
	atomic_store(&probe.lies, false);
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(bounded(kthread_unpark_wait(k)), 0);
	bounded(kthread_stop(k));
}

/* The thread gets the CPU only after the next park request has come. */
static void is_told_when_it_is_parked_again_before(void **state)
{
	struct subject subject = { 0 };
	struct caller waiter, parker;
	unsigned int cpus[2];
	struct kthread *k;

	(void)state;
	probe_reset();
	pick_cpus(cpus);
	k = park_per_cpu(&subject, cpus[0]);
	hold(k);
	caller_start(&waiter, kthread_unpark_wait, k);
	wait_until(caller_has_settled(&waiter));
	caller_start(&parker, kthread_park, k);
	wait_until(caller_has_settled(&parker));
	release();
	assert_int_equal(caller_join(&waiter), -ECANCELED);
	assert_int_equal(caller_join(&parker), 0);
	assert_frozen(&subject);
	bounded(kthread_stop(k));
}

/*
 * The waiter is held until the thread has arrived, run and parked again: it has arrived all the
 * same, also if a request in between was taken back.
 */
static void is_not_told_so_when_it_has_run(void **state)
{
	unsigned int cpus[2];

	(void)state;
	probe_reset();
	pick_cpus(cpus);
	for (int is_taken_back = 0; is_taken_back < 2; is_taken_back++) {
		struct subject subject = { 0 };
		struct kthread *k = park_per_cpu(&subject, cpus[0]);
		struct caller waiter;

		hold(k);
		caller_start(&waiter, kthread_unpark_wait, k);
		wait_until(caller_has_settled(&waiter));
		hold_tid(atomic_load(&waiter.tid), SIGUSR2);
		release();
		wait_for_turns(&subject);
		if (is_taken_back) {
			atomic_store(&subject.is_deaf, true);
			wait_for_turns(&subject);
			assert_int_equal(bounded(kthread_park_timeout(k, 0)), -ETIMEDOUT);
			atomic_store(&subject.is_deaf, false);
		}
		assert_int_equal(bounded(kthread_park(k)), 0);
		release_which(SIGUSR2);
		assert_int_equal(caller_join(&waiter), 0);
		bounded(kthread_stop(k));
	}
}

/* Stop makes it leave its park too, and that is an arrival. */
static void ends_when_the_thread_is_stopped(void **state)
{
	struct subject subject = { 0 };
	struct caller waiter, stopper;
	unsigned int cpus[2];
	struct kthread *k;

	(void)state;
	probe_reset();
	pick_cpus(cpus);
	for (int is_stopped_first = 0; is_stopped_first < 2; is_stopped_first++) {
		k = kthread_get(park_per_cpu(&subject, cpus[0]));
		hold(k);
		if (is_stopped_first) {
			caller_start(&stopper, kthread_stop, k);
			wait_until(caller_has_settled(&stopper));
		}
		caller_start(&waiter, kthread_unpark_wait, k);
		wait_until(caller_has_settled(&waiter));
		if (!is_stopped_first) {
			caller_start(&stopper, kthread_stop, k);
			wait_until(caller_has_settled(&stopper));
		}
		release();
		assert_int_equal(caller_join(&waiter), 0);
		assert_int_equal(caller_join(&stopper), 0);
		kthread_put(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_arrived_when_it_returns),
		cmocka_unit_test(waits_for_one_that_does_not_get_to_run),
		cmocka_unit_test(is_told_of_a_wrong_cpu),
		cmocka_unit_test(is_told_when_it_is_parked_again_before),
		cmocka_unit_test(is_not_told_so_when_it_has_run),
		cmocka_unit_test(ends_when_the_thread_is_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
