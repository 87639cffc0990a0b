/* SPDX-License-Identifier: MIT */
/* core - one core after another, with all its threads: what isolating a core does. */
#include "group.h"

#include <errno.h>

static int index_of(const struct topo_cpu *row)
{
	return row->core;
}

static const struct group group = { index_of, "core" };

/* Where no core loses two threads, this would be serial under another name. */
static int check(const struct topology *topo, const struct plan_params *params, char *why,
		 size_t why_size)
{
	unsigned int cpu;

	for_each_cpu (cpu, &params->cpus) {
		int index = index_of(&topo->cpus[cpu]);

		if (index >= 0 && group_weight(&group, topo, &params->cpus, index) > 1)
			return 0;
	}
	snprintf(why, why_size, "no core has two hardware threads among these CPUs: use serial");
	return -EOPNOTSUPP;
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	return group_generate(&group, plan, topo, params, random);
}

const struct workload workload_core = {
	.name = "core",
	.summary = "all hardware threads of a core go off and come back, core by core",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.takes_all = true,
	.check = check,
	.generate = generate,
};
