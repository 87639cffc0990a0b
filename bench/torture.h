/* SPDX-License-Identifier: MIT */
/*
 * torture - the facility under random operations from several controllers at once, checked.
 *
 * Slots hold victims: kthreads of every kind, created, parked, unparked and stopped all the time.
 * Each controller draws its own sequence of operations from the seed and its number alone, so the
 * same options give the same sequences; how they interleave is the machine's, and the seed's too
 * where instructions are the clock (the lab's deterministic guests). What has to hold throughout:
 *
 *  1 after park returned 0 and until unpark or stop, the victim executes nothing of its function
 *  2 a per-CPU victim runs on its CPU only, from the first instruction after each unpark on
 *  3 every park ends, with a result that what happened meanwhile allows
 *  4 a park that returned 0 is one that the victim entered, and nothing is left over of it
 *  5 every unpark of a parked victim is followed by the victim running or ending
 *  6 stop ends, with the function's value, or -EINTR exactly if it was never entered
 *  7 work accepted is work executed
 *  8 callbacks: setup once, park and unpark alternate, cleanup if and only if setup ran; the
 *    ladder's callbacks alternate, and a failed move leaves them as before
 */
#ifndef BENCH_TORTURE_H
#define BENCH_TORTURE_H

#include "hotplug.h"

#include <kpark/cpumask.h>

#include <stdbool.h>
#include <stdint.h>

/* X(constant, name, weight when nothing is said, what it is) */
#define TORTURE_OPS(X)                                                                             \
	X(PARK, "park", 12, "park one, any time")                                                  \
	X(PARK_TIMEOUT, "timeout", 8, "park with a timeout of 0 to 200 us")                        \
	X(PARK_MANY, "parkmany", 3, "park up to four at once")                                     \
	X(UNPARK, "unpark", 16, "unpark one, early ones included")                                 \
	X(UNPARK_WAIT, "arrive", 8, "unpark one and wait for its arrival")                         \
	X(UNPARK_MANY, "unparkmany", 3, "unpark up to four at once")                               \
	X(HOLD, "hold", 12, "park alone, look that it is frozen, shake its affinity, unpark")      \
	X(SELFPARK, "selfpark", 6, "have it park itself")                                          \
	X(WORK, "work", 12, "submit an item and wake")                                             \
	X(RENEW, "renew", 6, "stop it and create another")                                         \
	X(EXIT, "exit", 2, "have it end by itself")                                                \
	X(BIND, "bind", 3, "bind one that may have started")                                       \
	X(CPU, "cpu", 8, "take a CPU up or down the ladder, or a part of it")                      \
	X(CPU_FAIL, "cpufail", 4, "the same with a callback that fails")                           \
	X(KIND, "kind", 2, "register a kind of per-CPU threads and unregister it at once")         \
	X(FAIL, "fail", 1, "creation without threads or memory, unpark without affinity")

enum torture_op {
#define X(constant, name, weight, summary) TORTURE_##constant,
	TORTURE_OPS(X)
#undef X
		NR_TORTURE_OPS
};

struct torture_op_row {
	const char *name;
	unsigned int weight;
	const char *summary;
};

extern const struct torture_op_row torture_ops[NR_TORTURE_OPS];

struct torture_options {
	uint64_t seed;
	uint64_t time_ns; /* ends after this, or */
	uint64_t nr_ops;  /* after so many in all, if not 0 */
	unsigned int nr_threads;
	unsigned int nr_controllers;
	unsigned int weights[NR_TORTURE_OPS];
	struct cpumask cpus;	       /* where per-CPU victims live, and which CPUs walk */
	const struct hotplug *hotplug; /* NULL: no CPU walks */
	void *hotplug_run;	       /* what hotplug->begin() has made */
	uint64_t watchdog_ns;	       /* the longest that one operation may take */
};

/* One kind of operation, all controllers together. */
struct torture_count {
	uint64_t nr_tried, nr_done;
	uint64_t nr_missed; /* there was nobody to do it to */
	uint64_t min_ns, max_ns, sum_ns;
};

#define TORTURE_WHY_BYTES  512
#define TORTURE_DUMP_BYTES 16384

struct torture_report {
	struct torture_count counts[NR_TORTURE_OPS];
	uint64_t nr_checks[9]; /* by invariant: how often it could be looked at */
	uint64_t nr_created, nr_stopped;
	uint64_t nr_up, nr_down, nr_rolled_back; /* moves of CPUs */
	uint64_t nr_hostile_wakes, nr_hostile_signals;
	uint64_t nr_injected;	       /* failures */
	char not_injected[96];	       /* why some could not be; "" */
	int invariant;		       /* 1 to 8: broken; 0: all hold */
	char why[TORTURE_WHY_BYTES];   /* one line: which victim, what was seen */
	char dump[TORTURE_DUMP_BYTES]; /* one line per controller and victim */
	bool is_hung;		       /* threads are left behind: the process has to go */
};

/* "every park ends" */
const char *torture_invariant_name(int invariant);

/**
 * torture_run() - do it.
 *
 * Return: 0, and @ret->invariant says whether all held; or -errno: it could not begin.
 */
int torture_run(const struct torture_options *options, struct torture_report *ret);

/* Ten seconds; sanitizers are given a minute. */
uint64_t torture_default_watchdog_ns(void);

#endif
