/* SPDX-License-Identifier: MIT */
/*
 * clock - the one clock of all measurements: CLOCK_MONOTONIC in nanoseconds.
 *
 * Monotonic and not raw: it ticks in step with what the kernel's trace events and deadlines use.
 * Steps of wall time do not move it; slewing (at most 500 ppm) is below what is claimed here.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>
#include <sys/types.h>

uint64_t clock_now_ns(void);

/* CPU time of a thread of this process, exact also while it runs elsewhere; 0: none of ours. */
uint64_t clock_thread_cpu_ns(pid_t tid);

/* CPU time of all threads of this process, those that have ended included. */
uint64_t clock_process_cpu_ns(void);

/* Sleep until @deadline_ns on the same clock; returns at once when it has passed. */
void clock_sleep_until_ns(uint64_t deadline_ns);

struct clock_cost {
	uint64_t read_ns;	/* median cost of one clock_now_ns() */
	uint64_t resolution_ns; /* smallest step seen between two different readings */
};

/* Measured afresh on each call, on the calling thread's CPU; takes about a millisecond. */
struct clock_cost clock_measure_cost(void);

#endif
