/* SPDX-License-Identifier: MIT */
/*
 * summary - many steps -> few rows. Pure.
 *
 * Only finished steps of timing blocks that are no warm-up count. `total` is told per cycle: the
 * offline step and the next online step of the same CPU, added up; every other phase per step.
 *
 * Steps of one block are not independent of each other, blocks nearly are. So each row says what
 * was replicated (step, cycle, block or pair of blocks), and contenders are compared only by the
 * medians of their blocks, paired by repetition.
 */
#ifndef BENCH_SUMMARY_H
#define BENCH_SUMMARY_H

#include "phase.h"

#include <stddef.h>
#include <stdint.h>

struct recording;

/* What every other contender under the same setting of the knobs is compared with. */
#define SUMMARY_REFERENCE "park"
#define SUMMARY_LEVEL	  0.95
#define SUMMARY_NONE	  UINT32_MAX

/*
 * Statistics of a phase:
 *	mean, p50, p90, p99, p99.9, ... max	of the steps; the first quantile that n does not
 *						carry is a blank row that says which n would
 *	block_p50, block_mad			of the medians of the blocks
 *	ratio					this arm / reference, by repetition
 *	knob_ratio				this arm / the same contender under the knobs'
 *						first values, by repetition
 * Statistics of an arm (phase is NR_PHASES):
 *	threads_share				(quiesce + resume) / total, of the blocks
 *	steps, refused, no_op, spoiled, lost, not_tried
 *						how many steps; refused: a row per errno
 *	wrong_cpu, affinity_lost		how many threads
 */
struct summary_row {
	uint32_t cell, arm;
	uint32_t reference; /* the other arm, or SUMMARY_NONE */
	enum phase phase;   /* NR_PHASES: not of one phase */
	const char *statistic;
	const char *unit;	 /* "ns", "ratio", "count" */
	double value;		 /* NAN: blank */
	double low, high, level; /* NAN: no interval; level is what is reached */
	size_t n;		 /* of replicates */
	const char *replicate;	 /* "step", "cycle", "block", "pair" */
	const char *method;
	const char *status;	     /* "ok"; "no_interval"; "blank" */
	char reason[80];	     /* why something is missing; for refused the errno */
	const char *kind, *distance; /* of bystanders; else NULL */
};

struct summary {
	struct summary_row *rows; /* by cell, then arm, then phase */
	size_t nr_rows, max_rows;
};

/* 0 or -ENOMEM; @ret_summary is untouched on failure. Release with summary_fini(). */
int summary_make(const struct recording *rec, struct summary *ret_summary);
void summary_fini(struct summary *summary);

/* The first such row, or NULL. */
const struct summary_row *summary_find(const struct summary *summary, uint32_t cell, uint32_t arm,
				       enum phase phase, const char *statistic);

#endif
