/* SPDX-License-Identifier: MIT */
/* Sleeping: park and stop interrupt it, always, and leave the token where it is (M13). */
#include "kthread_check.h"

/* Each thing it saw, in order. */
struct diary {
	atomic_int nr_sleeps;
	atomic_int nr_taken;
	atomic_int nr_interrupted;
	atomic_int nr_wrong;
	atomic_bool may_sleep;
};

static void sleep_once(struct diary *diary)
{
	int ret;

	atomic_fetch_add(&diary->nr_sleeps, 1);
	ret = kthread_sleep();
	if (!ret)
		atomic_fetch_add(&diary->nr_taken, 1);
	else if (ret == -EINTR && kthread_should_stop_or_park())
		atomic_fetch_add(&diary->nr_interrupted, 1);
	else if (ret != -EINTR)
		atomic_fetch_add(&diary->nr_wrong, 1);
	/* The same question, without waiting, has the same answer. */
	if (ret == -EINTR && kthread_should_stop() && kthread_trysleep() != -EINTR)
		atomic_fetch_add(&diary->nr_wrong, 1);
}

static int keep_diary(void *data)
{
	struct diary *diary = data;

	while (!kthread_should_stop()) {
		if (atomic_load(&diary->may_sleep))
			sleep_once(diary);
		kthread_parkme();
	}
	return 0;
}

static void park_interrupts_it_wherever_it_is(void **state)
{
	struct diary diary = { .may_sleep = true };
	struct kthread *k = kthread_run(keep_diary, &diary, "park");

	(void)state;
	wait_until(atomic_load(&diary.nr_sleeps));
	for (int i = 0; i < 2000; i++) {
		int nr_sleeps = atomic_load(&diary.nr_sleeps);

		assert_int_equal(bounded(kthread_park(k)), 0);
		assert_int_equal(kthread_unpark(k), 0);
		/* Around the moment at which it goes to sleep, more or less. */
		if (i % 3)
			wait_until(atomic_load(&diary.nr_sleeps) > nr_sleeps);
		for (int yields = 0; yields < i % 4; yields++)
			sched_yield();
	}
	bounded(kthread_stop(k));
	assert_int_equal(atomic_load(&diary.nr_taken), 0);
	assert_int_equal(atomic_load(&diary.nr_wrong), 0);
}

static void stop_interrupts_it_wherever_it_is(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct diary diary = { .may_sleep = true };
		struct kthread *k = kthread_run(keep_diary, &diary, "stop");

		if (i % 3)
			wait_until(atomic_load(&diary.nr_sleeps));
		for (int yields = 0; yields < i % 4; yields++)
			sched_yield();
		bounded(kthread_stop(k));
		assert_int_equal(atomic_load(&diary.nr_taken), 0);
		assert_int_equal(atomic_load(&diary.nr_wrong), 0);
	}
}

/* The thread is held in its sleep while the token comes and then the request. */
static void token_survives_the_interruption(void **state)
{
	struct diary diary = { .may_sleep = true };
	struct kthread *k = kthread_run(keep_diary, &diary, "token");
	struct caller parker;

	(void)state;
	wait_until(atomic_load(&diary.nr_sleeps) && is_asleep(kthread_tid(k)));
	for (int i = 1; i < 20; i++) {
		hold(k);
		assert_int_equal(kthread_wake(k), 0);
		caller_start(&parker, kthread_park, k);
		wait_until(caller_has_settled(&parker));
		release();
		assert_int_equal(caller_join(&parker), 0);
		assert_int_equal(atomic_load(&diary.nr_interrupted), i);
		assert_int_equal(atomic_load(&diary.nr_taken), i - 1);
		assert_int_equal(kthread_unpark(k), 0);
		wait_until(atomic_load(&diary.nr_taken) == i);
		wait_until(is_asleep(kthread_tid(k)));
	}
	bounded(kthread_stop(k));
	assert_int_equal(atomic_load(&diary.nr_wrong), 0);
}

static void spurious_wakes_do_not_end_it(void **state)
{
	struct diary diary = { .may_sleep = true };
	struct kthread *k = kthread_run(keep_diary, &diary, "spurious");
	struct hostile_waker waker;

	(void)state;
	hostile_start(&waker, k, false);
	wait_until(atomic_load(&diary.nr_sleeps) == 1);
	for (int yields = 0; yields < 500; yields++)
		sched_yield();
	assert_int_equal(atomic_load(&diary.nr_sleeps), 1);
	kthread_wake(k);
	wait_until(atomic_load(&diary.nr_taken) == 1);
	bounded(kthread_stop(k));
	hostile_end(&waker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(park_interrupts_it_wherever_it_is),
		cmocka_unit_test(stop_interrupts_it_wherever_it_is),
		cmocka_unit_test(token_survives_the_interruption),
		cmocka_unit_test(spurious_wakes_do_not_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
