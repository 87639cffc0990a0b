/* SPDX-License-Identifier: MIT */
#include "summary_bulk.h"

#include "series.h"
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct requests {
	double *values;
	size_t nr, nr_cpus;
};

/* One value of each request: of the first of its steps. All of them are done, or none is. */
static void gather_block(const struct block *block, enum plan_action action, struct requests *r)
{
	for (size_t i = 0; i < block->nr_steps;) {
		const struct step_sample *s = &block->steps[i];

		i += s->nr_in_bulk ? s->nr_in_bulk : 1;
		if (!s->nr_in_bulk || s->action != action || s->status != STEP_DONE)
			continue;
		r->values[r->nr++] = (double)s->bulk_ns;
		r->nr_cpus = s->nr_in_bulk;
	}
}

static size_t nr_steps(const struct recording *rec)
{
	size_t nr = 0;

	for (size_t i = 0; i < rec->nr_blocks; i++)
		nr += rec->blocks[i].nr_steps;
	return nr;
}

static int append(struct summary *summary, const struct summary_row *row)
{
	struct summary_row *rows;

	if (summary->nr_rows == summary->max_rows) {
		size_t max = 2 * summary->max_rows + 64;

		rows = reallocarray(summary->rows, max, sizeof(*rows));
		if (!rows)
			return -ENOMEM;
		summary->rows = rows;
		summary->max_rows = max;
	}
	summary->rows[summary->nr_rows++] = *row;
	return 0;
}

static int add_rows(struct summary *summary, struct summary_row row, struct requests *r)
{
	struct stats_interval interval;
	int ret;

	stats_sort(r->values, r->nr);
	snprintf(row.reason, sizeof(row.reason), "one request for %zu CPUs each", r->nr_cpus);
	row.statistic = "bulk_p50";
	row.value = stats_quantile(r->values, r->nr, 0.5);
	if (!stats_quantile_interval(r->values, r->nr, 0.5, SUMMARY_LEVEL, &interval)) {
		row.low = interval.low;
		row.high = interval.high;
		row.level = interval.level;
	} else {
		row.status = "no_interval";
	}
	ret = append(summary, &row);
	row.statistic = "bulk_max";
	row.value = r->values[r->nr - 1];
	row.low = row.high = row.level = NAN;
	row.status = "ok";
	return ret ? ret : append(summary, &row);
}

static int add_arm(struct summary *summary, const struct recording *rec, struct series_key key,
		   struct requests *r)
{
	struct summary_row row = {
		.cell = key.cell,
		.arm = key.arm,
		.reference = SUMMARY_NONE,
		.phase = (enum phase)key.phase,
		.unit = "ns",
		.low = NAN,
		.high = NAN,
		.level = NAN,
		.replicate = "request",
		.method = "order statistics",
		.status = "ok",
	};

	r->nr = 0;
	for (size_t i = 0; i < rec->nr_blocks; i++)
		if (series_has_block(&rec->blocks[i], key.cell, key.arm))
			gather_block(&rec->blocks[i],
				     key.phase == PHASE_OFFLINE ? PLAN_OFFLINE : PLAN_ONLINE, r);
	if (!r->nr)
		return 0;
	row.n = r->nr;
	return add_rows(summary, row, r);
}

int summary_add_bulk(struct summary *summary, const struct recording *rec)
{
	static const enum phase phases[] = { PHASE_OFFLINE, PHASE_ONLINE };
	struct requests r = { .values = malloc((nr_steps(rec) + 1) * sizeof(*r.values)) };
	int ret = r.values ? 0 : -ENOMEM;

	for (uint32_t cell = 0; cell < rec->nr_cells; cell++)
		for (uint32_t arm = 0; arm < rec->nr_arms; arm++)
			for (size_t i = 0; i < 2 && !ret; i++)
				ret = add_arm(summary, rec,
					      (struct series_key){ cell, arm, phases[i] }, &r);
	free(r.values);
	return ret;
}
