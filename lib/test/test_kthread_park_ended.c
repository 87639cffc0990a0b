/* SPDX-License-Identifier: MIT */
/* Parking a thread that has ended, or that ends instead of parking (B6, B11, M14, M22). */
#include "kthread_check.h"

static void ended_thread_cannot_be_parked(void **state)
{
	struct subject subject = { .has_to_end = true };
	struct kthread *k = kthread_run(count_turns, &subject, "ended");

	(void)state;
	wait_for_end(k);
	assert_int_equal(bounded(kthread_park(k)), -ENOSYS);
	assert_int_equal(bounded(kthread_park_timeout(k, 0)), -ENOSYS);
	assert_int_equal(kthread_unpark(k), -ESRCH);
	assert_int_equal(bounded(kthread_unpark_wait(k)), -ESRCH);
	assert_int_equal(kthread_wake(k), -ESRCH);
	assert_int_equal(bounded(kthread_stop(k)), 0);
}

static void parkers_of_one_that_ends_are_released(void **state)
{
	struct subject subject = { .is_deaf = true, .result = 3 };
	struct kthread *k = kthread_run(count_turns, &subject, "ends");
	struct caller parkers[3];

	(void)state;
	wait_for_turns(&subject);
	for (size_t i = 0; i < ARRAY_SIZE(parkers); i++) {
		caller_start(&parkers[i], kthread_park, k);
		wait_until(caller_has_settled(&parkers[i]));
	}
	atomic_store(&subject.has_to_end, true);
	for (size_t i = 0; i < ARRAY_SIZE(parkers); i++)
		assert_int_equal(caller_join(&parkers[i]), -ENOSYS);
	assert_int_equal(kthread_unpark(k), -ESRCH);
	assert_int_equal(bounded(kthread_stop(k)), 3);
	assert_int_equal(atomic_load(&subject.nr_entries), 1);
}

static void parker_of_a_stopped_one_is_released(void **state)
{
	struct subject subject = { .is_deaf = true };
	struct kthread *k = kthread_get(kthread_run(count_turns, &subject, "stopped"));
	struct caller parker, stopper;

	(void)state;
	wait_for_turns(&subject);
	caller_start(&parker, kthread_park, k);
	wait_until(caller_has_settled(&parker));
	caller_start(&stopper, kthread_stop, k);
	wait_until(caller_has_settled(&stopper));
	assert_false(atomic_load(&parker.is_done));
	atomic_store(&subject.is_deaf, false);
	assert_int_equal(caller_join(&stopper), 0);
	assert_int_equal(caller_join(&parker), -ENOSYS);
	kthread_put(k);
}

static int park_with_time(struct kthread *k)
{
	return kthread_park_timeout(k, UINT64_MAX);
}

static void parker_and_stopper_at_once_both_end(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct subject subject = { 0 };
		struct kthread *k = kthread_get(kthread_run(count_turns, &subject, "at once"));
		struct caller parker;
		int ret;

		caller_start(&parker, i % 2 ? kthread_park : park_with_time, k);
		for (int yields = 0; yields < i % 5; yields++)
			sched_yield();
		ret = bounded(kthread_stop(k));
		assert_int_equal(ret, atomic_load(&subject.nr_entries) ? 0 : -EINTR);
		ret = caller_join(&parker);
		assert_true(ret == 0 || ret == -ENOSYS);
		assert_int_equal(kthread_unpark(k), -ESRCH);
		kthread_put(k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ended_thread_cannot_be_parked),
		cmocka_unit_test(parkers_of_one_that_ends_are_released),
		cmocka_unit_test(parker_of_a_stopped_one_is_released),
		cmocka_unit_test(parker_and_stopper_at_once_both_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
