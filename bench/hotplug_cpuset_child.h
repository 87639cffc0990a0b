/* SPDX-License-Identifier: MIT */
/*
 * hotplug_cpuset_child - a child cpuset of our own group, with our whole process in it.
 *
 * One child for everything: a contender's new threads are born where the controller is, so any
 * split would treat contenders differently. The child is named parkbench-PID. In version 2 it is
 * a threaded group: that needs neither a parent without processes (the user's shell may stay where
 * it is) nor any controller but cpuset. If cpuset has to be enabled for the parent's children
 * first, the name ends in -enabled: whoever finds it knows what else to take back.
 *
 * A process that is killed leaves an empty child behind. The next one to enter below the same
 * group removes those of processes that are gone; the kernel keeps it from removing any other.
 */
#ifndef BENCH_HOTPLUG_CPUSET_CHILD_H
#define BENCH_HOTPLUG_CPUSET_CHILD_H

#include "cgroup.h"

#include <kpark/cpumask.h>
#include <sys/types.h>

#define CPUSET_CHILD_PATH_BYTES (3 * CGROUP_PATH_BYTES)

struct cpuset_child {
	struct cgroup_place parent;
	char dir[CPUSET_CHILD_PATH_BYTES];  /* the parent's, absolute */
	char path[CPUSET_CHILD_PATH_BYTES]; /* the child's; "" while there is none */
	bool is_enabler;		    /* cpuset is enabled in the parent because of us */
	int cpus_fd, effective_fd;
	struct cpumask whole, cpus; /* all its CPUs, and those it has now */
	struct cpumask affinity;    /* the caller's, before it entered */
};

/*
 * Could a child be made and entered? 0, or -errno with one line in @why. Changes nothing. @root as
 * in sysfile.h.
 */
int cpuset_child_check(const char *root, char *why, size_t why_size);

/*
 * Make the child with those of @cpus that our group has, and move this process into it.
 * Context: before other threads are pinned; old kernels forget pins when a task moves.
 * 0, or -errno with one line in @why and everything as before.
 */
int cpuset_child_enter(const struct cpumask *cpus, struct cpuset_child *ret_child, char *why,
		       size_t why_size);

/*
 * Everything that is in the child back to the parent, the child removed, the caller's affinity as
 * it was. 0, or the -errno of what could not be undone; the rest is.
 */
int cpuset_child_leave(struct cpuset_child *child);

/*
 * Take one CPU out of the child, or put it back, and wait until the kernel says so. A caller that
 * was pinned stays so: old kernels overwrite the affinity of each task in a cpuset that changes.
 * A CPU that is there, or away, already is 0. -EINVAL the child never had it; -ENOSPC the last
 * one; -EAGAIN a group above us does not have it now; or what the kernel said. A failure changes
 * nothing.
 */
int cpuset_child_take(struct cpuset_child *child, unsigned int cpu);
int cpuset_child_give(struct cpuset_child *child, unsigned int cpu);

/* Remove children that killed processes have left below @place. Returns how many. */
unsigned int cpuset_child_sweep(const char *root, const struct cgroup_place *place);

#endif
