/* SPDX-License-Identifier: MIT */
/* A thread that takes tokens, one at a time, only when it may. */
#ifndef TEST_TAKER_H
#define TEST_TAKER_H

#include "kthread_check.h"

struct taker {
	struct subject subject; /* a turn is a token taken */
	atomic_bool may_sleep;
	atomic_int nr_empty; /* trysleep() found nothing */
};

static inline int take_tokens(void *data)
{
	struct taker *taker = data;

	atomic_fetch_add(&taker->subject.nr_entries, 1);
	while (!kthread_should_stop()) {
		kthread_parkme();
		if (!atomic_load(&taker->may_sleep)) {
			sched_yield();
			continue;
		}
		switch (kthread_trysleep()) {
		case 0:
			atomic_fetch_add(&taker->subject.nr_turns, 1);
			break;
		case -EAGAIN:
			atomic_fetch_add(&taker->nr_empty, 1);
		}
		if (kthread_sleep() == 0)
			atomic_fetch_add(&taker->subject.nr_turns, 1);
	}
	return 0;
}

#define nr_taken(taker) atomic_load(&(taker)->subject.nr_turns)

static inline struct kthread *taker_start(struct taker *taker)
{
	struct kthread *k = kthread_run(take_tokens, taker, "taker");

	assert_non_null(k);
	wait_until(atomic_load(&taker->subject.nr_entries));
	return k;
}

#endif
