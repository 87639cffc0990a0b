/* SPDX-License-Identifier: MIT */
/*
 * gap_log - the stretches of time in which one thread did not run, in order, and nothing else.
 *
 * One writer, which never waits: all memory is there before its first entry. When the log is full
 * it keeps what it has and counts what it has to leave out. Readers come after the writer's end;
 * only longest_ns may be read meanwhile.
 */
#ifndef BENCH_GAP_LOG_H
#define BENCH_GAP_LOG_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct gap {
	uint64_t begin_ns; /* CLOCK_MONOTONIC */
	uint64_t gap_ns;
};

struct gap_log {
	struct gap *gaps; /* later ones begin where earlier ones end, or after */
	size_t nr_gaps, max_gaps;
	uint64_t nr_dropped;
	uint64_t full_since_ns;	     /* begin of the first gap left out, when any was */
	uint64_t from_ns, until_ns;  /* the writer saw everything in between */
	uint64_t threshold_ns;	     /* shorter gaps are not kept; 0: all are */
	_Atomic uint64_t longest_ns; /* relaxed: nothing but the number is passed */
};

/* A writer's only call. */
static inline void gap_log_add(struct gap_log *log, uint64_t begin_ns, uint64_t gap_ns)
{
	if (gap_ns > atomic_load_explicit(&log->longest_ns, memory_order_relaxed))
		atomic_store_explicit(&log->longest_ns, gap_ns, memory_order_relaxed);
	if (log->nr_gaps < log->max_gaps)
		log->gaps[log->nr_gaps++] = (struct gap){ begin_ns, gap_ns };
	else if (!log->nr_dropped++)
		log->full_since_ns = begin_ns;
}

#endif
