/* SPDX-License-Identifier: MIT */
#include "summary_bystander.h"

#include "bystander_join.h"
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One group of rows, and which of their two gaps. */
struct group {
	uint32_t cell, arm;
	enum bystander_kind kind;
	const char *distance;
	enum plan_action action;
	bool is_quiet;
};

/* The values of a group; room for all rows. */
struct gathered {
	double *values;
	size_t nr;
	size_t nr_below; /* of them, which stand for the threshold */
	bool is_there;	 /* the group has rows, with a value or without */
	const char *reason;
};

static const char *const statistic_names[2][2][3] = {
	[PLAN_OFFLINE] = { { "offline_gap_p50", "offline_gap_p99", "offline_gap_max" },
			   { "offline_quiet_gap_p50", "offline_quiet_gap_p99",
			     "offline_quiet_gap_max" } },
	[PLAN_ONLINE] = { { "online_gap_p50", "online_gap_p99", "online_gap_max" },
			  { "online_quiet_gap_p50", "online_quiet_gap_p99",
			    "online_quiet_gap_max" } },
};

static const char *distance_of(const struct recording *rec, const struct bystander_row *row)
{
	if (row->cpu == rec->setup->controller_cpu)
		return SUMMARY_CONTROLLER;
	return topo_distance_name(row->distance);
}

static bool is_in(const struct recording *rec, const struct bystander_row *row,
		  const struct group *group)
{
	const struct block *block = &rec->blocks[row->block];
	const struct step_sample *step = &block->steps[row->step];

	return block->cell == group->cell && block->arm == group->arm && row->kind == group->kind &&
	       step->action == group->action && step->status == STEP_DONE &&
	       !strcmp(distance_of(rec, row), group->distance);
}

static void gather(const struct recording *rec, const struct bystander_row *rows, size_t nr_rows,
		   const struct group *group, struct gathered *g)
{
	g->nr = 0;
	g->nr_below = 0;
	g->is_there = false;
	for (size_t i = 0; i < nr_rows; i++) {
		const struct worst_gap *gap = group->is_quiet ? &rows[i].quiet : &rows[i].worst;

		if (!is_in(rec, &rows[i], group))
			continue;
		g->is_there = true;
		if (gap->status == GAP_BLANK) {
			g->reason = gap->reason;
			continue;
		}
		g->nr_below += gap->status == GAP_BELOW;
		g->values[g->nr++] =
			(double)(gap->status == GAP_BELOW ? rows[i].threshold_ns : gap->gap_ns);
	}
	stats_sort(g->values, g->nr);
}

static int append(struct summary *summary, const struct summary_row *row)
{
	if (summary->nr_rows == summary->max_rows) {
		size_t max = summary->max_rows ? 2 * summary->max_rows : 64;
		struct summary_row *rows = reallocarray(summary->rows, max, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		summary->rows = rows;
		summary->max_rows = max;
	}
	summary->rows[summary->nr_rows++] = *row;
	return 0;
}

static void set_value(struct summary_row *row, double value, const struct gathered *g)
{
	row->value = value;
	row->status = "ok";
	row->method = "order statistics; below the threshold counts as the threshold";
	if (g->nr_below)
		snprintf(row->reason, sizeof(row->reason), "%zu of %zu below the threshold",
			 g->nr_below, g->nr);
}

static void set_quantile(struct summary_row *row, double q, const struct gathered *g)
{
	struct stats_interval interval;

	set_value(row, stats_quantile(g->values, g->nr, q), g);
	if (stats_quantile_interval(g->values, g->nr, q, SUMMARY_LEVEL, &interval)) {
		row->status = "no_interval";
		return;
	}
	row->low = interval.low;
	row->high = interval.high;
	row->level = interval.level;
}

static int add_group(struct summary *summary, const struct group *group, const struct gathered *g)
{
	static const double quantiles[] = { 0.5, 0.99 };
	int ret = 0;

	for (size_t i = 0; i < 3 && !ret; i++) {
		struct summary_row row = {
			.cell = group->cell,
			.arm = group->arm,
			.reference = SUMMARY_NONE,
			.phase = NR_PHASES,
			.statistic = statistic_names[group->action][group->is_quiet][i],
			.unit = "ns",
			.value = NAN,
			.low = NAN,
			.high = NAN,
			.level = NAN,
			.n = g->nr,
			.replicate = "step",
			.status = "blank",
			.kind = bystander_kind_name(group->kind),
			.distance = group->distance,
		};

		if (!g->nr)
			snprintf(row.reason, sizeof(row.reason), "%s", g->reason);
		else if (i == 2)
			set_value(&row, g->values[g->nr - 1], g);
		else if (i && !stats_quantile_is_carried(g->nr, quantiles[i]))
			snprintf(row.reason, sizeof(row.reason),
				 "needs n of %zu, so that %d lie above it",
				 stats_samples_needed(quantiles[i]), STATS_CARRYING_SAMPLES);
		else
			set_quantile(&row, quantiles[i], g);
		ret = append(summary, &row);
	}
	return ret;
}

/* All groups in order; many of them are empty. false behind the last. */
static bool next_group(const struct recording *rec, size_t index, struct group *ret)
{
	static const char *const controller = SUMMARY_CONTROLLER;
	const size_t nr_distances = NR_TOPO_DISTANCES + 1;
	size_t distance;

	ret->is_quiet = index % 2;
	index /= 2;
	ret->action = index % 2 ? PLAN_ONLINE : PLAN_OFFLINE;
	index /= 2;
	distance = index % nr_distances;
	ret->distance = distance < NR_TOPO_DISTANCES
				? topo_distance_name((enum topo_distance)distance)
				: controller;
	index /= nr_distances;
	ret->kind = index % NR_BYSTANDER_KINDS;
	index /= NR_BYSTANDER_KINDS;
	ret->arm = (uint32_t)(index % rec->nr_arms);
	ret->cell = (uint32_t)(index / rec->nr_arms);
	return ret->cell < rec->nr_cells;
}

int summary_add_bystanders(struct summary *summary, const struct recording *rec,
			   const struct bystander_row *rows, size_t nr_rows)
{
	struct gathered g = { .values = malloc((nr_rows + 1) * sizeof(*g.values)) };
	struct group group;
	int ret = 0;

	if (!g.values)
		return -ENOMEM;
	for (size_t i = 0; nr_rows && next_group(rec, i, &group) && !ret; i++) {
		gather(rec, rows, nr_rows, &group, &g);
		if (g.is_there)
			ret = add_group(summary, &group, &g);
	}
	free(g.values);
	return ret;
}
