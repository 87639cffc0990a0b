/* SPDX-License-Identifier: MIT */
/* What driver.c and driver_group.c share: one block under way, and the parts of a step. */
#ifndef BENCH_DRIVER_INTERNAL_H
#define BENCH_DRIVER_INTERNAL_H

#include "comeback.h"
#include "ladder.h"

struct driver {
	const struct run_setup *setup;
	struct block *block;
	struct tenancies tenancies;
	struct ladder *ladders; /* one; with lanes one for each CPU of the plan */
	size_t nr_ladders;
	unsigned int nr_lanes;
	_Atomic int fatal; /* -errno after which nothing more should be tried */
	struct comeback comeback;
	/* Of groups: how much later than planned the schedule runs by now; open pacing: never. */
	uint64_t slip_ns;
};

void driver_wait_until(const struct driver *d, uint64_t planned_ns);

/* Has somebody else moved CPUs since the last call? */
bool driver_was_disturbed(const struct driver *d);

/*
 * What the kernel did to the masks of threads that should have kept theirs while away. Asked only
 * where a kernel was involved: it comes right before a timed step, and not for every contender.
 */
uint32_t driver_nr_lost_while_away(const struct driver *d, const struct tenancy *ty);

/* The way up with its phases, and what it left of the threads' masks. 0 or -errno. */
int driver_step_up(struct driver *d, struct tenancy *ty, struct step_sample *s, uint32_t nr_lost);

/* @ret is the ladder's answer to the newest walk. */
void driver_judge(const struct ladder *l, struct step_sample *s, int ret);
void driver_mark_spoiled(struct step_sample *s, bool is_spoiled);

/* After a refused offline: are the threads of a CPU that is up where they were? */
void driver_check_rolled_back(struct driver *d, const struct tenancy *ty, struct step_sample *s);

/*
 * All steps of one direction from @first on, by one request: @ret_nr of them. 0, also when they
 * were refused; -errno after which nothing more should be tried.
 */
int driver_run_group(struct driver *d, size_t first, size_t *ret_nr);

#endif
