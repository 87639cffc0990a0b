/* SPDX-License-Identifier: MIT */
#include "tally.h"

static void add_block(struct tally *tally, const struct block *block)
{
	for (size_t i = 0; i < block->nr_steps; i++) {
		const struct step_sample *s = &block->steps[i];

		tally->nr_planned++;
		tally->nr_tried += s->status != STEP_NOT_TRIED;
		tally->nr_late += s->started_ns > s->planned_ns + TALLY_LATE_NS;
		if (step_is_refused_as_planned(s))
			tally->nr_refused_as_planned++;
		else
			tally->nr[s->status]++;
		tally->nr_wrong_cpu += s->nr_wrong_cpu;
		tally->nr_affinity_lost += s->nr_affinity_lost;
	}
}

void tally_make(const struct recording *rec, struct tally *ret)
{
	*ret = (struct tally){ 0 };
	for (size_t i = 0; i < rec->nr_blocks; i++)
		if (rec->blocks[i].pass != PASS_MEMORY && rec->blocks[i].pass != PASS_FIRST_ONLINE)
			add_block(ret, &rec->blocks[i]);
}
