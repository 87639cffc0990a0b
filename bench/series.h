/* SPDX-License-Identifier: MIT */
/*
 * series - the values of one phase of one arm in one cell, taken out of the recording.
 *
 * Only finished steps of timing blocks that are no warm-up. PHASE_TOTAL has a value per cycle (an
 * offline step and the next online step of the same CPU, both finished), all others per step.
 */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include "run.h"

struct block_value {
	uint32_t repetition;
	double value;
};

struct series {
	double *values; /* of all blocks together, in any order */
	size_t nr_values;
	struct block_value *medians; /* of the blocks that have values, in order of execution */
	size_t nr_medians;
	const char *missing; /* without values: why; else NULL */
};

/*
 * As a phase: what the threads cost of all, (quiesce + resume) / total, a value per block: sums
 * over the cycles that have all three.
 */
#define SERIES_SHARE NR_PHASES

/* Whose series? */
struct series_key {
	uint32_t cell, arm;
	unsigned int phase; /* enum phase or SERIES_SHARE */
};

/* 0 or -ENOMEM; release with series_fini(). An empty series is none the less one. */
int series_gather(const struct recording *rec, const struct series_key *key,
		  struct series *ret_series);

void series_fini(struct series *series);

/* Does the block count for @cell and @arm? */
bool series_has_block(const struct block *block, uint32_t cell, uint32_t arm);

#endif
