/* SPDX-License-Identifier: MIT */
/* The descriptor: readable for whatever is pending, and it settles when nothing is. */
#include "polled.h"

static void readable_for_a_token(void **state)
{
	struct polled polled = { 0 };
	struct kthread *k = polled_start(&polled);

	(void)state;
	kthread_wake(k);
	kthread_wake(k);
	assert_int_equal(ask(&polled, IS_READABLE), 1);
	assert_int_equal(ask(&polled, GO_ON), 0);
	assert_int_equal(ask(&polled, IS_READABLE), 1);
	assert_int_equal(ask(&polled, TAKE_TOKEN), 0);
	assert_int_equal(ask(&polled, IS_READABLE), 0);
	assert_int_equal(ask(&polled, TAKE_TOKEN), -EAGAIN);
	assert_int_equal(bounded(kthread_stop(k)), 1);
}

static void readable_for_a_park_request(void **state)
{
	struct polled polled = { 0 };
	struct kthread *k = polled_start(&polled);
	struct caller parker;

	(void)state;
	caller_start(&parker, kthread_park, k);
	wait_until(caller_has_settled(&parker));
	assert_int_equal(ask(&polled, IS_READABLE), 1);
	assert_int_equal(ask(&polled, TAKE_TOKEN), -EINTR);
	assert_int_equal(ask(&polled, IS_READABLE), 1);
	atomic_store(&polled.question, GO_ON);
	assert_int_equal(caller_join(&parker), 0);
	/* A token that comes now is there when the thread goes on. */
	kthread_wake(k);
	kthread_unpark(k);
	wait_until(!atomic_load(&polled.question));
	assert_int_equal(atomic_load(&polled.answer), 1);
	assert_int_equal(ask(&polled, IS_READABLE), 1);
	assert_int_equal(ask(&polled, TAKE_TOKEN), 0);
	assert_int_equal(ask(&polled, IS_READABLE), 0);
	assert_int_equal(bounded(kthread_stop(k)), 1);
}

static void readable_for_its_own_request(void **state)
{
	struct polled polled = { 0 };
	struct kthread *k = polled_start(&polled);

	(void)state;
	atomic_store(&polled.question, PARK_ONESELF_AND_PARK);
	wait_until(is_asleep(kthread_tid(k)));
	kthread_unpark(k);
	wait_until(!atomic_load(&polled.question));
	assert_int_equal(atomic_load(&polled.answer), 1);
	assert_int_equal(ask(&polled, IS_READABLE), 0);
	assert_int_equal(bounded(kthread_stop(k)), 1);
}

static void settles_after_a_request_taken_back(void **state)
{
	const int settles[] = { GO_ON, TAKE_TOKEN };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(settles); i++) {
		struct polled polled = { 0 };
		struct kthread *k = polled_start(&polled);

		assert_int_equal(bounded(kthread_park_timeout(k, 0)), -ETIMEDOUT);
		ask(&polled, settles[i]);
		assert_int_equal(ask(&polled, IS_READABLE), 0);
		kthread_wake(k);
		assert_int_equal(ask(&polled, IS_READABLE), 1);
		assert_int_equal(bounded(kthread_stop(k)), 1);
	}
}

static void stop_ends_a_poll(void **state)
{
	struct polled polled = { .question = 0 };
	struct kthread *k = polled_start(&polled);

	(void)state;
	atomic_store(&polled.question, WAIT);
	wait_until(atomic_load(&polled.waits) && is_asleep(kthread_tid(k)));
	assert_int_equal(bounded(kthread_stop(k)), 1);
	assert_int_equal(atomic_load(&polled.answer), -EINTR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readable_for_a_token),
		cmocka_unit_test(readable_for_a_park_request),
		cmocka_unit_test(readable_for_its_own_request),
		cmocka_unit_test(settles_after_a_request_taken_back),
		cmocka_unit_test(stop_ends_a_poll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
