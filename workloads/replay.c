/* SPDX-License-Identifier: MIT */
/*
 * replay - what a recorded history says, at its own times: hotplug as it really happened to some
 * server. CPUs that are not of the set stay; cycles, dwell times and the order say nothing here.
 */
#include "history.h"
#include "workload.h"

#include <errno.h>

static int check(const struct topology *topo, const struct plan_params *params, char *why,
		 size_t why_size)
{
	struct cpumask missing;
	char list[80];

	(void)topo;
	if (!params->history) {
		snprintf(why, why_size, "it needs a recorded history: give --history FILE");
		return -EOPNOTSUPP;
	}
	cpumask_andnot(&missing, &params->history->cpus, &params->cpus);
	if (cpumask_empty(&missing))
		return 0;
	cpumask_format(&missing, list, sizeof(list));
	snprintf(why, why_size, "the history takes CPU %s away, which cannot go here: see --cpus",
		 list);
	return -EOPNOTSUPP;
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	int ret = 0;

	(void)topo;
	(void)random;
	for (size_t i = 0; i < params->history->nr_events && !ret; i++) {
		const struct history_event *event = &params->history->events[i];
		const struct plan_step step = { .planned_ns = event->at_ns,
						.cpu = event->cpu,
						.action = event->is_online ? PLAN_ONLINE
									   : PLAN_OFFLINE };

		ret = plan_add(plan, &step);
	}
	return ret;
}

const struct workload workload_replay = {
	.name = "replay",
	.summary = "what a recorded history (--history FILE: time_s,cpu,state) says",
	.min_cpus = 1,
	.collapses = "",
	.check = check,
	.generate = generate,
};
