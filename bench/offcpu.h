/* SPDX-License-Identifier: MIT */
/*
 * offcpu - when has a thread really left its CPU?
 *
 * "Parked" and "joined" both precede a thread's last few instructions. /proc/TID/syscall tells the
 * rest: to print it the kernel makes sure, in the same way as its own kthread_park() does, that
 * the thread is switched out, and says "running" otherwise. A thread that has ended has no such
 * file. So a parked and a joined thread are followed to the same point: the kernel no longer
 * executes them. One look costs a few microseconds, which is what the stamp may be late by.
 */
#ifndef BENCH_OFFCPU_H
#define BENCH_OFFCPU_H

#include "contender.h"

/* Watch the threads that run the tenancy now; outside of timed phases. Undo with unwatch. */
void offcpu_watch(struct tenancy *ty);
void offcpu_unwatch(struct tenancy *ty);

/*
 * Look until every watched thread is off its CPU or gone. 0; -ETIMEDOUT; another -errno: it cannot
 * be seen here.
 */
int offcpu_wait(const struct tenancy *ty, uint64_t deadline_ns);

#endif
