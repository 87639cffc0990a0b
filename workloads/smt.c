/* SPDX-License-Identifier: MIT */
/* smt - all second threads of the set's cores go off, then all come back: SMT off and on. */
#include "group.h"

#include <errno.h>

static int index_of(const struct topo_cpu *row)
{
	return row->thread > 0 ? 0 : -1;
}

static const struct group group = { index_of, "second thread" };

static int check(const struct topology *topo, const struct plan_params *params, char *why,
		 size_t why_size)
{
	if (group_weight(&group, topo, &params->cpus, 0))
		return 0;
	snprintf(why, why_size, "none of these CPUs is the second thread of a core: use sweep");
	return -EOPNOTSUPP;
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	return group_generate(&group, plan, topo, params, random);
}

const struct workload workload_smt = {
	.name = "smt",
	.summary = "the second threads of the set's cores all go off, then all come back",
	.min_cpus = 1,
	.collapses = "",
	.check = check,
	.generate = generate,
};
