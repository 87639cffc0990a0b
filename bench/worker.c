/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include "turnstile.h"
#include "tenant.h"

#include <errno.h>
#include <kpark/cpumask.h>

int worker_attr_init(pthread_attr_t *attr, unsigned int cpu, size_t stack_bytes)
{
	struct cpumask mask;
	int ret = pthread_attr_init(attr);

	if (ret)
		return -ret;
	cpumask_clear(&mask);
	cpumask_set_cpu(cpu, &mask);
	ret = pthread_attr_setaffinity_np(attr, sizeof(mask), (cpu_set_t *)mask.bits);
	if (!ret)
		ret = pthread_attr_setstacksize(attr, stack_bytes);
	if (ret)
		pthread_attr_destroy(attr);
	return -ret;
}

void worker_init(struct worker *w)
{
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	w->is_woken = false;
	w->turnstile = NULL;
	w->is_running = false;
	atomic_init(&w->has_left, false);
	atomic_init(&w->should_stop, false);
}

void worker_fini(struct worker *w)
{
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
}

static bool should_stop(struct worker *w)
{
	/* Relaxed: nothing but the flag itself is passed; join and lock order the rest. */
	return atomic_load_explicit(&w->should_stop, memory_order_relaxed);
}

static void wait_for_work(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	while (!w->is_woken && !should_stop(w))
		pthread_cond_wait(&w->changed, &w->lock);
	w->is_woken = false;
	pthread_mutex_unlock(&w->lock);
}

/* Whoever ends, for lack of memory or told to, will not come to the turnstile again. */
static void leave(struct worker *w)
{
	if (!w->turnstile)
		return;
	/* Relaxed: the turnstile's lock hands it on. */
	atomic_store_explicit(&w->has_left, true, memory_order_relaxed);
	turnstile_leave(w->turnstile);
}

bool worker_has_left(const struct worker *w)
{
	return atomic_load_explicit(&w->has_left, memory_order_relaxed);
}

static void *worker_main(void *arg)
{
	struct tenant *t = arg;

	if (t->worker.turnstile)
		turnstile_pass(t->worker.turnstile);
	tenant_arrive(t);
	if (!tenant_begin(t))
		while (!should_stop(&t->worker)) {
			if (t->worker.turnstile)
				turnstile_pass(t->worker.turnstile);
			tenant_arrive(t);
			if (!tenant_work(t))
				wait_for_work(&t->worker);
		}
	tenant_end(t);
	leave(&t->worker);
	return NULL;
}

int worker_start(struct tenant *t, const pthread_attr_t *attr)
{
	struct worker *w = &t->worker;
	int ret;

	atomic_store_explicit(&w->should_stop, false, memory_order_relaxed); /* no thread yet */
	ret = pthread_create(&w->thread, attr, worker_main, t);
	w->is_running = !ret;
	return -ret;
}

void worker_request_stop(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	atomic_store_explicit(&w->should_stop, true, memory_order_relaxed);
	pthread_mutex_unlock(&w->lock);
	/* After: on the same CPU the woken thread would run into the lock and sleep again. */
	pthread_cond_signal(&w->changed);
}

void worker_join(struct worker *w)
{
	if (w->is_running)
		pthread_join(w->thread, NULL);
	w->is_running = false;
}

void worker_wake(void *worker)
{
	struct worker *w = worker;

	pthread_mutex_lock(&w->lock);
	w->is_woken = true;
	pthread_mutex_unlock(&w->lock);
	pthread_cond_signal(&w->changed);
}
