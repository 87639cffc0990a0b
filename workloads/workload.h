/* SPDX-License-Identifier: MIT */
/*
 * workload - a generator of plans: one file, one line in workloads.def, at most 80 lines.
 *
 * A generator is pure. It appends steps in the order of time with plan_add(); the caller sorts out
 * nothing for it and validates the result. Dwell times come from workload_wait(), random choices
 * from random_*(), both fed by the plan's seed alone. Parameters are already checked: there is a
 * CPU, there are cycles, and max_off lies between 1 and the number of CPUs.
 */
#ifndef WORKLOADS_WORKLOAD_H
#define WORKLOADS_WORKLOAD_H

#include "plan.h"
#include "random.h"

/* Raised when a generator or a duty changes what it does: older results are another benchmark's. */
#define WORKLOADS_VERSION "2"

struct workload {
	const char *name;
	const char *summary;
	unsigned int min_cpus; /* with fewer victims it collapses into a simpler one */
	const char *collapses; /* what to say then, e.g. "with one CPU this is toggle" */
	enum plan_order order; /* when params do not say; PLAN_ORDER_OWN: ascending */
	bool takes_all;	       /* means to take every victim away: cycles may be too few for that */
	bool has_lanes;	       /* several togglers at once: what a step costs is not kept */
	bool is_at_once;       /* plans steps of one direction for the same moment */
	bool is_hurried;       /* makes no pauses, whatever the dwell times are */

	/* NULL: any machine will do. 0, or -EOPNOTSUPP with one line: what is missing here. */
	int (*check)(const struct topology *topo, const struct plan_params *params, char *why,
		     size_t why_size);

	/* Appends to @plan. 0, or what plan_add() failed with. */
	int (*generate)(struct plan *plan, const struct topology *topo,
			const struct plan_params *params, struct random *random);
};

/* In the order of workloads.def; NULL for a name that is not there. */
const struct workload *const *workload_list(size_t *ret_nr);
const struct workload *workload_find(const char *name);

/* @dwell_ns plus a seeded part of params->dither_ns; sticks at UINT64_MAX. */
uint64_t workload_dwell(const struct plan_params *params, uint64_t dwell_ns, struct random *random);

/*
 * Let the dwell after an @action go by on the generator's clock @now_ns: dwell_off_ns while a CPU
 * is away, dwell_on_ns once it is back, both dithered. Sticks at UINT64_MAX, which no plan accepts,
 * so that generators need not look.
 */
void workload_wait(const struct plan_params *params, enum plan_action action, struct random *random,
		   uint64_t *now_ns);

#endif
