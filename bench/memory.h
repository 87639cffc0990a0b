/* SPDX-License-Identifier: MIT */
/*
 * memory - what threads hold while they wait for their CPU: two snapshots of our own process and
 * their difference per thread.
 *
 * Resident memory comes from smaps_rollup, which walks the page tables; VmRSS is kept in per-CPU
 * counters and can be off by megabytes per CPU. Where there is no smaps_rollup, VmRSS it is, and
 * the snapshot says so. A snapshot takes a lock that page faults want: never in a timed phase.
 *
 * The kernel does not tell what a thread costs it. Its stack is a constant of the kernel, a power
 * of two; we find it as KernelStack in /proc/meminfo over all threads of the system, rounded. What
 * else it has per thread (task_struct and what hangs from it) is not seen and not guessed.
 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct memory_snapshot {
	uint64_t nr_threads;
	uint64_t virtual_bytes;	     /* VmSize */
	uint64_t resident_bytes;     /* Rss of smaps_rollup, or VmRSS */
	uint64_t anonymous_bytes;    /* Anonymous of smaps_rollup, or RssAnon */
	uint64_t page_table_bytes;   /* VmPTE */
	uint64_t kernel_stack_bytes; /* of one thread; 0: not known */
	bool is_resident_exact;	     /* from smaps_rollup */
};

/* 0 or -errno; -EPROTO: /proc/self/status has not the fields of a Linux kernel. */
int memory_snapshot(const char *root, struct memory_snapshot *ret_snapshot);

#endif
