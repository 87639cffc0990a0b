/* SPDX-License-Identifier: MIT */
/* Unparking: early it is not lost, without a request it is nothing, and it overtakes parkers. */
#include "kthread_check.h"

static void overtakes_all_who_wait(void **state)
{
	struct subject subject = { .is_deaf = true };
	struct kthread *k = kthread_run(count_turns, &subject, "overtakes");
	struct caller parkers[3];

	(void)state;
	wait_for_turns(&subject);
	for (size_t i = 0; i < ARRAY_SIZE(parkers); i++) {
		caller_start(&parkers[i], kthread_park, k);
		wait_until(caller_has_settled(&parkers[i]));
	}
	assert_int_equal(kthread_unpark(k), 0);
	for (size_t i = 0; i < ARRAY_SIZE(parkers); i++)
		assert_int_equal(caller_join(&parkers[i]), -ECANCELED);
	atomic_store(&subject.is_deaf, false);
	wait_for_turns(&subject);
	bounded(kthread_stop(k));
}

static void without_a_request_is_nothing(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "nothing");

	(void)state;
	wait_for_turns(&subject);
	assert_int_equal(kthread_unpark(k), 0);
	assert_int_equal(kthread_unpark(k), 0);
	/* Nothing has been saved up for this park. */
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_frozen(&subject);
	bounded(kthread_stop(k));
}

static void without_a_request_starts_nobody(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_create(count_turns, &subject, "nobody");

	(void)state;
	assert_int_equal(kthread_unpark(k), 0);
	for (int yields = 0; yields < 200; yields++)
		sched_yield();
	assert_int_equal(bounded(kthread_stop(k)), -EINTR);
}

static void starts_who_was_parked_at_the_gate(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct subject subject = { 0 };
	struct kthread *k;

	(void)state;
	attr.parked = true;
	k = bounded(kthread_create_attr(&attr, count_turns, &subject, "gate"));
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(atomic_load(&subject.nr_entries), 0);
	assert_int_equal(kthread_unpark(k), 0);
	wait_for_turns(&subject);
	bounded(kthread_stop(k));
}

/* The thread is held at its gate, so the unpark comes before it can have parked. */
static void early_at_the_gate_is_not_lost(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_create(count_turns, &subject, "early");
	struct caller parker;

	(void)state;
	hold(k);
	caller_start(&parker, kthread_park, k);
	wait_until(caller_has_settled(&parker));
	assert_int_equal(kthread_unpark(k), 0);
	assert_int_equal(caller_join(&parker), -ECANCELED);
	release();
	wait_for_turns(&subject);
	bounded(kthread_stop(k));
}

/* What is given back at the gate by a parker with no time leaves the thread unstarted. */
static void giving_up_at_the_gate_starts_nobody(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_create(count_turns, &subject, "give up");

	(void)state;
	hold(k);
	assert_int_equal(bounded(kthread_park_timeout(k, 0)), -ETIMEDOUT);
	assert_int_equal(kthread_unpark(k), 0);
	release();
	for (int yields = 0; yields < 200; yields++)
		sched_yield();
	assert_int_equal(atomic_load(&subject.nr_entries), 0);
	kthread_wake(k);
	wait_for_turns(&subject);
	bounded(kthread_stop(k));
}

/* Two controllers who do not agree: each park ends, and after a last unpark the thread runs. */
static void racing_parks_always_end(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "race");

	(void)state;
	for (int i = 0; i < 500; i++) {
		struct caller parker;
		int ret;

		caller_start(&parker, kthread_park, k);
		while (!atomic_load(&parker.is_done)) {
			assert_int_equal(kthread_unpark(k), 0);
			sched_yield();
		}
		ret = caller_join(&parker);
		assert_true(ret == 0 || ret == -ECANCELED);
		assert_int_equal(kthread_unpark(k), 0);
		wait_for_turns(&subject);
	}
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(overtakes_all_who_wait),
		cmocka_unit_test(without_a_request_is_nothing),
		cmocka_unit_test(without_a_request_starts_nobody),
		cmocka_unit_test(starts_who_was_parked_at_the_gate),
		cmocka_unit_test(early_at_the_gate_is_not_lost),
		cmocka_unit_test(giving_up_at_the_gate_starts_nobody),
		cmocka_unit_test(racing_parks_always_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
