/* SPDX-License-Identifier: MIT */
/* cache - one cache group after another: a chiplet that is powered down, or given to another. */
#include "group.h"

static int index_of(const struct topo_cpu *row)
{
	if (row->l3 >= 0)
		return row->l3;
	/* Behind all L3s: where only some cores have one, the others are told apart by their L2. */
	return row->l2 >= 0 ? (int)CPUMASK_NR_CPUS + row->l2 : -1;
}

static const struct group group = { index_of, "last-level cache" };

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

const struct workload workload_cache = {
	.name = "cache",
	.summary = "all CPUs that share a last-level cache go off and come back, cache by cache",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.takes_all = true,
	.check = check,
	.generate = generate,
};
