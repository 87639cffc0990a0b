/* SPDX-License-Identifier: MIT */
/*
 * feed - items that arrive for a thread while its CPU is up or not, by a clock of their own.
 *
 * One feeder thread serves all threads of a block. It puts items into each thread's queue at its
 * pace and wakes it; what finds the queue full is missed, as a timer's tick that nobody waited for
 * or a packet that was dropped. A queue is part of its struct duty_cpu: items that arrive while
 * the thread is parked, moved or not there at all wait for whoever runs next.
 *
 * Nothing may get lost or be done twice: items are numbered, and verify() compares. How long they
 * waited and how many were missed is what the application feels of a CPU that goes away.
 */
#ifndef WORKLOADS_FEED_H
#define WORKLOADS_FEED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct duty_cpu;
struct feeder;

#define FEED_SLOTS 64

/* Waits are counted in buckets, eight for each power of two of ns, up to 2^40. */
#define FEED_BUCKETS_PER_POWER 8
#define FEED_BUCKETS	       (41 * FEED_BUCKETS_PER_POWER)

/* How items arrive: every period, @min_items to @max_items of them, at most @max_waiting at once.
 */
struct feed_pace {
	uint64_t period_ns;
	unsigned int min_items, max_items, max_waiting; /* <= FEED_SLOTS */
};

/* One thread's queue: one feeder, one thread at a time. Zeroed at first. */
struct feed {
	_Atomic uint64_t nr_put;   /* the feeder */
	_Atomic uint64_t nr_taken; /* the thread */
	uint64_t nr_missed;	   /* the feeder */
	uint64_t max_wait_ns;	   /* the thread; likewise what follows */
	uint32_t waits[FEED_BUCKETS];
	uint64_t put_ns[FEED_SLOTS]; /* the feeder, before nr_put; 0: there is no clock */
};

/* For duty.prepare and finish: start the feeder of all @nr threads. As documented there. */
int feed_start(const struct feed_pace *pace, struct duty_cpu *dc, size_t nr,
	       unsigned int feeder_cpu);
void feed_stop(struct duty_cpu *dc, size_t nr);

/* In the thread: is there an item, and take it. */
bool feed_has_item(const struct duty_cpu *dc);
bool feed_take(struct duty_cpu *dc);

/* Items that were put and not taken. Exact when neither feeder nor thread run. */
uint64_t feed_nr_waiting(const struct duty_cpu *dc);

/* The wait that a bucket stands for, in ns: its upper end. */
uint64_t feed_bucket_ns(unsigned int bucket);

#endif
