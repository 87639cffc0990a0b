/* SPDX-License-Identifier: MIT */
#include "hotplug.h"

#include <string.h>

extern const struct hotplug hotplug_logical, hotplug_cpuset, hotplug_sysfs, hotplug_smt;

static const struct hotplug *const drivers[] = { &hotplug_logical, &hotplug_cpuset, &hotplug_sysfs,
						 &hotplug_smt };

const struct hotplug *const *hotplug_list(size_t *ret_nr)
{
	*ret_nr = sizeof(drivers) / sizeof(drivers[0]);
	return drivers;
}

const struct hotplug *hotplug_find(const char *name)
{
	size_t nr;
	const struct hotplug *const *list = hotplug_list(&nr);

	for (size_t i = 0; i < nr; i++)
		if (!strcmp(list[i]->name, name))
			return list[i];
	return NULL;
}

const char *hotplug_kind(const struct hotplug *hotplug)
{
	if (hotplug->is_simulated)
		return "simulated";
	return hotplug->is_cpuset_only ? "cpuset" : "real";
}
