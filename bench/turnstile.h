/* SPDX-License-Identifier: MIT */
/*
 * turnstile - where threads wait while they may not work: a mutex, two condition variables, a
 * count. What a good engineer writes without a park facility.
 */
#ifndef BENCH_TURNSTILE_H
#define BENCH_TURNSTILE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct turnstile {
	pthread_mutex_t lock;
	pthread_cond_t opened;	/* threads wait for it */
	pthread_cond_t arrived; /* whoever closed it waits for it */
	size_t nr_waiting;	/* under lock */
	size_t nr_left;		/* under lock: will never come again */
	bool is_dismissed;	/* under lock: never closed again */
	_Atomic bool is_closed; /* set under lock, looked at without by busy threads */
};

/* Closed at first. */
void turnstile_init(struct turnstile *turnstile);
void turnstile_fini(struct turnstile *turnstile);

/* For whoever lets pass. After turnstile_dismiss() nobody waits there any more. */
void turnstile_open(struct turnstile *turnstile);
void turnstile_close(struct turnstile *turnstile);
void turnstile_dismiss(struct turnstile *turnstile);

/*
 * Until so many threads wait at the closed turnstile or have left for good. 0, or -ETIMEDOUT at
 * @deadline_ns on clock.h's clock.
 */
int turnstile_wait_for(struct turnstile *turnstile, size_t nr, uint64_t deadline_ns);

/* A thread, between two pieces of work: wait while it is closed. True: it had to. */
bool turnstile_pass(struct turnstile *turnstile);

/* A thread, once, before it ends: nobody is to wait for it any more. */
void turnstile_leave(struct turnstile *turnstile);

#endif
