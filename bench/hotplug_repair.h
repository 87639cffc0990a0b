/* SPDX-License-Identifier: MIT */
/*
 * hotplug_repair - what an offline changed for others is put back, if the user asked for it.
 */
#ifndef BENCH_HOTPLUG_REPAIR_H
#define BENCH_HOTPLUG_REPAIR_H

#include <kpark/cpumask.h>

#include <sys/types.h>

/* How to do it; tests have another way. All return 0 or -errno. */
struct repair_ops {
	int (*set_affinity)(void *arg, pid_t tid, const struct cpumask *cpus);
	int (*write_setting)(void *arg, const char *path, const char *value);
	void *arg;
};

/* This machine. @path is without its leading slash, as in sysfile.h. */
extern const struct repair_ops hotplug_repair;

#endif
