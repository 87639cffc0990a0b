/* SPDX-License-Identifier: MIT */
/* Ending from the middle: kthread_exit() and pthread_exit() clean up and release parkers. */
#include "kthread_check.h"

struct leaver {
	bool uses_pthread_exit;
	bool parks_first;
	atomic_bool has_started;
	atomic_bool may_leave;
	atomic_int nr_cleanups;
	pthread_key_t key;
};

static void count_cleanup(void *data)
{
	struct leaver *leaver = data;

	atomic_fetch_add(&leaver->nr_cleanups, 1);
}

static int leave(void *data)
{
	struct leaver *leaver = data;

	pthread_setspecific(leaver->key, leaver);
	pthread_cleanup_push(count_cleanup, leaver);
	atomic_store(&leaver->has_started, true);
	if (leaver->parks_first) {
		kthread_park(kthread_self());
		kthread_parkme();
	}
	while (!atomic_load(&leaver->may_leave))
		sched_yield();
	if (leaver->uses_pthread_exit)
		pthread_exit(NULL);
	kthread_exit(42);
	pthread_cleanup_pop(0);
	return 0;
}

static struct kthread *leaver_start(struct leaver *leaver)
{
	struct kthread *k;

	assert_int_equal(pthread_key_create(&leaver->key, count_cleanup), 0);
	k = kthread_run(leave, leaver, "leaver");
	assert_non_null(k);
	wait_until(atomic_load(&leaver->has_started));
	return k;
}

static void leaver_end(struct leaver *leaver, struct kthread *k)
{
	int result = bounded(kthread_stop(k));

	if (leaver->uses_pthread_exit)
		assert_true(result < 0);
	else
		assert_int_equal(result, 42);
	assert_int_equal(atomic_load(&leaver->nr_cleanups), 2);
	pthread_key_delete(leaver->key);
}

static void releases_parkers(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct leaver leaver = { .uses_pthread_exit = i };
		struct kthread *k = leaver_start(&leaver);
		struct caller parker;

		caller_start(&parker, kthread_park, k);
		wait_until(caller_has_settled(&parker));
		atomic_store(&leaver.may_leave, true);
		assert_int_equal(caller_join(&parker), -ENOSYS);
		assert_int_equal(bounded(kthread_park(k)), -ENOSYS);
		assert_int_equal(kthread_wake(k), -ESRCH);
		leaver_end(&leaver, k);
	}
}

static void ends_it_after_a_park(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct leaver leaver = { .uses_pthread_exit = i, .parks_first = true };
		struct kthread *k = leaver_start(&leaver);

		assert_int_equal(bounded(kthread_park(k)), 0);
		atomic_store(&leaver.may_leave, true);
		assert_int_equal(kthread_unpark(k), 0);
		wait_for_end(k);
		leaver_end(&leaver, k);
	}
}

static void ends_it_although_stop_is_asked_for(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct leaver leaver = { .uses_pthread_exit = i, .parks_first = true };
		struct kthread *k = leaver_start(&leaver);

		assert_int_equal(bounded(kthread_park(k)), 0);
		atomic_store(&leaver.may_leave, true);
		leaver_end(&leaver, k);
	}
}

/* After the end of the thread function its destructors may still use the thread's own side. */
struct late {
	pthread_key_t key;
	atomic_int park;
	atomic_int sleep;
};

static void look_around(void *data)
{
	struct late *late = data;

	atomic_store(&late->park, kthread_park(kthread_self()));
	atomic_store(&late->sleep, kthread_trysleep());
	kthread_parkme();
}

static int leave_late(void *data)
{
	struct late *late = data;

	pthread_setspecific(late->key, late);
	return 5;
}

static void destructors_find_it_ended(void **state)
{
	struct late late = { .park = 1, .sleep = 1 };
	struct kthread *k;

	(void)state;
	assert_int_equal(pthread_key_create(&late.key, look_around), 0);
	k = kthread_run(leave_late, &late, "late");
	wait_until(atomic_load(&late.sleep) != 1);
	assert_int_equal(bounded(kthread_stop(k)), 5);
	assert_int_equal(atomic_load(&late.park), -ENOSYS);
	assert_int_equal(atomic_load(&late.sleep), -EAGAIN);
	pthread_key_delete(late.key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_parkers),
		cmocka_unit_test(ends_it_after_a_park),
		cmocka_unit_test(ends_it_although_stop_is_asked_for),
		cmocka_unit_test(destructors_find_it_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
