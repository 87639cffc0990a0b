/* SPDX-License-Identifier: MIT */
/*
 * offcpu - when has a thread left its CPU, by what the kernel says?
 *
 * "Parked" and "joined" both precede a thread's last few instructions. /proc/TID/syscall tells the
 * rest of a parked one: to print it the kernel makes sure, in the same way as its own
 * kthread_park() does, that the thread is switched out, and says "running" otherwise. A thread
 * that ends is followed until the kernel has no such thread id any more (ESRCH). That is a little
 * earlier than its last switch: the end of its exit, and any preemption in it, still come after.
 * One look costs a few microseconds, which is what either stamp may be late by.
 */
#ifndef BENCH_OFFCPU_H
#define BENCH_OFFCPU_H

#include "contender.h"

/*
 * Watch the threads that run the tenancy now; outside of timed phases, once for each time the CPU
 * is up, whether the threads are new or not: it costs all contenders the same. Undo with unwatch.
 */
void offcpu_watch(struct tenancy *ty);
void offcpu_unwatch(struct tenancy *ty);

/*
 * Look until every watched thread is off its CPU, or, with @has_to_be_gone, exists no more. 0;
 * -ETIMEDOUT; -EMFILE, -ENFILE: no descriptors left to look; another -errno: it cannot be seen.
 */
int offcpu_wait(const struct tenancy *ty, bool has_to_be_gone, uint64_t deadline_ns);

#endif
