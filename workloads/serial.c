/* SPDX-License-Identifier: MIT */
/* serial - every CPU in turn, never two away at once: what a rolling maintenance does. */
#include "workload.h"

static unsigned int next_in_turn(unsigned int cpu, const struct cpumask *cpus)
{
	unsigned int next = cpumask_next(cpu + 1, cpus);

	return next < CPUMASK_NR_CPUS ? next : cpumask_first(cpus);
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct plan_step step = { .cpu = cpumask_first(&params->cpus), .action = PLAN_ONLINE };
	int ret = 0;

	(void)topo;
	for (unsigned int left = params->cycles; left > 0 && !ret; left--) {
		workload_wait(params, PLAN_ONLINE, random, &step.planned_ns);
		step.action = PLAN_OFFLINE;
		ret = plan_add(plan, &step);
		workload_wait(params, PLAN_OFFLINE, random, &step.planned_ns);
		step.action = PLAN_ONLINE;
		if (!ret)
			ret = plan_add(plan, &step);
		step.cpu = next_in_turn(step.cpu, &params->cpus);
	}
	return ret;
}

const struct workload workload_serial = {
	.name = "serial",
	.summary = "each CPU of the set in turn, ascending, goes off and on",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.generate = generate,
};
