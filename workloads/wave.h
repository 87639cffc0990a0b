/* SPDX-License-Identifier: MIT */
/*
 * wave - what most generators are made of: CPUs in an order, which go away one after another and
 * come back one after another, until the cycles are used up.
 */
#ifndef WORKLOADS_WAVE_H
#define WORKLOADS_WAVE_H

#include "workload.h"

/* A generator's place in its plan. */
struct wave {
	struct plan *plan;
	const struct plan_params *params;
	struct random *random;
	unsigned int *cpus; /* the victims, in params->order */
	unsigned int nr_cpus;
	unsigned int left;     /* cycles that have not begun */
	uint64_t now_ns;       /* of the newest step */
	enum plan_action last; /* what it was; at first everybody is back */
};

enum wave_back {
	WAVE_BACK_SAME,	   /* the first that went is the first back */
	WAVE_BACK_OPPOSITE /* the last that went is the first back */
};

/* Sort the victims. 0 or -ENOMEM; release with wave_fini(). */
int wave_init(struct wave *wave, struct plan *plan, const struct topology *topo,
	      const struct plan_params *params, struct random *random);
void wave_fini(struct wave *wave);

/* The dwell after the newest step, then this one. What plan_add() returns. */
int wave_step(struct wave *wave, unsigned int cpu, enum plan_action action);

/*
 * @cpus go away in their order and come back. Where they are more than may be away at once they
 * do so in several waves, and where they are more than the cycles left the rest stays.
 */
int wave_run(struct wave *wave, const unsigned int *cpus, unsigned int nr, enum wave_back back);

#endif
