/* SPDX-License-Identifier: MIT */
#include "kstep.h"

#include <errno.h>
#include <stdlib.h>

/* Steps without an end yet, as indices; the newest is the last. */
struct pairing {
	struct kstep *steps;
	size_t nr_steps;
	size_t *open;
	size_t nr_open;
};

static uint32_t depth_of(const struct pairing *p, uint32_t cpu)
{
	uint32_t depth = 0;

	for (size_t i = 0; i < p->nr_open; i++)
		depth += p->steps[p->open[i]].cpu == cpu;
	return depth;
}

/* Down, a step is above the target; up, it is the target at most. */
static void on_enter(struct pairing *p, const struct kstep_mark *m)
{
	uint32_t depth = depth_of(p, m->cpu);

	p->open[p->nr_open++] = p->nr_steps;
	p->steps[p->nr_steps++] = (struct kstep){
		.fate = KSTEP_NO_EXIT,
		.is_up = m->state <= m->target,
		.is_multi = m->kind == KSTEP_MULTI_ENTER,
		.cpu = m->cpu,
		.runs_on = m->runs_on,
		.tid = m->tid,
		.state = m->state,
		.function = m->function,
		.begin_ns = m->ns,
		.depth = depth,
	};
}

static bool is_end_of(const struct kstep *step, const struct kstep_mark *m)
{
	return step->cpu == m->cpu && step->state == m->state && step->tid == m->tid;
}

static void close_step(struct pairing *p, size_t at, const struct kstep_mark *m)
{
	struct kstep *step = &p->steps[p->open[at]];

	step->fate = KSTEP_WHOLE;
	step->end_ns = m->ns;
	step->result = m->result;
	p->nr_open--;
	for (; at < p->nr_open; at++)
		p->open[at] = p->open[at + 1];
}

static void on_exit_mark(struct pairing *p, const struct kstep_mark *m)
{
	for (size_t i = p->nr_open; i-- > 0;) {
		if (is_end_of(&p->steps[p->open[i]], m)) {
			close_step(p, i, m);
			return;
		}
	}
	p->steps[p->nr_steps++] = (struct kstep){
		.fate = KSTEP_NO_ENTER,
		.cpu = m->cpu,
		.runs_on = m->runs_on,
		.tid = m->tid,
		.state = m->state,
		.begin_ns = m->ns,
		.end_ns = m->ns,
		.result = m->result,
	};
}

int kstep_pair(const struct kstep_mark *marks, size_t nr_marks, struct kstep **ret_steps,
	       size_t *ret_nr)
{
	struct pairing p = {
		.steps = calloc(nr_marks + 1, sizeof(*p.steps)),
		.open = calloc(nr_marks + 1, sizeof(*p.open)),
	};

	if (!p.steps || !p.open) {
		free(p.steps);
		free(p.open);
		return -ENOMEM;
	}
	for (size_t i = 0; i < nr_marks; i++) {
		if (marks[i].kind == KSTEP_EXIT)
			on_exit_mark(&p, &marks[i]);
		else
			on_enter(&p, &marks[i]);
	}
	free(p.open);
	*ret_steps = p.steps;
	*ret_nr = p.nr_steps;
	return 0;
}
