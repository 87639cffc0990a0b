/* SPDX-License-Identifier: MIT */
/*
 * hotplug - a way to take a CPU away and bring it back: the rung below the contender.
 *
 * `logical` changes nothing but the suite's own ladder: it needs no privilege, and every row made
 * with it says that it is simulated. `cpuset` takes CPUs from the suite's own cpuset: no kernel
 * hotplug, yet the kernel moves the suite's threads off.
 */
#ifndef BENCH_HOTPLUG_H
#define BENCH_HOTPLUG_H

#include "topology.h"

#include <errno.h>
#include <stdbool.h>

/* What a driver returns when the CPU stayed as it was although nobody refused: no success. */
#define HOTPLUG_NO_OP (-EALREADY)

/* One step as a driver sees it, and what it says about it besides its result. */
struct hotplug_step {
	void *run;		 /* what the driver's begin() has made */
	unsigned int nr_retries; /* the time they took is the step's */
	bool is_unchanged;	 /* the CPU was there already: somebody else's doing */
};

struct hotplug {
	const char *name;
	const char *summary;
	bool is_simulated;
	bool is_kernels; /* the kernel itself takes the CPU off: journal and guardian watch over it
			  */
	bool is_cpuset_only; /* the CPU leaves our cpuset and stays online */

	/* Can it be used here? 0, or -errno with one line in @why: what is missing. */
	int (*probe)(const struct topology *topo, char *why, size_t why_size);

	/*
	 * Around all blocks of a run; NULL for nothing to do. begin() makes what steps carry as
	 * .run, or gives -errno with one line in @why and the machine as before; end() undoes it,
	 * and gives the -errno of what it could not undo.
	 */
	int (*begin)(const struct topology *topo, void **ret_run, char *why, size_t why_size);
	int (*end)(void *run);

	/*
	 * Startup and teardown of the ladder's lowest state; @arg is a struct hotplug_step. 0, also
	 * where the CPU is already; HOTPLUG_NO_OP; or -errno, and a refusal changes nothing.
	 */
	int (*online)(unsigned int cpu, void *arg);
	int (*offline)(unsigned int cpu, void *arg);

	/*
	 * For drivers whose CPUs others can move, else NULL. was_disturbed(): has somebody since
	 * the last call, or since the driver's own last step? remark(): what was learnt from
	 * refusals, one line each; NULL behind the last.
	 */
	bool (*was_disturbed)(void);
	const char *(*remark)(size_t index);

	/*
	 * For drivers that move a group of CPUs by one request or not at all, else NULL. group():
	 * which CPUs. move_group(): all of them; 0, or -errno, and then they are where they were,
	 * as far as the kernel lets them. online() and offline() of each CPU follow, and only see
	 * whether it has arrived; without a move before it, online() brings one back by itself.
	 */
	void (*group)(const struct topology *topo, struct cpumask *ret_cpus);
	int (*move_group)(bool is_online, struct hotplug_step *step);

	/* NULL: any CPU can be tried. */
	bool (*can_take)(const struct topology *topo, unsigned int cpu);
};

const struct hotplug *const *hotplug_list(size_t *ret_nr);
const struct hotplug *hotplug_find(const char *name);

/* "simulated", "cpuset" or "real": the one word for tables. */
const char *hotplug_kind(const struct hotplug *hotplug);

#endif
