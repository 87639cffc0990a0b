/* SPDX-License-Identifier: MIT */
/* References: who holds one may go on calling after the stop, and the last one frees (B15). */
#include "kthread_check.h"

#define NR_HOLDERS 3

struct holder {
	struct kthread *k;
	int which;
	pthread_t thread;
	atomic_bool has_begun;
	atomic_int nr_wrong;
};

/* Calls until the thread has ended and a little longer, then lets go. */
static void *use_and_put(void *arg)
{
	struct holder *holder = arg;
	struct kthread *k = kthread_get(holder->k);
	int nr_after = 0, ret;

	while (nr_after < 3) {
		if (holder->which == 0)
			ret = kthread_wake(k);
		else if (holder->which == 1)
			ret = kthread_unpark(k);
		else
			ret = bounded(kthread_park_timeout(k, 1000));
		atomic_store(&holder->has_begun, true);
		sched_yield();
		if (ret == -ESRCH || ret == -ENOSYS)
			nr_after++;
		else if (nr_after || (ret && ret != -ETIMEDOUT && ret != -ECANCELED))
			atomic_fetch_add(&holder->nr_wrong, 1);
	}
	if (kthread_stop(k) != -EALREADY || kthread_tid(k) <= 0 || kthread_cpu(k) != -1)
		atomic_fetch_add(&holder->nr_wrong, 1);
	kthread_put(k);
	kthread_put(holder->k);
	return NULL;
}

static void last_one_frees(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		struct subject subject = { 0 };
		struct kthread *k = kthread_run(count_turns, &subject, "freed");
		struct holder holders[NR_HOLDERS];

		for (int h = 0; h < NR_HOLDERS; h++) {
			holders[h] = (struct holder){ .k = kthread_get(k), .which = h };
			pthread_create(&holders[h].thread, NULL, use_and_put, &holders[h]);
		}
		for (int h = 0; h < NR_HOLDERS; h++)
			wait_until(atomic_load(&holders[h].has_begun));
		bounded(kthread_stop(k));
		for (int h = 0; h < NR_HOLDERS; h++) {
			bounded(pthread_join(holders[h].thread, NULL));
			assert_int_equal(atomic_load(&holders[h].nr_wrong), 0);
		}
	}
}

static int hold_oneself(void *data)
{
	struct kthread *self = kthread_get(kthread_self());

	while (!kthread_should_stop())
		kthread_sleep();
	kthread_put(self);
	return *(int *)data;
}

static void thread_may_hold_itself(void **state)
{
	int value = 9;
	struct kthread *k = kthread_run(hold_oneself, &value, "itself");

	(void)state;
	wait_until(is_asleep(kthread_tid(k)));
	assert_int_equal(bounded(kthread_stop(k)), value);
}

static void null_is_accepted(void **state)
{
	(void)state;
	kthread_put(NULL);
}

static void threads_leave_nothing_behind(void **state)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	int value = 9, fd, fd_after;

	(void)state;
	attr.node = 0;
	attr.stack_bytes = 1 << 20;
	fd = dup(0);
	close(fd);
	/* More stacks than could be there at once under a usual limit of the address space. */
	for (int i = 0; i < 300; i++) {
		struct kthread *k = kthread_create_attr(&attr, hold_oneself, &value, "%d", i);

		assert_non_null(k);
		kthread_wake(k);
		bounded(kthread_stop(k));
	}
	fd_after = dup(0);
	close(fd_after);
	assert_int_equal(fd_after, fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_one_frees),
		cmocka_unit_test(thread_may_hold_itself),
		cmocka_unit_test(null_is_accepted),
		cmocka_unit_test(threads_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
