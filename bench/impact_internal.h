/* SPDX-License-Identifier: MIT */
/* impact_internal - shared by the files of impact alone. */
#ifndef BENCH_IMPACT_INTERNAL_H
#define BENCH_IMPACT_INTERNAL_H

#include "impact.h"

/* What every judgement needs. */
struct inquiry {
	const struct census *census;
	struct cpumask online, victims;
	unsigned int nr_at_once;
	struct impact *impact;
};

/* What becomes of a set of CPUs. */
enum mask_fate { MASK_UNTOUCHED, MASK_SHRINKS, MASK_EMPTIES };

enum mask_fate impact_fate(const struct inquiry *inquiry, const struct cpumask *cpus);

/* Add a row; takes a copy of everything but @finding->meaning. 0 or -ENOMEM. */
int impact_add(const struct inquiry *inquiry, const struct impact_finding *finding,
	       const char *cpus);

int impact_judge_tasks(const struct inquiry *inquiry);
int impact_judge_settings(const struct inquiry *inquiry);

/* What no setting of the census says: frequency policies, nohz_full. */
int impact_judge_machine(const struct inquiry *inquiry);

#endif
