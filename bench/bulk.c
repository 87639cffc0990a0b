/* SPDX-License-Identifier: MIT */
#include "bulk.h"

static enum phase phase_of(const struct step_sample *s)
{
	return s->action == PLAN_OFFLINE ? PHASE_OFFLINE : PHASE_ONLINE;
}

static void blank(struct step_sample *s, enum phase phase)
{
	s->begin_ns[phase] = 0;
	s->ns[phase] = 0;
	s->blank[phase] = BLANK_NOT_SPLIT;
}

void bulk_mark(struct step_sample *s, uint64_t bulk_ns, size_t nr)
{
	s->bulk_ns = bulk_ns;
	s->nr_in_bulk = (uint32_t)nr;
	blank(s, phase_of(s));
	blank(s, PHASE_TOTAL);
}

/* What a step's total has besides the hotplug driver's part: as in step_phases.c. */
static uint64_t rest_of_total(const struct step_sample *s)
{
	if (s->action == PLAN_OFFLINE)
		return s->ns[PHASE_QUIESCE];
	return s->ns[s->blank[PHASE_RESUME] ? PHASE_STARTUP : PHASE_RESUME];
}

static bool is_part_of(const struct kstep_row *row, const struct step_sample *s)
{
	return row->is_shown && row->origin.is_joined && row->origin.seq == s->seq &&
	       row->step.is_up == (s->action == PLAN_ONLINE);
}

/* One kernel step of a step of ours; false: it was not seen whole. */
static bool add_part(struct step_sample *s, const struct kstep_row *row)
{
	const enum phase phase = phase_of(s);
	const struct kstep *step = &row->step;
	uint64_t end_ns = s->begin_ns[phase] + s->ns[phase];

	if (row->origin.status != KERNEL_OK)
		return false;
	if (!s->begin_ns[phase])
		s->begin_ns[phase] = end_ns = step->begin_ns; /* rows are in order of their begin */
	if (step->end_ns > end_ns)
		end_ns = step->end_ns;
	s->ns[phase] = end_ns - s->begin_ns[phase];
	return true;
}

static void split_step(struct step_sample *s, const struct kernel_rows *rows, size_t first_row)
{
	const enum phase phase = phase_of(s);
	bool is_whole = true;

	for (size_t i = first_row; i < rows->nr_steps && is_whole; i++)
		if (is_part_of(&rows->steps[i], s))
			is_whole = add_part(s, &rows->steps[i]);
	if (!is_whole || !s->ns[phase]) {
		blank(s, phase);
		return;
	}
	s->blank[phase] = BLANK_NONE;
	s->blank[PHASE_TOTAL] = BLANK_NONE;
	s->ns[PHASE_TOTAL] = s->ns[phase] + rest_of_total(s);
}

void bulk_split(struct block *block, const struct kernel_rows *rows, size_t first_row)
{
	for (size_t i = 0; i < block->nr_steps && rows; i++)
		if (block->steps[i].nr_in_bulk)
			split_step(&block->steps[i], rows, first_row);
}
