/* SPDX-License-Identifier: MIT */
/* Tokens: one is kept until it is taken, also over a park, and it never ends one. */
#include "taker.h"

static void early_token_is_kept_and_is_one(void **state)
{
	struct taker taker = { 0 };
	struct kthread *k = taker_start(&taker);

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(kthread_wake(k), 0);
	atomic_store(&taker.may_sleep, true);
	wait_until(nr_taken(&taker) == 1);
	wait_until(is_asleep(kthread_tid(k)));
	assert_int_equal(nr_taken(&taker), 1);
	bounded(kthread_stop(k));
	assert_int_equal(nr_taken(&taker), 1);
}

static void every_wake_of_a_sleeper_is_felt(void **state)
{
	struct taker taker = { .may_sleep = true };
	struct kthread *k = taker_start(&taker);

	(void)state;
	for (unsigned long i = 1; i < 1000; i++) {
		assert_int_equal(kthread_wake(k), 0);
		wait_until(nr_taken(&taker) == i);
	}
	bounded(kthread_stop(k));
}

static void parked_thread_stays_and_finds_it(void **state)
{
	struct taker taker = { .may_sleep = true };
	struct kthread *k = taker_start(&taker);

	(void)state;
	for (unsigned long i = 0; i < 50; i++) {
		assert_int_equal(bounded(kthread_park(k)), 0);
		assert_int_equal(kthread_wake(k), 0);
		assert_frozen(&taker.subject);
		assert_int_equal(nr_taken(&taker), i);
		assert_int_equal(kthread_unpark(k), 0);
		wait_until(nr_taken(&taker) == i + 1);
	}
	bounded(kthread_stop(k));
}

/* Parked at the gate is parked: what starts the thread is the unpark, and the token remains. */
static void so_does_one_parked_at_the_gate(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct taker taker = { .may_sleep = true };
	struct kthread *k;

	(void)state;
	attr.parked = true;
	k = bounded(kthread_create_attr(&attr, take_tokens, &taker, "gate"));
	assert_int_equal(kthread_wake(k), 0);
	for (int yields = 0; yields < 200; yields++)
		sched_yield();
	assert_int_equal(atomic_load(&taker.subject.nr_entries), 0);
	assert_int_equal(kthread_unpark(k), 0);
	wait_until(nr_taken(&taker) == 1);
	bounded(kthread_stop(k));
}

static void unpark_is_no_token(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct taker taker = { .may_sleep = true };
	struct kthread *k;

	(void)state;
	attr.parked = true;
	k = bounded(kthread_create_attr(&attr, take_tokens, &taker, "none"));
	for (int i = 0; i < 20; i++) {
		assert_int_equal(kthread_unpark(k), 0);
		wait_until(atomic_load(&taker.nr_empty) > i);
		assert_int_equal(bounded(kthread_park(k)), 0);
	}
	bounded(kthread_stop(k));
	assert_int_equal(nr_taken(&taker), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(early_token_is_kept_and_is_one),
		cmocka_unit_test(every_wake_of_a_sleeper_is_felt),
		cmocka_unit_test(parked_thread_stays_and_finds_it),
		cmocka_unit_test(so_does_one_parked_at_the_gate),
		cmocka_unit_test(unpark_is_no_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
