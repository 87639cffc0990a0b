/* SPDX-License-Identifier: MIT */
/*
 * gate - where threads wait while they may not work: a mutex, two condition variables, a count.
 * What a good engineer writes without a park facility.
 */
#ifndef BENCH_GATE_H
#define BENCH_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t opened;	/* threads wait for it */
	pthread_cond_t arrived; /* whoever closed it waits for it */
	size_t nr_waiting;	/* under lock */
	bool is_dismissed;	/* under lock: never closed again */
	_Atomic bool is_closed; /* set under lock, looked at without by busy threads */
};

/* Closed at first. */
void gate_init(struct gate *gate);
void gate_fini(struct gate *gate);

/* For whoever lets pass. After gate_dismiss() nobody waits there any more. */
void gate_open(struct gate *gate);
void gate_close(struct gate *gate);
void gate_dismiss(struct gate *gate);

/* Until so many threads wait at the closed gate. */
void gate_wait_for(struct gate *gate, size_t nr);

/* A thread, between two pieces of work: wait while it is closed. True: it had to. */
bool gate_pass(struct gate *gate);

#endif
