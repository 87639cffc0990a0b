/* SPDX-License-Identifier: MIT */
/* tenancy - all tenants of a block, made before its first step and taken down after its last. */
#ifndef BENCH_TENANCY_H
#define BENCH_TENANCY_H

#include "contender.h"

struct tenancies {
	const struct contender *contender;
	const struct cell *cell;
	struct tenancy *list; /* one per CPU of the plan */
	size_t nr;
	uint32_t *index_of; /* CPU number -> its place in list */
	struct tenant *tenants;
	struct duty_cpu *duties; /* for the duty's prepare and finish, in one array */
	struct cpumask elsewhere;
	bool is_stopped;
};

/* Memory, duty and the contender's prepare(); the CPUs are still down. 0 or -errno. */
int tenancies_init(struct tenancies *all, const struct run_setup *setup, const struct cell *cell,
		   const struct contender *contender);

/* End all threads; the CPUs are down. Accepts what init left half-way, and a second call. */
void tenancies_stop(struct tenancies *all);

/* tenancies_stop() and the rest. */
void tenancies_fini(struct tenancies *all);

struct tenancy *tenancies_of(const struct tenancies *all, unsigned int cpu);

/* Sums over all tenants, exact when they are stopped. */
void tenancies_sum_work(const struct tenancies *all, uint64_t *ret_accepted, uint64_t *ret_done);

/* What the contender's calls have spun so far. */
void tenancies_sum_spins(const struct tenancies *all, struct spin_result *ret_spins);

/* The first positive errno of a duty's setup, or 0. */
int tenancies_error(const struct tenancies *all);

#endif
