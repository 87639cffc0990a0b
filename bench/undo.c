/* SPDX-License-Identifier: MIT */
#include "undo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int undo_all(const struct hotplug_control *c, const struct journal_entry *entry,
	     uint64_t deadline_ns, struct undo *ret_undo)
{
	struct undo undo = { .cpus = { .error = 0 } };
	int ret = 0, ret_settings;

	/* A run that only changed settings has no say in which CPUs are online. */
	if (!entry->is_settings_only)
		ret = hotplug_control_restore(c, &entry->state, deadline_ns, &undo.cpus);
	ret_settings = settings_restore(c, &entry->settings, &undo.settings);
	*ret_undo = undo;
	return ret || ret_settings ? -EIO : 0;
}

void undo_name_failure(const struct undo *undo, char *text, size_t size)
{
	char list[128];

	if (undo->settings.failed && !undo->cpus.error) {
		snprintf(text, size, "/%s: %s", undo->settings.failed->path,
			 strerror(undo->settings.error));
		return;
	}
	if (!cpumask_format(&undo->cpus.failed, list, sizeof(list)))
		snprintf(text, size, "smt/control or the mask: %s", strerror(undo->cpus.error));
	else
		snprintf(text, size, "CPU %s: %s", list, strerror(undo->cpus.error));
}
