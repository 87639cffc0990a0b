/* SPDX-License-Identifier: MIT */
#include "hotplug_busy.h"

#include "sysfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SOON_AFTER_BOOT_S 120.0
#define SCHED_DEADLINE_ID 6
#define POLICY_FIELD	  41 /* of /proc/PID/stat, counted from 1 */

static bool read_mask(const struct hotplug_control *c, const char *path, struct cpumask *ret)
{
	char list[SYSFILE_LINE_BYTES];

	cpumask_clear(ret);
	return !sysfile_read(c->root, path, list, sizeof(list)) && !cpumask_parse(list, ret) &&
	       !cpumask_empty(ret);
}

/* Would @cpu take the last online CPU that is not in @kept_apart with it? */
static bool is_last_outside(const struct hotplug_control *c, unsigned int cpu,
			    const struct cpumask *kept_apart)
{
	struct cpumask online;

	if (cpumask_test_cpu(cpu, kept_apart) || hotplug_control_mask(c, &online))
		return false;
	cpumask_andnot(&online, &online, kept_apart);
	cpumask_clear_cpu(cpu, &online);
	return cpumask_empty(&online);
}

/* The scheduling policy of a process; -1: not to be had. */
static long policy_of(const struct hotplug_control *c, const char *pid)
{
	char path[300], text[1024], *field;

	snprintf(path, sizeof(path), "proc/%s/stat", pid);
	if (sysfile_read(c->root, path, text, sizeof(text)))
		return -1;
	field = strrchr(text, ')'); /* ends field 2, whatever the name has in it */
	for (int i = 2; field && i < POLICY_FIELD; i++)
		field = strchr(field + 1, ' ');
	return field ? strtol(field, NULL, 10) : -1;
}

static bool has_deadline_task(const struct hotplug_control *c)
{
	char **names;
	bool is_found = false;
	int nr = sysfile_list(c->root, "proc", &names);

	for (int i = 0; i < nr && !is_found; i++)
		is_found = names[i][0] >= '1' && names[i][0] <= '9' &&
			   policy_of(c, names[i]) == SCHED_DEADLINE_ID;
	if (nr >= 0)
		sysfile_list_free(names);
	return is_found;
}

static bool is_soon_after_boot(const struct hotplug_control *c)
{
	char text[64];

	return !sysfile_read(c->root, "proc/uptime", text, sizeof(text)) &&
	       strtod(text, NULL) < SOON_AFTER_BOOT_S;
}

bool hotplug_busy_passes(const struct hotplug_control *c, unsigned int cpu, char *why,
			 size_t why_size)
{
	struct cpumask full, isolated;
	bool has_full = read_mask(c, "sys/devices/system/cpu/nohz_full", &full);
	const char *reason;

	if (has_full && is_last_outside(c, cpu, &full))
		reason = "the last online CPU outside nohz_full=";
	else if (read_mask(c, "sys/devices/system/cpu/isolated", &isolated) &&
		 is_last_outside(c, cpu, &isolated))
		reason = "the last housekeeping CPU: all others are isolated";
	else if (has_full && !cpumask_test_cpu(cpu, &full))
		reason = "with nohz_full= the CPU that keeps the time stays";
	else if (has_deadline_task(c))
		reason = "SCHED_DEADLINE tasks need its bandwidth";
	else
		reason = NULL;
	if (reason) {
		snprintf(why, why_size, "%s", reason);
		return false;
	}
	snprintf(why, why_size, "%s",
		 is_soon_after_boot(c)
			 ? "soon after boot hotplug is off at times"
			 : "hotplug was off for the moment (suspend, device probing)");
	return true;
}
