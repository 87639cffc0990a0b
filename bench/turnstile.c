/* SPDX-License-Identifier: MIT */
#include "turnstile.h"

#include <errno.h>
#include <time.h>

/* A deadline is on clock.h's clock: no step of wall time may move it. */
static void init_arrived(pthread_cond_t *arrived)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(arrived, &attr);
	pthread_condattr_destroy(&attr);
}

void turnstile_init(struct turnstile *turnstile)
{
	pthread_mutex_init(&turnstile->lock, NULL);
	pthread_cond_init(&turnstile->opened, NULL);
	init_arrived(&turnstile->arrived);
	turnstile->nr_waiting = 0;
	turnstile->nr_left = 0;
	turnstile->is_dismissed = false;
	atomic_init(&turnstile->is_closed, true);
}

void turnstile_fini(struct turnstile *turnstile)
{
	pthread_cond_destroy(&turnstile->arrived);
	pthread_cond_destroy(&turnstile->opened);
	pthread_mutex_destroy(&turnstile->lock);
}

/* Relaxed: the lock orders what matters; a busy thread that sees it late comes late. */
static bool is_closed(struct turnstile *turnstile)
{
	return atomic_load_explicit(&turnstile->is_closed, memory_order_relaxed);
}

static void set_closed(struct turnstile *turnstile, bool closed)
{
	pthread_mutex_lock(&turnstile->lock);
	atomic_store_explicit(&turnstile->is_closed, closed && !turnstile->is_dismissed,
			      memory_order_relaxed);
	pthread_mutex_unlock(&turnstile->lock);
	if (!closed)
		pthread_cond_broadcast(&turnstile->opened);
}

void turnstile_open(struct turnstile *turnstile)
{
	set_closed(turnstile, false);
}

void turnstile_close(struct turnstile *turnstile)
{
	set_closed(turnstile, true);
}

void turnstile_dismiss(struct turnstile *turnstile)
{
	pthread_mutex_lock(&turnstile->lock);
	turnstile->is_dismissed = true;
	pthread_mutex_unlock(&turnstile->lock);
	set_closed(turnstile, false);
}

int turnstile_wait_for(struct turnstile *turnstile, size_t nr, uint64_t deadline_ns)
{
	const struct timespec deadline = {
		.tv_sec = (time_t)(deadline_ns / 1000000000),
		.tv_nsec = (long)(deadline_ns % 1000000000),
	};
	int ret = 0;

	pthread_mutex_lock(&turnstile->lock);
	while (turnstile->nr_waiting + turnstile->nr_left < nr && ret != ETIMEDOUT)
		ret = pthread_cond_timedwait(&turnstile->arrived, &turnstile->lock, &deadline);
	/* The last one may have come just when time was up. */
	ret = turnstile->nr_waiting + turnstile->nr_left < nr ? -ETIMEDOUT : 0;
	pthread_mutex_unlock(&turnstile->lock);
	return ret;
}

void turnstile_leave(struct turnstile *turnstile)
{
	pthread_mutex_lock(&turnstile->lock);
	turnstile->nr_left++;
	pthread_cond_signal(&turnstile->arrived);
	pthread_mutex_unlock(&turnstile->lock);
}

bool turnstile_pass(struct turnstile *turnstile)
{
	if (!is_closed(turnstile))
		return false;
	pthread_mutex_lock(&turnstile->lock);
	turnstile->nr_waiting++;
	pthread_cond_signal(&turnstile->arrived);
	while (is_closed(turnstile))
		pthread_cond_wait(&turnstile->opened, &turnstile->lock);
	turnstile->nr_waiting--;
	pthread_mutex_unlock(&turnstile->lock);
	return true;
}
