/* SPDX-License-Identifier: MIT */
/*
 * worker - a plain pthread that runs a tenant: no park code in it.
 *
 * What a good engineer writes without a park facility: bound by attribute before it is started,
 * waiting on a mutex and a condition variable, told to stop by a flag, joined. The contenders
 * that do not park are made of these.
 */
#ifndef BENCH_WORKER_H
#define BENCH_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct turnstile;
struct tenant;

struct worker {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_woken;		     /* under lock */
	_Atomic bool should_stop;    /* set under lock, read without by the busy loop */
	struct turnstile *turnstile; /* to pass between two pieces of work; NULL: none */
	_Atomic bool has_left;	     /* the turnstile for good; set before turnstile_leave() */
	bool is_running;	     /* controller: there is a thread to join */
	pthread_t thread;
};

/* Thread attributes for workers bound to @cpu, made once and used for many. 0 or -errno. */
int worker_attr_init(pthread_attr_t *attr, unsigned int cpu, size_t stack_bytes);

void worker_init(struct worker *w);
void worker_fini(struct worker *w);

/* 0 or -errno. The thread runs until it is told to stop. */
int worker_start(struct tenant *t, const pthread_attr_t *attr);

/* Ask, without waiting; then wait. Join accepts a worker that does not run. */
void worker_request_stop(struct worker *w);
void worker_join(struct worker *w);

/* After turnstile_wait_for(): it has left its turnstile, and its thread may have ended. */
bool worker_has_left(const struct worker *w);

/* The duty's wake: any thread, any time between init and fini. @worker is a struct worker. */
void worker_wake(void *worker);

#endif
