/* SPDX-License-Identifier: MIT */
/* tally - what became of the planned steps, over all blocks, warm-up included. Pure. */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include "run.h"

#define TALLY_LATE_NS 1000000u

struct tally {
	uint64_t nr_planned, nr_tried;
	uint64_t nr[NR_STEP_STATUSES];
	uint64_t nr_refused_as_planned; /* in none of the above */
	uint64_t nr_wrong_cpu, nr_affinity_lost;
	uint64_t nr_late; /* of the tried: begun more than TALLY_LATE_NS after their time */
};

void tally_make(const struct recording *rec, struct tally *ret);

#endif
