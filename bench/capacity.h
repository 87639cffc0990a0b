/* SPDX-License-Identifier: MIT */
/*
 * capacity - will the machine hold as many threads as a run wants? Asked before the first one is
 * made, so that a run is refused with a number instead of failing half-way.
 */
#ifndef BENCH_CAPACITY_H
#define BENCH_CAPACITY_H

#include <stddef.h>
#include <stdint.h>

struct capacity_need {
	uint64_t nr_threads;
	uint64_t bytes_per_thread; /* that a thread writes to: not the size of its stack */
};

/**
 * capacity_check() - compare with every limit that is known: threads of the machine, of the user
 * and of the cgroup, process ids, memory mappings, memory that is free.
 * @root: as in sysfile.h; "" is this machine.
 *
 * Return: 0; -EAGAIN with one line in @why: what does not suffice, and how many threads would fit.
 */
int capacity_check(const char *root, const struct capacity_need *need, char *why, size_t why_size);

/* What a thread of ours takes of memory besides what its duty touches. */
uint64_t capacity_bytes_per_thread(void);

#endif
