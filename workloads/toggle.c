/* SPDX-License-Identifier: MIT */
/* toggle - one CPU off and on again: the plainest plan, and the reference for every other one. */
#include "workload.h"

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct plan_step step = { .cpu = cpumask_last(&params->cpus), .action = PLAN_ONLINE };
	int ret = 0;

	(void)topo;
	for (unsigned int left = 2 * params->cycles; left > 0 && !ret; left--) {
		workload_wait(params, step.action, random, &step.planned_ns);
		step.action = step.action == PLAN_ONLINE ? PLAN_OFFLINE : PLAN_ONLINE;
		ret = plan_add(plan, &step);
	}
	return ret;
}

const struct workload workload_toggle = {
	.name = "toggle",
	.summary = "one CPU, the highest of the set, goes off and on",
	.min_cpus = 1,
	.collapses = "",
	.generate = generate,
};
