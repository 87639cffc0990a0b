/* SPDX-License-Identifier: MIT */
/*
 * smt - the second threads of the cores all go off, one after the other, and all come back: what
 * switching SMT off and on does. Without a second thread in the set it is all of the set.
 */
#include "workload.h"

#include <errno.h>
#include <stdlib.h>

static unsigned int second_threads(const struct topology *topo, const struct cpumask *cpus,
				   unsigned int *ret_list)
{
	unsigned int cpu, nr = 0;

	for_each_cpu (cpu, cpus)
		if (topo->cpus[cpu].thread > 0)
			ret_list[nr++] = cpu;
	if (nr)
		return nr;
	for_each_cpu (cpu, cpus)
		ret_list[nr++] = cpu;
	return nr;
}

/* All @nr CPUs of @list go, then all come back: the second half of the steps. */
static int cycle(struct plan *plan, const struct plan_params *params, struct random *random,
		 const unsigned int *list, unsigned int nr)
{
	struct plan_step step = { .action = PLAN_ONLINE };
	int ret = 0;

	if (plan->nr_steps)
		step = plan->steps[plan->nr_steps - 1];
	for (unsigned int i = 0; i < 2 * nr && !ret; i++) {
		workload_wait(params, step.action, random, &step.planned_ns);
		step.action = i < nr ? PLAN_OFFLINE : PLAN_ONLINE;
		step.cpu = list[i % nr];
		ret = plan_add(plan, &step);
	}
	return ret;
}

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	unsigned int *list = malloc(cpumask_weight(&params->cpus) * sizeof(*list)), nr, at = 0;
	int ret = list ? 0 : -ENOMEM;

	nr = list ? second_threads(topo, &params->cpus, list) : 0;
	/* With max_off a part at a time, and the last part is what the cycles leave. */
	for (unsigned int left = params->cycles, part; left && !ret; left -= part) {
		part = least(nr - at, params->max_off, left);
		ret = cycle(plan, params, random, list + at, part);
		at = (at + part) % nr;
	}
	free(list);
	return ret;
}

const struct workload workload_smt = {
	.name = "smt",
	.summary = "the second threads of the set's cores all go off, then all come back",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.generate = generate,
};
