/* SPDX-License-Identifier: MIT */
/* package - one socket after another: maintenance, or a partition given away. */
#include "group.h"

static int index_of(const struct topo_cpu *row)
{
	return row->package;
}

static const struct group group = { index_of, "package" };

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

const struct workload workload_package = {
	.name = "package",
	.summary = "all CPUs of a package go off and come back, package by package",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.takes_all = true,
	.check = check,
	.generate = generate,
};
