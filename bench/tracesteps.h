/* SPDX-License-Identifier: MIT */
/*
 * tracesteps - the kernel's trace of CPU hotplug, through a tracefs instance of our own.
 *
 * The cpuhp tracepoints say which step of an offline or online ran when; probes (kprobe events)
 * on the kernel's kthread functions say the same of each park, unpark, stop and creation. The
 * instance keeps its events from the system's own buffer and from other users', and ticks with
 * clock.h's clock. It and the probes carry our pid in their names and are taken away in
 * tracesteps_close(); what a killed run has left goes when the next one opens.
 *
 * The only file that knows libtracefs and libtraceevent.
 */
#ifndef BENCH_TRACESTEPS_H
#define BENCH_TRACESTEPS_H

#include "kcall.h"
#include "kstep.h"
#include "run.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tracesteps;

struct tracesteps_wants {
	bool has_calls;		    /* put the probes in place, too */
	unsigned int nr_cpus;	    /* highest possible CPU + 1 */
	size_t bytes_per_cpu;	    /* of buffer, until the marks are taken; 0: a default */
	const char *system, *event; /* one more event to be counted, or NULL */
};

/* What happened from tracesteps_begin() to tracesteps_end(), in order of time. */
struct trace_marks {
	struct kstep_mark *steps;
	size_t nr_steps;
	struct kcall_mark *calls;
	size_t nr_calls;
	uint64_t nr_other; /* hits of the one more event */
	uint64_t nr_lost;  /* events that found no room: the marks are not whole then */
};

/**
 * tracesteps_open() - make the instance, with nothing traced yet.
 *
 * Probes that cannot be had are no failure: see tracesteps_why_no_calls().
 *
 * Return: 0; -EACCES, -EPERM, -ENOENT, -ENOTSUP, ... with one line in @why: what is missing. Then
 * nothing is left behind.
 */
int tracesteps_open(const struct tracesteps_wants *wants, struct tracesteps **ret, char *why,
		    size_t why_size);

/* NULL, or why there are no calls, in one line. */
const char *tracesteps_why_no_calls(const struct tracesteps *ts);

/*
 * Events are switched on and off here, not earlier: a tracepoint that is off costs nothing. 0 or
 * -errno. After a failed end the marks are empty and nothing is traced.
 */
int tracesteps_begin(struct tracesteps *ts, enum trace_level level);
int tracesteps_end(struct tracesteps *ts, struct trace_marks *ret_marks);
void trace_marks_fini(struct trace_marks *marks);

/* The kernel function at @address, "" if it does not tell. Valid until tracesteps_close(). */
const char *tracesteps_function(struct tracesteps *ts, uint64_t address);

/* Takes away instance and probes. NULL is allowed. */
void tracesteps_close(struct tracesteps *ts);

/* What runs that are dead have left in tracefs. Returns how many instances were taken away. */
int tracesteps_remove_stale(void);

#endif
