/* SPDX-License-Identifier: MIT */
/*
 * storm - a walk without any pause: each step is due at once, whatever the dwell times say. How
 * fast it really goes is what the contender and the machine can do.
 */
#include "workload.h"

extern const struct workload workload_walk;

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct plan_params hurried = *params;

	hurried.dwell_off_ns = 0;
	hurried.dwell_on_ns = 0;
	hurried.dither_ns = 0;
	return workload_walk.generate(plan, topo, &hurried, random);
}

const struct workload workload_storm = {
	.name = "storm",
	.summary = "random CPUs of the set flip without pause, at most max_off away at once",
	.min_cpus = 1,
	.collapses = "",
	.is_hurried = true,
	.generate = generate,
};
