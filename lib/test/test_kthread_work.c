/* SPDX-License-Identifier: MIT */
/* Invariant 7: work accepted is work done, across park cycles, in both styles (M15). */
#include "kthread_check.h"

#define NR_SENDERS 2
#define NR_ITEMS   1500

/* Senders add and wake; the thread takes what is there. */
struct queue {
	atomic_int nr_waiting;
	atomic_int nr_done;
	struct kthread *k;
	atomic_bool is_over;
	atomic_int nr_parks;
};

static void take_all(struct queue *queue)
{
	atomic_fetch_add(&queue->nr_done, atomic_exchange(&queue->nr_waiting, 0));
}

static int serve_and_parkme(void *data)
{
	while (!kthread_should_stop()) {
		kthread_parkme();
		take_all(data);
		kthread_sleep();
	}
	return 0;
}

/* Sleeps first, so only tokens make it look. */
static int serve_and_return(void *data)
{
	while (!kthread_should_stop_or_park())
		if (kthread_sleep() == 0)
			take_all(data);
	return 0;
}

static void *send(void *arg)
{
	struct queue *queue = arg;

	for (int i = 1; i <= NR_ITEMS; i++) {
		atomic_fetch_add(&queue->nr_waiting, 1);
		kthread_wake(queue->k);
		if (i % 8 == 0)
			sched_yield();
	}
	return NULL;
}

static void *park_in_between(void *arg)
{
	struct queue *queue = arg;

	while (!atomic_load(&queue->is_over)) {
		if (!bounded(kthread_park(queue->k)))
			atomic_fetch_add(&queue->nr_parks, 1);
		sched_yield();
		kthread_unpark(queue->k);
		for (int yields = 0; yields < 3; yields++)
			sched_yield();
	}
	return NULL;
}

static void all_work_is_done(int (*threadfn)(void *), bool is_parked_at_first)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct queue queue = { 0 };
	pthread_t senders[NR_SENDERS], parker;

	attr.parked = is_parked_at_first;
	queue.k = bounded(kthread_create_attr(&attr, threadfn, &queue, "queue"));
	assert_non_null(queue.k);
	if (!is_parked_at_first)
		kthread_wake(queue.k);
	for (int i = 0; i < NR_SENDERS; i++)
		pthread_create(&senders[i], NULL, send, &queue);
	pthread_create(&parker, NULL, park_in_between, &queue);
	for (int i = 0; i < NR_SENDERS; i++)
		bounded(pthread_join(senders[i], NULL));
	wait_until(atomic_load(&queue.nr_done) == NR_SENDERS * NR_ITEMS);
	atomic_store(&queue.is_over, true);
	bounded(pthread_join(parker, NULL));
	bounded(kthread_stop(queue.k));
	assert_int_equal(atomic_load(&queue.nr_waiting), 0);
	print_message("parked %d times\n", atomic_load(&queue.nr_parks));
}

static void all_is_done_by_one_that_parks_inside(void **state)
{
	(void)state;
	all_work_is_done(serve_and_parkme, false);
	all_work_is_done(serve_and_parkme, true);
}

static void all_is_done_by_one_that_returns(void **state)
{
	(void)state;
	all_work_is_done(serve_and_return, true);
	all_work_is_done(serve_and_return, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_done_by_one_that_parks_inside),
		cmocka_unit_test(all_is_done_by_one_that_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
