/* SPDX-License-Identifier: MIT */
/*
 * sched_setaffinity() in the test's own hands: it can fail, lie, and let the test do something
 * while the library is in the middle of binding a thread.
 */
#ifndef TEST_AFFINITY_PROBE_H
#define TEST_AFFINITY_PROBE_H

#include "kthread_check.h"

struct affinity_probe {
	atomic_int fails_with; /* errno, or 0 */
	atomic_bool lies;      /* says it has bound the thread and has not */
	atomic_int nr_calls;
	void (*before)(void *arg); /* runs first, in the middle of the unpark */
	void *arg;
};

static struct affinity_probe probe;

int sched_setaffinity(pid_t tid, size_t size, const cpu_set_t *set)
{
	atomic_fetch_add(&probe.nr_calls, 1);
	if (probe.before)
		probe.before(probe.arg);
	if (atomic_load(&probe.fails_with)) {
		errno = atomic_load(&probe.fails_with);
		return -1;
	}
	return atomic_load(&probe.lies) ? 0 : (int)syscall(SYS_sched_setaffinity, tid, size, set);
}

static inline void probe_reset(void)
{
	atomic_store(&probe.fails_with, 0);
	atomic_store(&probe.lies, false);
	atomic_store(&probe.nr_calls, 0);
	probe.before = NULL;
}

#endif
