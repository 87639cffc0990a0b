/* SPDX-License-Identifier: MIT */
/* node - one NUMA node after another: how memory is removed from a running machine. */
#include "group.h"

static int index_of(const struct topo_cpu *row)
{
	return row->numa_node;
}

static const struct group group = { index_of, "NUMA node" };

static int check(const struct topology *topo, const struct plan_params *params, char *why,
		 size_t why_size)
{
	return group_check(&group, topo, params, why, why_size);
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	return group_generate(&group, plan, topo, params, random);
}

const struct workload workload_node = {
	.name = "node",
	.summary = "all CPUs of a NUMA node go off and come back, node by node",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.takes_all = true,
	.check = check,
	.generate = generate,
};
