/* SPDX-License-Identifier: MIT */
/* Stopping: it always ends, whatever the thread is doing, and returns the right value. */
#include "kthread_check.h"

static void never_started_is_never_entered(void **state)
{
	struct subject subject = { .result = 7 };
	struct kthread *k = kthread_create(count_turns, &subject, "unstarted");

	(void)state;
	assert_int_equal(bounded(kthread_stop(k)), -EINTR);
	assert_int_equal(atomic_load(&subject.nr_entries), 0);
}

/* B5, B6, M8, M14 */
static void parked_before_its_first_run_is_never_entered(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;

	(void)state;
	attr.parked = true;
	for (int i = 0; i < 50; i++) {
		struct subject subject = { .result = 7 };
		struct hostile_waker waker;
		struct kthread *k;

		k = bounded(kthread_create_attr(&attr, count_turns, &subject, "parked"));
		assert_non_null(k);
		hostile_start(&waker, k, true);
		assert_int_equal(bounded(kthread_stop(k)), -EINTR);
		assert_int_equal(atomic_load(&subject.nr_entries), 0);
		hostile_end(&waker);
	}
}

static void parked_thread_leaves_and_returns(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct subject subject = { .result = i };
		struct kthread *k = kthread_run(count_turns, &subject, "leaves");
		struct hostile_waker waker;

		hostile_start(&waker, k, i % 2);
		assert_int_equal(bounded(kthread_park(k)), 0);
		assert_int_equal(bounded(kthread_stop(k)),
				 atomic_load(&subject.nr_entries) ? i : -EINTR);
		hostile_end(&waker);
	}
}

static int sleep_until_stop(void *data)
{
	int result = 0;

	while (!kthread_should_stop())
		result = kthread_sleep();
	*(bool *)data = true;
	return result;
}

static void sleeping_thread_is_interrupted(void **state)
{
	bool has_run = false;
	struct kthread *k = kthread_run(sleep_until_stop, &has_run, "sleeper");

	(void)state;
	wait_until(is_asleep(kthread_tid(k)));
	assert_int_equal(bounded(kthread_stop(k)), -EINTR);
	assert_true(has_run);
}

static int return_data(void *data)
{
	return *(int *)data;
}

static void ended_thread_keeps_its_value(void **state)
{
	int value = -12345;
	struct kthread *k = kthread_run(return_data, &value, "ended");

	(void)state;
	wait_for_end(k);
	assert_int_equal(bounded(kthread_stop(k)), value);
}

static int stop_oneself(void *data)
{
	(void)data;
	return kthread_stop(kthread_self());
}

static void on_itself_is_refused(void **state)
{
	struct kthread *k = kthread_run(stop_oneself, NULL, "itself");

	(void)state;
	wait_for_end(k);
	assert_int_equal(bounded(kthread_stop(k)), -EDEADLK);
}

static void twice_is_told(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_get(kthread_run(count_turns, &subject, "twice"));

	(void)state;
	wait_for_turns(&subject);
	assert_int_equal(bounded(kthread_stop(k)), 0);
	assert_int_equal(bounded(kthread_stop(k)), -EALREADY);
	kthread_put(k);
}

/* Everything the thread did is visible: plain memory, for TSan. */
static int write_plainly(void *data)
{
	unsigned long *plain = data;

	while (!kthread_should_stop())
		++*plain;
	return 0;
}

static void orders_what_the_thread_did(void **state)
{
	unsigned long plain = 0;
	struct kthread *k = kthread_create(write_plainly, &plain, "plain");

	(void)state;
	plain = 1;
	kthread_wake(k);
	bounded(kthread_stop(k));
	assert_true(plain >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_started_is_never_entered),
		cmocka_unit_test(parked_before_its_first_run_is_never_entered),
		cmocka_unit_test(parked_thread_leaves_and_returns),
		cmocka_unit_test(sleeping_thread_is_interrupted),
		cmocka_unit_test(ended_thread_keeps_its_value),
		cmocka_unit_test(on_itself_is_refused),
		cmocka_unit_test(twice_is_told),
		cmocka_unit_test(orders_what_the_thread_did),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
