/* SPDX-License-Identifier: MIT */
/*
 * walk - a seeded random walk: each step flips one CPU, chosen among all that may be flipped.
 *
 * With max_off away, or with the last cycle begun, only CPUs that are away may be flipped. So the
 * set shrinks and grows in every order, and at the end everybody is back.
 */
#include "workload.h"

#include <errno.h>
#include <stdlib.h>

struct walk {
	unsigned int *cpus; /* the first nr_off are away, in no order */
	unsigned int nr_cpus, nr_off;
	unsigned int left; /* cycles that have not begun */
};

/* Choose a CPU, flip it and say what happened to it. */
static enum plan_action flip(struct walk *walk, const struct plan_params *params,
			     struct random *random, unsigned int *ret_cpu)
{
	bool may_go_off = walk->left > 0 && walk->nr_off < params->max_off;
	unsigned int nr_choices = may_go_off ? walk->nr_cpus : walk->nr_off;
	unsigned int pick = (unsigned int)random_below(random, nr_choices);
	enum plan_action action = pick < walk->nr_off ? PLAN_ONLINE : PLAN_OFFLINE;
	unsigned int border = action == PLAN_ONLINE ? --walk->nr_off : walk->nr_off++;

	*ret_cpu = walk->cpus[pick];
	walk->cpus[pick] = walk->cpus[border];
	walk->cpus[border] = *ret_cpu;
	walk->left -= action == PLAN_OFFLINE;
	return action;
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct walk walk = { .left = params->cycles };
	struct plan_step step = { .action = PLAN_ONLINE };
	unsigned int cpu;
	int ret = 0;

	(void)topo;
	walk.cpus = malloc(cpumask_weight(&params->cpus) * sizeof(*walk.cpus));
	if (!walk.cpus)
		return -ENOMEM;
	for_each_cpu (cpu, &params->cpus)
		walk.cpus[walk.nr_cpus++] = cpu;
	while (!ret && (walk.left || walk.nr_off)) {
		workload_wait(params, step.action, random, &step.planned_ns);
		step.action = flip(&walk, params, random, &step.cpu);
		ret = plan_add(plan, &step);
	}
	free(walk.cpus);
	return ret;
}

const struct workload workload_walk = {
	.name = "walk",
	.summary = "random CPUs of the set flip, at most max_off away at once, all back at the end",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.generate = generate,
};
