/* SPDX-License-Identifier: MIT */
/*
 * The CPU goes away from the suite's own ladder and threads only. The kernel knows nothing of it,
 * so what is left of an offline is the threads' part, which is what contenders differ in.
 */
#include "hotplug.h"

extern const struct hotplug hotplug_logical;

static int logical_probe(const struct topology *topo, char *why, size_t why_size)
{
	(void)topo;
	(void)why;
	(void)why_size;
	return 0;
}

static int logical_step(unsigned int cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	return 0;
}

const struct hotplug hotplug_logical = {
	.name = "logical",
	.summary = "takes CPUs from the suite's own threads only: no privilege, simulated",
	.is_simulated = true,
	.probe = logical_probe,
	.online = logical_step,
	.offline = logical_step,
};
