/* SPDX-License-Identifier: MIT */
#include "turnstile.h"

void turnstile_init(struct turnstile *turnstile)
{
	pthread_mutex_init(&turnstile->lock, NULL);
	pthread_cond_init(&turnstile->opened, NULL);
	pthread_cond_init(&turnstile->arrived, NULL);
	turnstile->nr_waiting = 0;
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

void turnstile_wait_for(struct turnstile *turnstile, size_t nr)
{
	pthread_mutex_lock(&turnstile->lock);
	while (turnstile->nr_waiting < nr)
		pthread_cond_wait(&turnstile->arrived, &turnstile->lock);
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
