/* SPDX-License-Identifier: MIT */
/* hotplug_sysfs - the driver that really takes CPUs off, through cpuN/online. */
#ifndef BENCH_HOTPLUG_SYSFS_H
#define BENCH_HOTPLUG_SYSFS_H

#include "hotplug_control.h"

/* All zero: this machine, with the usual patience, at least one CPU staying online. */
struct hotplug_sysfs_terms {
	struct hotplug_control control;
	bool is_container_forced; /* also in a container, whose CPUs are the host's */
	unsigned int min_online;  /* no offline that would leave fewer */
	uint64_t settle_ns;	  /* how long a CPU may take to show what was written; 0: 1 s */
	uint64_t busy_ns; /* how long a CPU that is busy for now is tried again; 0: 300 ms */
};

/* Before anything else is asked of the driver; it starts afresh. */
void hotplug_sysfs_begin(const struct hotplug_sysfs_terms *terms);

/* From now on @cpu is there by our own doing: for the driver that moves many at once. */
void hotplug_sysfs_expect(unsigned int cpu, bool is_online);

/* What this driver works on. */
const struct hotplug_control *hotplug_sysfs_control(void);

#endif
