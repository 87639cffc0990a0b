/* SPDX-License-Identifier: MIT */
/*
 * The CPU leaves the suite's own child cpuset. For the kernel it stays online, and nobody else
 * notices; for the suite's threads it is gone: the kernel moves them off and refuses to let them
 * back until the cpuset has it again. So what an offline does to affinities can be seen without
 * one. All the suite's threads are in the child, the controller too, on a CPU that never leaves.
 */
#include "hotplug.h"
#include "hotplug_cpuset_child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

extern const struct hotplug hotplug_cpuset;

static int cpuset_probe(const struct topology *topo, char *why, size_t why_size)
{
	(void)topo;
	return cpuset_child_check(NULL, why, why_size);
}

static int cpuset_begin(const struct topology *topo, void **ret_run, char *why, size_t why_size)
{
	struct cpuset_child *child = malloc(sizeof(*child));
	int ret;

	if (!child) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	ret = cpuset_child_enter(&topo->allowed, child, why, why_size);
	if (ret)
		free(child);
	else
		*ret_run = child;
	return ret;
}

static int cpuset_end(void *run)
{
	int ret = cpuset_child_leave(run);

	free(run);
	return ret;
}

static int cpuset_online(unsigned int cpu, void *arg)
{
	const struct hotplug_step *step = arg;

	return cpuset_child_give(step->run, cpu);
}

static int cpuset_offline(unsigned int cpu, void *arg)
{
	const struct hotplug_step *step = arg;

	return cpuset_child_take(step->run, cpu);
}

const struct hotplug hotplug_cpuset = {
	.name = "cpuset",
	.summary = "takes CPUs out of the suite's own cpuset: cgroup v1 or v2, root or delegated",
	.is_cpuset_only = true,
	.probe = cpuset_probe,
	.begin = cpuset_begin,
	.end = cpuset_end,
	.online = cpuset_online,
	.offline = cpuset_offline,
};
