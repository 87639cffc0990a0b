/* SPDX-License-Identifier: MIT */
/*
 * step_phases - from the clock readings of one step to the phases of its sample.
 *
 * Phases that do not apply get their reason instead of a number: those of the other direction,
 * those that a refused step did not reach, those that a contender without threads does not have.
 */
#ifndef BENCH_STEP_PHASES_H
#define BENCH_STEP_PHASES_H

#include "contender.h"

/* The ladder, from below. */
enum rung { RUNG_HOTPLUG = 1, RUNG_OFF_CPU, RUNG_CONTENDER, NR_RUNGS };

/* The clock right before and right after each rung of one walk. */
struct rung_stamps {
	uint64_t begin_ns[NR_RUNGS], end_ns[NR_RUNGS];
};

/* All phases blank, as if the step was not reached. Action must be set. */
void step_phases_clear(struct step_sample *s);

/* Threads that arrived last on another CPU than theirs. */
void step_count_wrong_cpus(struct step_sample *s, const struct tenancy *ty,
			   const struct contender *contender);

/* Whatever was seen of it must not be taken for a time: every phase that has one loses it. */
void step_phases_withhold(struct step_sample *s, enum blank why);

/* A CPU went away. @off_cpu: BLANK_NONE, or why nobody saw the threads leave. */
void step_phases_down(struct step_sample *s, const struct contender *contender,
		      const struct rung_stamps *stamps, enum blank off_cpu);

/* A CPU came back, and all its threads have arrived. */
void step_phases_up(struct step_sample *s, const struct tenancy *ty,
		    const struct contender *contender, const struct rung_stamps *stamps);

#endif
