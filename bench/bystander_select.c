/* SPDX-License-Identifier: MIT */
/* Which CPUs get a bystander. */
#include "bystander.h"

static const char *const kind_names[] = {
	[BYSTANDER_SPIN] = "spin",
	[BYSTANDER_SLEEP] = "sleep",
};

static const char *const scope_names[] = {
	[BYSTANDERS_NONE] = "none",   [BYSTANDERS_ALL] = "all",	  [BYSTANDERS_CORE] = "core",
	[BYSTANDERS_CACHE] = "cache", [BYSTANDERS_NODE] = "node",
};

const char *bystander_kind_name(enum bystander_kind kind)
{
	return kind_names[kind];
}

const char *bystander_scope_name(enum bystander_scope scope)
{
	return scope_names[scope];
}

/* Do both belong to the same object? Where no such object is known, each CPU is its own. */
static bool is_same_object(const struct topology *topo, enum bystander_scope scope, unsigned int a,
			   unsigned int b)
{
	const struct topo_cpu *x = &topo->cpus[a], *y = &topo->cpus[b];

	switch (scope) {
	case BYSTANDERS_CORE:
		return x->core == y->core && x->core >= 0;
	case BYSTANDERS_CACHE:
		if (x->l3 >= 0 || y->l3 >= 0)
			return x->l3 == y->l3;
		return x->l2 >= 0 && x->l2 == y->l2;
	case BYSTANDERS_NODE:
		return x->numa_node == y->numa_node && x->numa_node >= 0;
	default:
		return a == b;
	}
}

static bool has_one(const struct topology *topo, enum bystander_scope scope,
		    const struct cpumask *cpus, unsigned int cpu)
{
	unsigned int other;

	for_each_cpu (other, cpus)
		if (is_same_object(topo, scope, other, cpu))
			return true;
	return false;
}

void bystander_select(const struct topology *topo, const struct bystander_choice *choice,
		      struct cpumask *ret_cpus)
{
	const unsigned int controller_cpu = choice->controller_cpu;
	struct cpumask staying, cpus;
	bool is_last_resort;
	unsigned int cpu;

	cpumask_clear(&cpus);
	cpumask_and(&staying, &topo->online, &topo->allowed);
	cpumask_andnot(&staying, &staying, &choice->victims);
	if (choice->scope == BYSTANDERS_NONE)
		cpumask_clear(&staying);
	is_last_resort =
		choice->kind == BYSTANDER_SLEEP && cpumask_test_cpu(controller_cpu, &staying);
	cpumask_clear_cpu(controller_cpu, &staying);
	for_each_cpu (cpu, &staying)
		if (!has_one(topo, choice->scope, &cpus, cpu))
			cpumask_set_cpu(cpu, &cpus);
	if (is_last_resort && !has_one(topo, choice->scope, &cpus, controller_cpu))
		cpumask_set_cpu(controller_cpu, &cpus);
	*ret_cpus = cpus;
}
