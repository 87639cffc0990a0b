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

#include <errno.h>
#include <stdbool.h>

/* What a driver returns when the CPU stayed as it was although nobody refused: no success. */
#define HOTPLUG_NO_OP (-EALREADY)

/* What a driver says about one step besides its result; all zero before. */
struct hotplug_step {
	unsigned int nr_retries; /* the time they took is the step's */
	bool is_unchanged;	 /* the CPU was there already: somebody else's doing */
};

struct hotplug {
	const char *name;
	const char *summary;
	bool is_simulated;
	bool is_kernels; /* the kernel itself takes the CPU off: journal and guardian watch over it
			  */

	/* Can it be used here? 0, or -errno with one line in @why: what is missing. */
	int (*probe)(const struct topology *topo, char *why, size_t why_size);

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

	/* NULL: any CPU can be tried. */
	bool (*can_take)(const struct topology *topo, unsigned int cpu);
};

const struct hotplug *const *hotplug_list(size_t *ret_nr);
const struct hotplug *hotplug_find(const char *name);

#endif
