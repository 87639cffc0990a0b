/* SPDX-License-Identifier: MIT */
/* Many who park one thread at once: all get 0, the 64th that waits gets -EAGAIN (B7, M9). */
#include "kthread_check.h"

#define NR_PARKERS 4
#define NR_ROUNDS  100

static void all_who_wait_get_0(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "waited");
	struct caller parkers[NR_PARKERS];

	(void)state;
	for (int round = 0; round < 10; round++) {
		atomic_store(&subject.is_deaf, true);
		wait_for_turns(&subject);
		for (int i = 0; i < NR_PARKERS; i++) {
			caller_start(&parkers[i], kthread_park, k);
			wait_until(caller_has_settled(&parkers[i]));
		}
		atomic_store(&subject.is_deaf, false);
		for (int i = 0; i < NR_PARKERS; i++)
			assert_int_equal(caller_join(&parkers[i]), 0);
		assert_frozen(&subject);
		assert_int_equal(kthread_unpark(k), 0);
	}
	bounded(kthread_stop(k));
}

struct crowd {
	struct kthread *k;
	pthread_barrier_t barrier;
	atomic_int nr_refused;
};

static void *park_in_rounds(void *arg)
{
	struct crowd *crowd = arg;

	for (int round = 0; round < NR_ROUNDS; round++) {
		bounded(pthread_barrier_wait(&crowd->barrier));
		if (bounded(kthread_park(crowd->k)))
			atomic_fetch_add(&crowd->nr_refused, 1);
		bounded(pthread_barrier_wait(&crowd->barrier));
	}
	return NULL;
}

static void all_who_come_at_once_get_0(void **state)
{
	struct subject subject = { 0 };
	struct crowd crowd = { .k = kthread_run(count_turns, &subject, "crowd") };
	pthread_t parkers[NR_PARKERS];

	(void)state;
	pthread_barrier_init(&crowd.barrier, NULL, NR_PARKERS + 1);
	for (int i = 0; i < NR_PARKERS; i++)
		pthread_create(&parkers[i], NULL, park_in_rounds, &crowd);
	for (int round = 0; round < NR_ROUNDS; round++) {
		unsigned long turns;

		bounded(pthread_barrier_wait(&crowd.barrier));
		bounded(pthread_barrier_wait(&crowd.barrier));
		turns = atomic_load(&subject.nr_turns);
		sched_yield();
		assert_int_equal(atomic_load(&subject.nr_turns), turns);
		assert_int_equal(kthread_unpark(crowd.k), 0);
	}
	for (int i = 0; i < NR_PARKERS; i++)
		bounded(pthread_join(parkers[i], NULL));
	assert_int_equal(atomic_load(&crowd.nr_refused), 0);
	bounded(kthread_stop(crowd.k));
	pthread_barrier_destroy(&crowd.barrier);
}

/* One caller stands for all of them: a set may hold one thread many times. */
static int park_for_all(struct kthread *k)
{
	struct kthread *set[KTHREAD_PARKERS_MAX];
	int nr_ok = 0, ret[KTHREAD_PARKERS_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		set[i] = k;
	kthread_park_many(set, ARRAY_SIZE(set), ret);
	for (size_t i = 0; i < ARRAY_SIZE(set); i++)
		nr_ok += ret[i] == 0;
	return nr_ok;
}

static void one_too_many_is_told_to_come_again(void **state)
{
	struct subject subject = { .is_deaf = true };
	struct kthread *k = kthread_run(count_turns, &subject, "full");
	struct caller all;

	(void)state;
	wait_for_turns(&subject);
	caller_start(&all, park_for_all, k);
	wait_until(caller_has_settled(&all));
	assert_int_equal(bounded(kthread_park(k)), -EAGAIN);
	assert_int_equal(bounded(kthread_park_timeout(k, 0)), -EAGAIN);
	atomic_store(&subject.is_deaf, false);
	assert_int_equal(caller_join(&all), KTHREAD_PARKERS_MAX);
	assert_int_equal(bounded(kthread_park(k)), 0);
	/* None of them left anything behind. */
	assert_int_equal(kthread_unpark(k), 0);
	wait_for_turns(&subject);
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_who_wait_get_0),
		cmocka_unit_test(all_who_come_at_once_get_0),
		cmocka_unit_test(one_too_many_is_told_to_come_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
