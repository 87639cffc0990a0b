/* SPDX-License-Identifier: MIT */
/* Parking one thread: it stands still, once more is harmless, and it goes on where it was. */
#include "kthread_check.h"

static void parked_thread_stands_still(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "still");
	struct hostile_waker waker;

	(void)state;
	wait_for_turns(&subject);
	hostile_start(&waker, k, true);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(bounded(kthread_park(k)), 0);
		assert_frozen(&subject);
		assert_int_equal(kthread_unpark(k), 0);
		wait_for_turns(&subject);
	}
	bounded(kthread_stop(k));
	hostile_end(&waker);
	assert_int_equal(atomic_load(&subject.nr_entries), 1);
}

static void parking_the_parked_does_not_nest(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "nest");

	(void)state;
	wait_for_turns(&subject);
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(bounded(kthread_park(k)), 0);
	assert_int_equal(bounded(kthread_park_timeout(k, 0)), 0);
	assert_frozen(&subject);
	assert_int_equal(kthread_unpark(k), 0);
	wait_for_turns(&subject);
	bounded(kthread_stop(k));
}

struct park_log {
	atomic_int nr_parks;
	atomic_int nr_not;
	int plain; /* written on both sides, in turns */
	bool was_told;
};

static int log_parks(void *data)
{
	struct park_log *log = data;
	bool is_told;

	while (!kthread_should_stop()) {
		log->plain++;
		is_told = kthread_should_park();
		if (kthread_parkme() == 1) {
			log->was_told |= is_told;
			atomic_fetch_add(&log->nr_parks, 1);
		} else {
			atomic_fetch_add(&log->nr_not, 1);
		}
		sched_yield();
	}
	return 0;
}

/* Plain memory on purpose: TSan sees it if a park or an unpark orders nothing. */
static void orders_both_sides(void **state)
{
	struct park_log log = { 0 };
	struct kthread *k = kthread_run(log_parks, &log, "orders");
	int last = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		assert_int_equal(bounded(kthread_park(k)), 0);
		assert_true(log.plain >= last);
		last = ++log.plain;
		assert_int_equal(kthread_unpark(k), 0);
	}
	bounded(kthread_stop(k));
	assert_true(log.plain >= last);
}

/* Invariant 4: parks that returned 0 and times the thread parked. */
static void parkme_tells_whether_it_parked(void **state)
{
	struct park_log log = { 0 };
	struct kthread *k = kthread_run(log_parks, &log, "tells");

	(void)state;
	for (int i = 0; i < 100; i++) {
		wait_until(atomic_load(&log.nr_not) > i);
		assert_int_equal(atomic_load(&log.nr_parks), i);
		assert_int_equal(bounded(kthread_park(k)), 0);
		assert_int_equal(kthread_unpark(k), 0);
		wait_until(atomic_load(&log.nr_parks) == i + 1);
	}
	bounded(kthread_stop(k));
}

static void deaf_thread_parks_when_it_looks(void **state)
{
	struct subject subject = { .is_deaf = true };
	struct kthread *k = kthread_run(count_turns, &subject, "deaf");
	struct caller parker;

	(void)state;
	wait_for_turns(&subject);
	caller_start(&parker, kthread_park, k);
	wait_until(caller_has_settled(&parker));
	wait_for_turns(&subject);
	assert_false(atomic_load(&parker.is_done));
	atomic_store(&subject.is_deaf, false);
	assert_int_equal(caller_join(&parker), 0);
	assert_frozen(&subject);
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parked_thread_stands_still),
		cmocka_unit_test(parking_the_parked_does_not_nest),
		cmocka_unit_test(orders_both_sides),
		cmocka_unit_test(parkme_tells_whether_it_parked),
		cmocka_unit_test(deaf_thread_parks_when_it_looks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
