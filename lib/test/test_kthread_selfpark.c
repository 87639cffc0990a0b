/* SPDX-License-Identifier: MIT */
/* A thread that parks itself: it parks later, and leaves nothing over for others (B9, M10). */
#include "kthread_check.h"

struct self_parker {
	struct subject subject;
	atomic_bool has_to_want;
	atomic_bool does_want;
	atomic_bool may_park;
	atomic_int nr_parks;
	atomic_int nr_errors;
};

static int park_oneself(void *data)
{
	struct self_parker *parker = data;

	while (!kthread_should_stop()) {
		atomic_fetch_add(&parker->subject.nr_turns, 1);
		if (atomic_exchange(&parker->has_to_want, false)) {
			/* Returns at once and has only asked. */
			if (kthread_park(kthread_self()) || !kthread_should_park())
				atomic_fetch_add(&parker->nr_errors, 1);
			if (kthread_park_timeout(kthread_self(), 0))
				atomic_fetch_add(&parker->nr_errors, 1);
			atomic_store(&parker->does_want, true);
		}
		while (!atomic_load(&parker->may_park) && !kthread_should_stop())
			sched_yield();
		if (kthread_parkme() == 1)
			atomic_fetch_add(&parker->nr_parks, 1);
		sched_yield();
	}
	return 0;
}

static void parks_at_its_next_parkme(void **state)
{
	struct self_parker parker = { .has_to_want = true };
	struct kthread *k = kthread_run(park_oneself, &parker, "next");

	(void)state;
	wait_until(atomic_load(&parker.does_want));
	atomic_store(&parker.may_park, true);
	/* Already parked or not: it is the same request. */
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_frozen(&parker.subject);
	assert_int_equal(kthread_unpark(k), 0);
	wait_until(atomic_load(&parker.nr_parks) == 1);
	wait_for_turns(&parker.subject);
	assert_int_equal(atomic_load(&parker.nr_errors), 0);
	bounded(kthread_stop(k));
}

static void leaves_nothing_for_the_next_parker(void **state)
{
	struct self_parker parker = { .may_park = true };
	struct kthread *k = kthread_run(park_oneself, &parker, "nothing");

	(void)state;
	for (int i = 0; i < 50; i++) {
		int nr_parks = atomic_load(&parker.nr_parks);

		atomic_store(&parker.has_to_want, true);
		wait_until(is_asleep(kthread_tid(k)));
		assert_int_equal(kthread_unpark(k), 0);
		wait_until(atomic_load(&parker.nr_parks) > nr_parks);
		assert_int_equal(bounded(kthread_park(k)), 0);
		assert_frozen(&parker.subject);
		assert_int_equal(kthread_unpark(k), 0);
		wait_for_turns(&parker.subject);
	}
	assert_int_equal(atomic_load(&parker.nr_errors), 0);
	bounded(kthread_stop(k));
}

/* B10, M6: the thread has asked but not parked when the unpark comes. */
static void early_unpark_takes_it_back(void **state)
{
	struct self_parker parker = { .has_to_want = true };
	struct kthread *k = kthread_run(park_oneself, &parker, "early");

	(void)state;
	wait_until(atomic_load(&parker.does_want));
	assert_int_equal(kthread_unpark(k), 0);
	atomic_store(&parker.may_park, true);
	wait_for_turns(&parker.subject);
	assert_int_equal(atomic_load(&parker.nr_parks), 0);
	bounded(kthread_stop(k));
}

static void stop_ends_it(void **state)
{
	struct self_parker parker = { .has_to_want = true, .may_park = true };
	struct kthread *k = kthread_run(park_oneself, &parker, "stop");

	(void)state;
	wait_until(atomic_load(&parker.does_want));
	wait_until(is_asleep(kthread_tid(k)));
	assert_int_equal(bounded(kthread_stop(k)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parks_at_its_next_parkme),
		cmocka_unit_test(leaves_nothing_for_the_next_parker),
		cmocka_unit_test(early_unpark_takes_it_back),
		cmocka_unit_test(stop_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
