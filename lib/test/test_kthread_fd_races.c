/* SPDX-License-Identifier: MIT */
/* Nothing pending goes unnoticed by a thread that only looks when its descriptor is readable. */
#include "kthread_check.h"

#include <poll.h>

#define NR_ITEMS 3000

struct mailbox {
	atomic_int nr_sent;
	atomic_int nr_served;
	atomic_int nr_parks;
	atomic_int nr_entries;
	atomic_bool is_over;
	struct kthread *k;
};

static void serve(struct mailbox *mailbox)
{
	atomic_store(&mailbox->nr_served, atomic_load(&mailbox->nr_sent));
}

static void wait_readable(int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	poll(&pollfd, 1, -1);
}

static int poll_and_parkme(void *data)
{
	struct mailbox *mailbox = data;
	int fd = kthread_fd();

	atomic_fetch_add(&mailbox->nr_entries, 1);
	while (!kthread_should_stop()) {
		wait_readable(fd);
		if (kthread_parkme() == 1)
			atomic_fetch_add(&mailbox->nr_parks, 1);
		if (kthread_trysleep() == 0)
			serve(mailbox);
	}
	return 0;
}

/* Seed style: it returns to park, with its descriptor as it is. */
static int poll_and_return(void *data)
{
	struct mailbox *mailbox = data;
	int fd = kthread_fd();

	atomic_fetch_add(&mailbox->nr_entries, 1);
	while (!kthread_should_stop_or_park()) {
		wait_readable(fd);
		if (kthread_trysleep() == 0)
			serve(mailbox);
	}
	return 0;
}

/* Not so often that the thread never gets to look for a token. */
static void *park_now_and_then(void *arg)
{
	struct mailbox *mailbox = arg;

	while (!atomic_load(&mailbox->is_over)) {
		int nr_served = atomic_load(&mailbox->nr_served);

		bounded(kthread_park_timeout(mailbox->k, 100000));
		sched_yield();
		kthread_unpark(mailbox->k);
		wait_until(atomic_load(&mailbox->nr_served) != nr_served ||
			   atomic_load(&mailbox->is_over));
	}
	return NULL;
}

static void serves_all(int (*threadfn)(void *))
{
	struct mailbox mailbox = { 0 };
	pthread_t parker;

	mailbox.k = kthread_run(threadfn, &mailbox, "mailbox");
	pthread_create(&parker, NULL, park_now_and_then, &mailbox);
	for (int i = 1; i <= NR_ITEMS; i++) {
		atomic_store(&mailbox.nr_sent, i);
		assert_int_equal(kthread_wake(mailbox.k), 0);
		if (i % 4)
			wait_until(atomic_load(&mailbox.nr_served) == i);
	}
	atomic_store(&mailbox.is_over, true);
	bounded(pthread_join(parker, NULL));
	bounded(kthread_stop(mailbox.k));
	print_message("parked %d times, entered %d times\n", atomic_load(&mailbox.nr_parks),
		      atomic_load(&mailbox.nr_entries));
}

static void nothing_is_missed(void **state)
{
	(void)state;
	serves_all(poll_and_parkme);
}

static void nothing_is_missed_in_seed_style(void **state)
{
	(void)state;
	serves_all(poll_and_return);
}

static void stop_is_never_missed(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct mailbox mailbox = { 0 };
		struct kthread *k =
			kthread_run(i % 2 ? poll_and_parkme : poll_and_return, &mailbox, "stop");

		for (int yields = 0; yields < i % 7; yields++)
			sched_yield();
		kthread_wake(k);
		bounded(kthread_stop(k));
	}
}

/* A controller with a cancellation pending: the wake is whole or has not happened. */
static void *wake_when_cancelled(void *arg)
{
	pthread_cancel(pthread_self());
	kthread_wake(arg);
	return NULL;
}

static void wake_is_no_cancellation_point(void **state)
{
	struct mailbox mailbox = { .nr_sent = 1 };
	struct kthread *k = kthread_run(poll_and_parkme, &mailbox, "cancel");
	pthread_t waker;
	void *value;

	(void)state;
	wait_until(atomic_load(&mailbox.nr_entries) && is_asleep(kthread_tid(k)));
	pthread_create(&waker, NULL, wake_when_cancelled, k);
	bounded(pthread_join(waker, &value));
	wait_until(atomic_load(&mailbox.nr_served) == 1);
	assert_ptr_not_equal(value, PTHREAD_CANCELED);
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_missed),
		cmocka_unit_test(nothing_is_missed_in_seed_style),
		cmocka_unit_test(stop_is_never_missed),
		cmocka_unit_test(wake_is_no_cancellation_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
