/* SPDX-License-Identifier: MIT */
/*
 * hotplug - a way to take a CPU away and bring it back: the rung below the contender.
 *
 * `logical` changes nothing but the suite's own ladder: it needs no privilege, and every row made
 * with it says that it is simulated.
 */
#ifndef BENCH_HOTPLUG_H
#define BENCH_HOTPLUG_H

#include "topology.h"

#include <stdbool.h>

struct hotplug {
	const char *name;
	const char *summary;
	bool is_simulated;

	/* Can it be used here? 0, or -errno with one line in @why: what is missing. */
	int (*probe)(const struct topology *topo, char *why, size_t why_size);

	/* Startup and teardown of the ladder's lowest state. 0 or -errno; a refusal changes
	 * nothing. */
	int (*online)(unsigned int cpu, void *arg);
	int (*offline)(unsigned int cpu, void *arg);
};

const struct hotplug *const *hotplug_list(size_t *ret_nr);
const struct hotplug *hotplug_find(const char *name);

#endif
