/* SPDX-License-Identifier: MIT */
/* kind - all fast cores, then all efficient ones: what power saving on hybrids does. */
#include "group.h"

static int index_of(const struct topo_cpu *row)
{
	return row->kind;
}

static const struct group group = { index_of, "kind of core" };

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

const struct workload workload_kind = {
	.name = "kind",
	.summary = "all cores of one kind go off and come back, kind by kind",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.takes_all = true,
	.check = check,
	.generate = generate,
};
