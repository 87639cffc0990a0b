/* SPDX-License-Identifier: MIT */
/*
 * counters - the counting pass: what each phase cost in events instead of time.
 *
 * The counters are per task and inherited. They see the thread that called counters_open(), every
 * thread created later by it or by a thread that they see, and what those threads did before they
 * exited; threads that existed before counters_open() are not seen. So the controller opens them
 * before the contender's threads are created. One exception, and it names itself: where perf is
 * forbidden, getrusage() stands in for some software events and sees the whole process.
 *
 * A reading costs microseconds and interrupts each CPU on which a counted thread runs: never in a
 * timing pass. Within a phase every event also counts the reading of all the others, the same
 * amount for each of them; the contender without threads shows how much that is.
 *
 * A joined thread's last instructions inside the kernel may come after the join returned, and
 * then count for the phase that is open at that time.
 *
 * begin, end and drop may come from any thread, but from one at a time. Phases may nest, overlap
 * and interleave: each accumulates by itself.
 */
#ifndef BENCH_COUNTERS_H
#define BENCH_COUNTERS_H

#include "counter_events.h"
#include "phase.h"

#include <stddef.h>
#include <stdint.h>

struct counters;

enum counter_status {
	COUNTER_EXACT,
	COUNTER_SCALED, /* the PMU was shared; estimate = count / running_share */
	COUNTER_BLANK,	/* no value, and reason says why; never 0 instead */
	NR_COUNTER_STATUSES
};

/* What one or more perf readings say; differences of readings add up. */
struct counter_reading {
	uint64_t value;
	uint64_t enabled_ns, running_ns; /* wanted, and really on the PMU */
};

struct counter_result {
	const char *event;
	enum counter_mode mode;
	enum counter_status status;
	uint64_t count;	      /* as read; 0 when blank */
	double estimate;      /* count, scaled when status says so; 0 when blank */
	double running_share; /* of the time the event was on the PMU; 1 when exact */
	uint64_t nr_pairs;    /* closed begin/end pairs in it */
	const char *unit;     /* "ns" or "count" */
	const char *source;   /* "perf" or "getrusage" */
	const char *reason;   /* "" or one line: why blank, why scaled, whose scope */
};

/*
 * Open what @list names (NULL: COUNTER_EVENTS_DEFAULT). An event that cannot be counted here does
 * not fail the call: its results are blank. Returns -EINVAL or -E2BIG for a list that is wrong,
 * as counter_events_parse() does, or -ENOMEM; @why says it in one line.
 */
int counters_open(const char *list, struct counters **counters, char *why, size_t why_size);

/* NULL is allowed. The strings in results die with it. */
void counters_close(struct counters *counters);

/* A phase that has begun must end or be dropped before it begins again. */
void counters_begin(struct counters *counters, enum phase phase);
void counters_end(struct counters *counters, enum phase phase);

/* Forget a begin: the phase did not take place after all. Not begun: nothing happens. */
void counters_drop(struct counters *counters, enum phase phase);

/* Results are numbered 0 .. nr - 1, one per event and mode, in the list's order. */
size_t counters_nr(const struct counters *counters);
void counters_result(const struct counters *counters, size_t index, enum phase phase,
		     struct counter_result *result);

/*
 * The rule behind the status, by itself: exact if always on the PMU, scaled by enabled / running
 * if part of the time, blank if never. @estimate and @running_share are 0 when blank.
 */
enum counter_status counters_scale(const struct counter_reading *sum, double *estimate,
				   double *running_share);

const char *counter_mode_name(enum counter_mode mode);	     /* "all", "user", "kernel" */
const char *counter_status_name(enum counter_status status); /* "exact", "scaled", "blank" */

#endif
