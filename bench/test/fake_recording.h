/* SPDX-License-Identifier: MIT */
/* A small recording made of numbers: one cell, three arms, nothing that was measured. */
#ifndef BENCH_TEST_FAKE_RECORDING_H
#define BENCH_TEST_FAKE_RECORDING_H

#include "contender.h"
#include "hotplug.h"
#include "run.h"

#include <stdlib.h>

enum { FAKE_PARK, FAKE_RECREATE, FAKE_EMPTY, FAKE_NR_ARMS };

struct fake {
	struct topo_cpu cpus[4];
	struct topology topo;
	struct hotplug hotplug;
	struct run_setup setup;
	struct duty duty;
	struct plan plan;
	struct cell cell;
	struct contender contenders[FAKE_NR_ARMS];
	struct arm arms[FAKE_NR_ARMS];
	struct recording rec;
};

/* The controller on CPU 0; CPU 1 is its sibling, 2 and 3 are in another package. */
static inline void fake_init(struct fake *fake)
{
	*fake = (struct fake){
		.hotplug = { .name = "logical", .is_simulated = true },
		.duty = { .name = "spin" },
		.plan = { .workload = "toggle" },
		.contenders = { { .name = "park", .pin = "attribute", .has_threads = true },
				{ .name = "recreate", .pin = "attribute", .has_threads = true },
				{ .name = "empty", .pin = "no threads" } },
	};
	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		int package = cpu / 2;

		fake->cpus[cpu] = (struct topo_cpu){ .is_present = true,
						     .is_online = true,
						     .core = package,
						     .thread = cpu % 2,
						     .l2 = package,
						     .l3 = package,
						     .package = package,
						     .numa_node = package };
	}
	fake->topo = (struct topology){ .cpus = fake->cpus, .nr_cpus = 4 };
	fake->setup = (struct run_setup){ .topo = &fake->topo,
					  .hotplug = &fake->hotplug,
					  .stack_bytes = 262144 };
	fake->cell = (struct cell){
		.workload = "toggle", .plan = &fake->plan, .duty = &fake->duty, .threads_per_cpu = 1
	};
	for (int arm = 0; arm < FAKE_NR_ARMS; arm++)
		fake->arms[arm] = (struct arm){ .contender = &fake->contenders[arm] };
	fake->rec = (struct recording){ .setup = &fake->setup,
					.cells = &fake->cell,
					.nr_cells = 1,
					.arms = fake->arms,
					.nr_arms = FAKE_NR_ARMS };
}

/* As the driver leaves a finished step: every phase of its direction takes @ns. */
static inline void fake_step(struct step_sample *step, uint32_t seq, uint32_t cpu, uint64_t ns)
{
	*step = (struct step_sample){ .seq = seq,
				      .cpu = cpu,
				      .real_cpu = cpu,
				      .action = seq % 2 ? PLAN_ONLINE : PLAN_OFFLINE,
				      .planned_ns = 1000 * seq,
				      .started_ns = 1000 * seq + 7 };
	for (int phase = 0; phase < NR_PHASES; phase++) {
		bool is_down = phase <= PHASE_OFFLINE;

		if (is_down == (step->action == PLAN_OFFLINE))
			step->ns[phase] = ns;
		else
			step->blank[phase] = BLANK_OTHER_STEP;
	}
	if (step->action == PLAN_ONLINE)
		step->ns[PHASE_TOTAL] = 4 * ns;
}

/* A block of the timing pass with @nr_cycles of CPU 1, each phase @ns long. */
static inline struct block *fake_block(struct fake *fake, uint32_t arm, size_t nr_cycles,
				       uint64_t ns)
{
	struct recording *rec = &fake->rec;
	struct block *block;

	rec->blocks = realloc(rec->blocks, (rec->nr_blocks + 1) * sizeof(*block));
	block = &rec->blocks[rec->nr_blocks];
	*block = (struct block){ .index = (uint32_t)rec->nr_blocks,
				 .arm = arm,
				 .started_ns = 1000000,
				 .ended_ns = 2000000,
				 .work_accepted = 2 * nr_cycles,
				 .work_done = 2 * nr_cycles,
				 .steps = calloc(2 * nr_cycles + 1, sizeof(struct step_sample)),
				 .nr_steps = 2 * nr_cycles };
	for (size_t i = 0; i < rec->nr_blocks; i++)
		block->repetition += rec->blocks[i].arm == arm;
	for (uint32_t seq = 0; seq < 2 * nr_cycles; seq++)
		fake_step(&block->steps[seq], seq, 1, ns);
	rec->nr_blocks++;
	return block;
}

static inline void fake_fini(struct fake *fake)
{
	for (size_t i = 0; i < fake->rec.nr_blocks; i++)
		free(fake->rec.blocks[i].steps);
	free(fake->rec.blocks);
}

#endif
