/* SPDX-License-Identifier: MIT */
#include "selection_group.h"

#include "hotplug.h"

#include <errno.h>
#include <string.h>

const char *selection_brief(const struct cpumask *mask, char list[static SELECTION_LIST_SIZE])
{
	if (cpumask_format(mask, list, SELECTION_LIST_SIZE) >= SELECTION_LIST_SIZE)
		memcpy(list + SELECTION_LIST_SIZE - 4, "...", 4);
	return list;
}

int selection_check_group(const struct options *o, const struct topology *topo,
			  const struct cpumask *victims, struct option_why *why)
{
	struct cpumask group, rest;
	char list[SELECTION_LIST_SIZE];

	if (!o->hotplug->group)
		return 0;
	o->hotplug->group(topo, &group);
	if (cpumask_empty(&group)) {
		option_refuse(why, "--hotplug %s: no core here has a second thread that is online",
			      o->hotplug->name);
		return -EOPNOTSUPP;
	}
	cpumask_andnot(&rest, &group, victims);
	if (!cpumask_empty(&rest))
		return option_refuse(why,
				     "--hotplug %s takes all second threads off or none: CPU %s is "
				     "missing; leave --cpus out",
				     o->hotplug->name, selection_brief(&rest, list));
	cpumask_andnot(&rest, victims, &group);
	if (!cpumask_empty(&rest))
		return option_refuse(why,
				     "--hotplug %s takes only second threads off, and CPU %s is "
				     "none; leave --cpus out",
				     o->hotplug->name, selection_brief(&rest, list));
	cpumask_andnot(&rest, &group, &topo->allowed);
	if (!cpumask_empty(&rest))
		return option_refuse(why,
				     "--hotplug %s takes all second threads off, and CPU %s is not "
				     "allowed to this process: see 'parkbench topo'",
				     o->hotplug->name, selection_brief(&rest, list));
	return 0;
}

/* What needs steps of their own: togglers beside each other, and failures that are ordered. */
static int check_steps_of_group(const struct options *o, const struct plan *plan,
				struct option_why *why)
{
	if (plan_nr_lanes(plan) > 1)
		return option_refuse(why,
				     "--hotplug %s has one switch for all: workload %s, with its "
				     "parallel togglers, is for --hotplug sysfs",
				     o->hotplug->name, plan->workload);
	for (size_t i = 0; i < plan->nr_steps; i++)
		if (plan->steps[i].fails)
			return option_refuse(why,
					     "--hotplug %s takes all or none: workload %s, where "
					     "single steps have to fail, is for --hotplug sysfs",
					     o->hotplug->name, plan->workload);
	return 0;
}

/* Each stretch of steps of one direction must have the whole group: that is one request. */
static int check_plan_of_group(const struct options *o, const struct plan *plan,
			       const struct cpumask *group, struct option_why *why)
{
	struct cpumask moved;

	cpumask_clear(&moved);
	for (size_t i = 0; i < plan->nr_steps; i++) {
		bool is_last = i + 1 == plan->nr_steps ||
			       plan->steps[i + 1].action != plan->steps[i].action;

		cpumask_set_cpu(plan->steps[i].cpu, &moved);
		if (!is_last)
			continue;
		if (!cpumask_equal(&moved, group))
			return option_refuse(
				why,
				"--hotplug %s takes all second threads off at once, and "
				"step %zu of workload %s leaves some: use --workload "
				"smt without --max-off",
				o->hotplug->name, i, plan->workload);
		cpumask_clear(&moved);
	}
	return 0;
}

int selection_check_plans_of_group(const struct options *o, const struct selection *s,
				   struct option_why *why)
{
	int err = 0;

	for (size_t i = 0; i < s->nr_plans && o->hotplug->group && !err; i++) {
		err = check_steps_of_group(o, &s->plans[i], why);
		if (!err)
			err = check_plan_of_group(o, &s->plans[i], &s->victims, why);
	}
	return err;
}
