/* SPDX-License-Identifier: MIT */
/* limits_memory - what a parked thread of the facility holds, in user space and in the kernel. */
#ifndef BENCH_LIMITS_MEMORY_H
#define BENCH_LIMITS_MEMORY_H

#include "limits_rows.h"

/* The threads' place; nr_threads of them. */
extern const struct roundtrip_case limits_parked_memory;

/*
 * Adds rows of limits_parked_memory: of threads that have used 128 KiB of their stack, of such that
 * gave it back (struct kthread_attr, @trims_stack), and of those that only ran. Forks a process for
 * each: to be called before this one has made any thread. 0 or -errno.
 */
int limits_memory_add(struct limits_rows *rows, const struct roundtrip_site *site);

#endif
