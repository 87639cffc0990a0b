/* SPDX-License-Identifier: MIT */
/*
 * ladder - the way of one CPU down and up, timed rung by rung.
 *
 * The lowest rung is the hotplug driver, the highest the contender. The one between only waits,
 * on the way down, until the threads are off their CPU. The ladder's trace hook reads the clock
 * right before and right after each rung, for every contender alike.
 */
#ifndef BENCH_LADDER_H
#define BENCH_LADDER_H

#include "driver.h"
#include "hotplug.h"
#include "step_phases.h"
#include "tenancy.h"

#include <pthread.h>

struct ladder {
	const struct run_setup *setup;
	const struct contender *contender;
	const struct probe *probe; /* or NULL */
	struct tenancies *tenancies;
	struct cpuhp *hp;
	struct rung_stamps stamps; /* of the newest walk */
	enum blank off_cpu;	   /* of the newest walk down: BLANK_NONE, or why not seen */
	bool is_resuming;	   /* the probe has been told of PHASE_RESUME's begin */
	struct hotplug_step step;  /* of the newest walk: what the hotplug driver says */
	bool is_planned;	   /* from first to last step: CPUs really go away */
	bool is_arrival_due;	   /* threads have been let run and not yet been waited for */
	enum plan_fails fails;	   /* what the newest walk is expected to do */
	pthread_mutex_t lock;	   /* held for a whole step: lanes may want the same CPU */
	int fatal;		   /* -errno after which nothing more should be tried */
};

/*
 * All CPUs of the plan are down here; in the kernel they are there. @l has setup, contender, probe
 * and tenancies set. 0 or -errno.
 */
int ladder_init(struct ladder *l);
void ladder_fini(struct ladder *l);

/*
 * From now on stamp the rungs and tell the probe, or no longer. Only a walk that is timed takes a
 * CPU from the hotplug driver: before the plan and after it the threads alone come and go.
 */
void ladder_set_timed(struct ladder *l, bool is_timed);

/* Untimed, for a CPU that stayed away: the driver brings it back, its threads stay where they are.
 */
int ladder_bring_back(struct ladder *l, struct tenancy *ty);

/*
 * One CPU up or down. Up returns when all its threads have arrived and done their first work. A
 * refusal (-errno) leaves the CPU as it was, its threads at work or away as before.
 */
int ladder_up(struct ladder *l, struct tenancy *ty);
int ladder_down(struct ladder *l, struct tenancy *ty);

/* Make the walks that follow fail as planned, or no longer. */
void ladder_expect(struct ladder *l, enum plan_action action, enum plan_fails fails);

void ladder_lock(struct ladder *l);
void ladder_unlock(struct ladder *l);

/* After a block, its threads gone: the CPU where the next block wants it, in the kernel too. */
void ladder_return_cpu(struct ladder *l, const struct tenancy *ty);

/*
 * Of a driver that moves many CPUs by one request: first each CPU is quiesced, which is the upper
 * part of its way down; then all are moved; then ladder_down(), or ladder_up(), of each goes the
 * rest of the way, in which the driver only sees whether the CPU has arrived. A CPU that is not to
 * go after all is taken back, untimed. The move's own stamps are in .stamps, as the lowest rung's.
 */
int ladder_quiesce(struct ladder *l, struct tenancy *ty);
int ladder_move_group(struct ladder *l, bool is_online);
void ladder_take_back(struct ladder *l, struct tenancy *ty);

bool ladder_is_up(const struct ladder *l, const struct tenancy *ty);

#endif
