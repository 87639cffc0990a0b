/* SPDX-License-Identifier: MIT */
/*
 * group - CPUs that leave together because they share something: a core, a cache, a package.
 *
 * A generator says what they share; the groups take turns, in the order in which their first CPU
 * comes. Of each all victims go off, at most max_off at once, and then come back.
 */
#ifndef WORKLOADS_GROUP_H
#define WORKLOADS_GROUP_H

#include "wave.h"

/* Which group, counted from 0; -1: none that hwloc knows. Those CPUs stay. */
struct group {
	int (*of)(const struct topo_cpu *row);
	const char *noun; /* "package" */
};

/* What workload.generate has to do with them. */
int group_generate(const struct group *group, struct plan *plan, const struct topology *topo,
		   const struct plan_params *params, struct random *random);

/* For workload.check: -EOPNOTSUPP where all online CPUs are of one group, or no victim is of one.
 */
int group_check(const struct group *group, const struct topology *topo,
		const struct plan_params *params, char *why, size_t why_size);

/* How many CPUs of @cpus are of the same group as @row. */
unsigned int group_weight(const struct group *group, const struct topology *topo,
			  const struct cpumask *cpus, int index);

#endif
