/* SPDX-License-Identifier: MIT */
/*
 * tenant - one per-CPU thread as the instrument sees it, whoever runs it.
 *
 * The contender says when an arrival is due (tenant_expect()). The thread reports two moments,
 * each with a clock read in the thread itself: its first instruction on the CPU, together with
 * the CPU it looked at there, and its first finished duty step. Both sides are the same code and
 * cost the same for every contender.
 */
#ifndef BENCH_TENANT_H
#define BENCH_TENANT_H

#include "duty.h"
#include "worker.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct kthread;

/* What a thread saw when the CPU came back. */
struct arrival {
	uint64_t first_ns;	/* the clock at its first instruction */
	uint64_t first_work_ns; /* the clock after its first duty step */
	unsigned int cpu;	/* where that first instruction was */
};

/* One CPU's arrivals: the driver says how many there will be, the last thread posts. */
struct arrivals {
	_Atomic uint32_t pending;
	sem_t complete;
};

void arrivals_init(struct arrivals *arrivals);
void arrivals_fini(struct arrivals *arrivals);

/* Before the first of them is expected. */
void arrivals_begin(struct arrivals *arrivals, size_t nr);

/*
 * Wait until all are in: blocking, or looking all the time. 0; -ETIMEDOUT; -EPROTO more have
 * arrived than were expected.
 */
int arrivals_wait(struct arrivals *arrivals, bool is_polling, uint64_t deadline_ns);

enum tenant_stage { STAGE_SETTLED, STAGE_EXPECTED, STAGE_ARRIVED };

struct tenant {
	struct duty_cpu *duty;
	struct arrivals *arrivals;
	_Atomic uint32_t stage; /* controller: EXPECTED; the thread: ARRIVED, then SETTLED */
	_Atomic pid_t tid;	/* the thread that runs it now, set by that thread */
	struct arrival arrival; /* the thread, before it counts itself in */
	_Atomic int error;	/* the thread: its duty could not be set up; positive errno */
	bool is_started;	/* the thread: its duty is set up */

	int watch_fd; /* offcpu.c's, with whose it is; 0 is nobody's */
	pid_t watched_tid;

	/* The contender's means to run it. */
	struct kthread *kthread;
	struct worker worker;
};

/* Controller: post one work item and expect the thread; the contender wakes or starts it next. */
void tenant_expect(struct tenant *t);

/* Controller: take that back. No thread runs the tenant: it is parked, or there is none. */
void tenant_unexpect(struct tenant *t);

/*
 * The thread's first call, and the last one it makes. tenant_begin() gives 0, or -errno of the
 * duty's setup; then an expected arrival is counted in all the same, and the error is kept.
 */
int tenant_begin(struct tenant *t);
void tenant_end(struct tenant *t);

/* The thread, at the top of each turn of its loop: as near to its first instruction as C gets. */
void tenant_arrive(struct tenant *t);

/* The thread: is there something to do? If so do one step of it. */
bool tenant_work(struct tenant *t);

#endif
