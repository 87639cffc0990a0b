/* SPDX-License-Identifier: MIT */
#include "gate.h"

void gate_init(struct gate *gate)
{
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->opened, NULL);
	pthread_cond_init(&gate->arrived, NULL);
	gate->nr_waiting = 0;
	gate->is_dismissed = false;
	atomic_init(&gate->is_closed, true);
}

void gate_fini(struct gate *gate)
{
	pthread_cond_destroy(&gate->arrived);
	pthread_cond_destroy(&gate->opened);
	pthread_mutex_destroy(&gate->lock);
}

/* Relaxed: the lock orders what matters; a busy thread that sees it late comes late. */
static bool is_closed(struct gate *gate)
{
	return atomic_load_explicit(&gate->is_closed, memory_order_relaxed);
}

static void set_closed(struct gate *gate, bool closed)
{
	pthread_mutex_lock(&gate->lock);
	atomic_store_explicit(&gate->is_closed, closed && !gate->is_dismissed,
			      memory_order_relaxed);
	pthread_mutex_unlock(&gate->lock);
	if (!closed)
		pthread_cond_broadcast(&gate->opened);
}

void gate_open(struct gate *gate)
{
	set_closed(gate, false);
}

void gate_close(struct gate *gate)
{
	set_closed(gate, true);
}

void gate_dismiss(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->is_dismissed = true;
	pthread_mutex_unlock(&gate->lock);
	set_closed(gate, false);
}

void gate_wait_for(struct gate *gate, size_t nr)
{
	pthread_mutex_lock(&gate->lock);
	while (gate->nr_waiting < nr)
		pthread_cond_wait(&gate->arrived, &gate->lock);
	pthread_mutex_unlock(&gate->lock);
}

bool gate_pass(struct gate *gate)
{
	if (!is_closed(gate))
		return false;
	pthread_mutex_lock(&gate->lock);
	gate->nr_waiting++;
	pthread_cond_signal(&gate->arrived);
	while (is_closed(gate))
		pthread_cond_wait(&gate->opened, &gate->lock);
	gate->nr_waiting--;
	pthread_mutex_unlock(&gate->lock);
	return true;
}
