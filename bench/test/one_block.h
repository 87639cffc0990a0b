/* SPDX-License-Identifier: MIT */
/* A run of one cell, one arm and one block on a CPU of this machine, for tests of the driver. */
#ifndef BENCH_TEST_ONE_BLOCK_H
#define BENCH_TEST_ONE_BLOCK_H

#include "contender.h"
#include "driver.h"
#include "duty.h"
#include "hotplug.h"

#include <stdlib.h>
#include <string.h>

struct one_block {
	struct topology topo;
	struct run_setup setup;
	struct plan plan;
	struct cell cell;
	struct arm arm;
	struct recording rec;
	struct block block;
};

/* @nr_cycles times off and on, of the highest CPU we may use; the controller on the lowest. */
static inline void one_block_init(struct one_block *one, const char *contender, const char *duty,
				  unsigned int threads, unsigned int nr_cycles)
{
	struct plan_params params = { .workload = "toggle", .cycles = nr_cycles };
	char why[256] = "";

	memset(one, 0, sizeof(*one));
	if (topology_load(&one->topo))
		abort();
	cpumask_set_cpu(cpumask_last(&one->topo.allowed), &params.cpus);
	if (plan_generate(&one->topo, &params, &one->plan, why, sizeof(why)))
		abort();
	one->setup = (struct run_setup){
		.topo = &one->topo,
		.hotplug = hotplug_find("logical"),
		.controller_cpu = cpumask_first(&one->topo.allowed),
		.stack_bytes = 1 << 20, /* what is local to a thread is in it: 900 KiB with TSan */
		.deadline_ns = 60000000000u,
	};
	one->cell = (struct cell){ "toggle", &one->plan, duty_find(duty), threads };
	one->arm = (struct arm){ .contender = contender_find(contender) };
	one->rec = (struct recording){ .setup = &one->setup,
				       .cells = &one->cell,
				       .nr_cells = 1,
				       .arms = &one->arm,
				       .nr_arms = 1 };
	one->block.steps = calloc(one->plan.nr_steps, sizeof(*one->block.steps));
	if (!one->block.steps)
		abort();
}

static inline void one_block_fini(struct one_block *one)
{
	free(one->block.steps);
	plan_fini(&one->plan);
	topology_fini(&one->topo);
}

#endif
