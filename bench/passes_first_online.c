/* SPDX-License-Identifier: MIT */
/* CPUs that are offline when the run begins: up, once, before anything is measured. */
#include "clock.h"
#include "hotplug.h"
#include "passes_internal.h"
#include "step_phases.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void bring_up(const struct run_setup *setup, const struct block *block,
		     struct step_sample *s)
{
	struct hotplug_step step = { .run = setup->hotplug_run };
	const uint64_t begin_ns = clock_now_ns();
	const int ret = setup->hotplug->online(s->cpu, &step);
	const uint64_t end_ns = clock_now_ns();

	s->planned_ns = s->started_ns = begin_ns - block->started_ns;
	s->ended_ns = end_ns - block->started_ns;
	s->nr_retries = step.nr_retries;
	s->status = ret == HOTPLUG_NO_OP || (!ret && step.is_unchanged) ? STEP_NO_OP
		    : ret						? STEP_REFUSED
									: STEP_DONE;
	s->error = s->status == STEP_REFUSED ? -ret : 0;
	if (s->status != STEP_DONE)
		return;
	s->begin_ns[PHASE_ONLINE] = begin_ns;
	s->ns[PHASE_ONLINE] = s->ns[PHASE_TOTAL] = end_ns - begin_ns;
	s->blank[PHASE_ONLINE] = s->blank[PHASE_TOTAL] = BLANK_NONE;
}

/* One step for each CPU, in place of those of the cell's plan. */
static int make_steps(struct block *block, const struct cpumask *cpus)
{
	struct step_sample *steps = calloc(cpumask_weight(cpus), sizeof(*steps));
	unsigned int cpu;

	if (!steps)
		return -ENOMEM;
	free(block->steps);
	block->steps = steps;
	for_each_cpu (cpu, cpus) {
		struct step_sample *s = &steps[block->nr_steps];

		*s = (struct step_sample){ .seq = (uint32_t)block->nr_steps++,
					   .cpu = cpu,
					   .real_cpu = cpu,
					   .action = PLAN_ONLINE,
					   .status = STEP_NOT_TRIED };
		step_phases_clear(s);
	}
	return 0;
}

static int refuse(struct passes *p, const struct step_sample *s)
{
	snprintf(p->why, sizeof(p->why),
		 "CPU %u was offline and does not come online (%s): leave it out", s->cpu,
		 s->error ? strerror(s->error) : "the kernel took it and nothing changed");
	return s->error ? -s->error : -EAGAIN;
}

static int run_block(struct passes *p, struct block *block)
{
	int ret = 0;

	block->started_ns = clock_now_ns();
	for (size_t i = 0; i < block->nr_steps && !ret; i++) {
		struct step_sample *s = &block->steps[i];

		bring_up(p->rec.setup, block, s);
		if (s->status == STEP_REFUSED)
			ret = refuse(p, s);
	}
	block->ended_ns = clock_now_ns();
	return ret;
}

int passes_first_online(struct passes *p)
{
	uint32_t place = 0;
	struct block *block;
	int ret;

	if (cpumask_empty(&p->offline))
		return 0;
	while (!p->is_selected[place])
		place++;
	block = passes_add_block(p, place / (uint32_t)p->rec.nr_arms,
				 place % (uint32_t)p->rec.nr_arms, PASS_FIRST_ONLINE);
	if (!block || make_steps(block, &p->offline))
		return -ENOMEM;
	if (p->ktrace)
		block->trace = TRACE_CALLS;
	passes_begin_trace(p, block);
	ret = run_block(p, block);
	progress_step(&p->progress, "first online");
	if (passes_end_trace(p, block) && !ret)
		ret = -ENOMEM;
	return ret;
}
