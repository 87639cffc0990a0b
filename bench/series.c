/* SPDX-License-Identifier: MIT */
#include "series.h"

#include "stats.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool series_has_block(const struct block *block, uint32_t cell, uint32_t arm)
{
	return block->cell == cell && block->arm == arm && block->pass == PASS_TIMING &&
	       !block->is_warmup;
}

/* A walk over the finished cycles of a block. */
struct cycles {
	const struct block *block;
	size_t at;
	uint32_t offline_of[CPUMASK_NR_CPUS]; /* step that took the CPU away, + 1; 0: none */
};

static bool next_cycle(struct cycles *cycles, const struct step_sample **ret_offline,
		       const struct step_sample **ret_online)
{
	while (cycles->at < cycles->block->nr_steps) {
		const struct step_sample *step = &cycles->block->steps[cycles->at++];
		uint32_t *offline = &cycles->offline_of[step->cpu], before;

		assert(step->cpu < CPUMASK_NR_CPUS);
		if (step->fails && step->status == STEP_REFUSED)
			continue; /* as planned, and nothing has changed */
		before = *offline;
		*offline = 0;
		if (step->status != STEP_DONE)
			continue;
		if (step->action == PLAN_OFFLINE) {
			*offline = (uint32_t)cycles->at;
		} else if (before) {
			*ret_offline = &cycles->block->steps[before - 1];
			*ret_online = step;
			return true;
		}
	}
	return false;
}

/* A step's part of its cycle's total; the driver may put all of it into one of the two steps. */
static bool add_total(const struct step_sample *step, double *sum, uint8_t *blank)
{
	if (step->blank[PHASE_TOTAL] == BLANK_OTHER_STEP)
		return true;
	if (step->blank[PHASE_TOTAL] != BLANK_NONE) {
		*blank = step->blank[PHASE_TOTAL];
		return false;
	}
	*sum += (double)step->ns[PHASE_TOTAL];
	return true;
}

/* Takes up to nr_steps values out of a block; *blank becomes why a finished one has none. */
static size_t block_totals(const struct block *block, double *values, uint8_t *blank)
{
	struct cycles cycles = { .block = block };
	const struct step_sample *offline, *online;
	size_t nr = 0;

	while (next_cycle(&cycles, &offline, &online)) {
		double total = 0;

		if (add_total(offline, &total, blank) && add_total(online, &total, blank))
			values[nr++] = total;
	}
	return nr;
}

static size_t block_phase(const struct block *block, enum phase phase, double *values,
			  uint8_t *blank)
{
	size_t nr = 0;

	for (size_t i = 0; i < block->nr_steps; i++) {
		const struct step_sample *step = &block->steps[i];

		if (step->status != STEP_DONE || step->blank[phase] == BLANK_OTHER_STEP)
			continue;
		if (step->blank[phase] == BLANK_NONE)
			values[nr++] = (double)step->ns[phase];
		else
			*blank = step->blank[phase];
	}
	return nr;
}

/* The share of one block: one value or none. */
static size_t block_share(const struct block *block, double *values, uint8_t *blank)
{
	struct cycles cycles = { .block = block };
	const struct step_sample *offline, *online;
	double threads = 0, total = 0;

	while (next_cycle(&cycles, &offline, &online)) {
		double one = 0;

		if (!add_total(offline, &one, blank) || !add_total(online, &one, blank))
			continue;
		if (offline->blank[PHASE_QUIESCE] || online->blank[PHASE_RESUME]) {
			*blank = offline->blank[PHASE_QUIESCE] ? offline->blank[PHASE_QUIESCE]
							       : online->blank[PHASE_RESUME];
			continue;
		}
		threads += (double)(offline->ns[PHASE_QUIESCE] + online->ns[PHASE_RESUME]);
		total += one;
	}
	if (total <= 0)
		return 0;
	values[0] = threads / total;
	return 1;
}

static int alloc_series(const struct recording *rec, const struct series_key *key,
			struct series *ret)
{
	size_t nr_steps = 1, nr_blocks = 1;

	for (size_t i = 0; i < rec->nr_blocks; i++) {
		if (!series_has_block(&rec->blocks[i], key->cell, key->arm))
			continue;
		nr_steps += rec->blocks[i].nr_steps;
		nr_blocks++;
	}
	ret->values = malloc(nr_steps * sizeof(ret->values[0]));
	ret->medians = malloc(nr_blocks * sizeof(ret->medians[0]));
	if (ret->values && ret->medians)
		return 0;
	series_fini(ret);
	return -ENOMEM;
}

static size_t block_values(const struct block *block, const struct series_key *key, double *values,
			   uint8_t *blank)
{
	if (key->phase == SERIES_SHARE)
		return block_share(block, values, blank);
	if (key->phase == PHASE_TOTAL)
		return block_totals(block, values, blank);
	return block_phase(block, (enum phase)key->phase, values, blank);
}

int series_gather(const struct recording *rec, const struct series_key *key,
		  struct series *ret_series)
{
	struct series series = { .nr_values = 0 };
	uint8_t blank = BLANK_NONE;
	int ret = alloc_series(rec, key, &series);

	if (ret)
		return ret;
	for (size_t i = 0; i < rec->nr_blocks; i++) {
		const struct block *block = &rec->blocks[i];
		double *values = series.values + series.nr_values;
		size_t nr = 0;

		if (series_has_block(block, key->cell, key->arm))
			nr = block_values(block, key, values, &blank);
		if (!nr)
			continue;
		stats_sort(values, nr);
		series.medians[series.nr_medians++] =
			(struct block_value){ .repetition = block->repetition,
					      .value = stats_median(values, nr) };
		series.nr_values += nr;
	}
	if (!series.nr_values)
		series.missing = blank ? blank_reason((enum blank)blank) : "no step was finished";
	*ret_series = series;
	return 0;
}

void series_fini(struct series *series)
{
	free(series->values);
	free(series->medians);
	*series = (struct series){ .nr_values = 0 };
}
