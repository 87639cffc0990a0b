/* SPDX-License-Identifier: MIT */
/*
 * contender - one way to treat the threads of a CPU that goes away and comes back.
 *
 * A contender is one startup and one teardown callback on one rung of the cpuhp ladder; the
 * hotplug driver is the rung below. Driver, plan, clock, counters and CSV cannot tell contenders
 * apart. A callback gets the CPU with all its threads and may act on them as a batch.
 *
 * To add one: write contender_<name>.c with `const struct contender contender_<name>` and add
 * CONTENDER(<name>) to contenders.def.
 */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

#include "turnstile.h"
#include "run.h"
#include "tenant.h"

#include <pthread.h>

/* The threads of one CPU in one block. */
struct tenancy {
	unsigned int cpu;      /* as the plan counts it */
	unsigned int real_cpu; /* where its threads are bound to */
	struct tenant *tenants;
	size_t nr_tenants;
	struct arrivals arrivals;
	const struct run_setup *setup;
	const struct cpumask *elsewhere; /* where threads may run while the CPU is away */

	/* The contender's. */
	struct kthread **kthreads; /* the tenants' again, as an array for the batch calls */
	int *results;		   /* of these calls, which would allocate them while timed */
	pthread_attr_t attr;
	bool has_attr;
	struct turnstile turnstile;
	bool has_turnstile;
	char *stacks; /* one behind the other, a guard page below each */
};

/* How a thread leaves its CPU, and so what proves that it has. */
enum contender_leaves {
	LEAVES_NOT,    /* it stays, or there is none */
	LEAVES_ASLEEP, /* it sleeps, and the kernel has switched it out */
	LEAVES_GONE,   /* the kernel has no such thread id any more */
	LEAVES_MOVED,  /* it runs elsewhere: sched_setaffinity() returns after the migration */
};

struct contender {
	const char *name;    /* equals the file name without contender_ */
	const char *summary; /* one line of English */
	const char *pin;     /* how its threads come onto their CPU, for the CSV */
	bool has_threads;
	enum contender_leaves leaves;

	/*
	 * Before the CPU first comes up and after it last went down in a block, untimed; NULL for
	 * nothing to do. finish() accepts a tenancy that prepare() or a callback left half-way.
	 * 0 or -errno.
	 */
	int (*prepare)(struct tenancy *ty);
	void (*finish)(struct tenancy *ty);

	/*
	 * Way up. On return each thread has been told to arrive (tenant_expect()), unless it
	 * LEAVES_NOT. 0 or -errno, and then no thread of the CPU runs on it.
	 */
	int (*startup)(struct tenancy *ty);

	/* How often and how long the calls have looked on so far; NULL: they block, or do not say.
	 */
	void (*add_spins)(const struct tenancy *ty, struct spin_result *spins);

	/*
	 * Way down. On return no thread of the CPU is in its duty there. 0 or -errno; -ETIMEDOUT: a
	 * thread is lost.
	 */
	int (*teardown)(struct tenancy *ty);
};

/* In the order of contenders.def. */
const struct contender *const *contender_list(size_t *ret_nr);
const struct contender *contender_find(const char *name);

#endif
