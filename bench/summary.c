/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include "contender.h"
#include "series.h"
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ERRNO 255

/* A row about to be added, and where to. The first failure is kept; the rest does nothing. */
struct maker {
	const struct recording *rec;
	struct summary summary;
	struct series_key key;
	int error;
};

static void add(struct maker *maker, const struct summary_row *row)
{
	struct summary *summary = &maker->summary;

	if (summary->nr_rows == summary->max_rows) {
		size_t max = summary->max_rows ? 2 * summary->max_rows : 256;
		struct summary_row *rows = reallocarray(summary->rows, max, sizeof(*rows));

		if (!rows) {
			maker->error = -ENOMEM;
			return;
		}
		summary->rows = rows;
		summary->max_rows = max;
	}
	summary->rows[summary->nr_rows++] = *row;
}

/* A row of the series at hand, blank so far. */
static struct summary_row blank_row(const struct maker *maker, const char *statistic)
{
	return (struct summary_row){
		.cell = maker->key.cell,
		.arm = maker->key.arm,
		.reference = SUMMARY_NONE,
		.phase = (enum phase)maker->key.phase,
		.statistic = statistic,
		.unit = "ns",
		.value = NAN,
		.low = NAN,
		.high = NAN,
		.level = NAN,
		.replicate = maker->key.phase == PHASE_TOTAL ? "cycle" : "step",
		.status = "blank",
	};
}

static void set_value(struct summary_row *row, double value, size_t n, const char *method)
{
	row->value = value;
	row->n = n;
	row->method = method;
	row->status = "ok";
}

__attribute__((format(printf, 2, 3))) static void set_reason(struct summary_row *row,
							     const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(row->reason, sizeof(row->reason), format, args);
	va_end(args);
}

/* Store what an interval call of stats.h answered; @ret is its return value. */
static void set_interval(struct summary_row *row, int ret, const struct stats_interval *interval)
{
	if (!ret) {
		row->low = interval->low;
		row->high = interval->high;
		row->level = interval->level;
		return;
	}
	row->status = "no_interval";
	if (ret == -ENODATA)
		set_reason(row, "n is too small for an interval at %.0f %%", SUMMARY_LEVEL * 100);
	else
		set_reason(row, "%s", strerror(-ret));
}

static void add_plain(struct maker *maker, const char *statistic, double value,
		      const struct series *series)
{
	struct summary_row row = blank_row(maker, statistic);

	set_value(&row, value, series->nr_values, "all finished");
	add(maker, &row);
}

static void add_quantile(struct maker *maker, const char *name, double q,
			 const struct series *series)
{
	struct summary_row row = blank_row(maker, name);
	struct stats_interval interval;
	int ret;

	set_value(&row, stats_quantile(series->values, series->nr_values, q), series->nr_values,
		  "Hyndman-Fan 2; order statistics");
	ret = stats_quantile_interval(series->values, series->nr_values, q, SUMMARY_LEVEL,
				      &interval);
	set_interval(&row, ret, &interval);
	add(maker, &row);
}

static void add_quantiles(struct maker *maker, const struct series *series)
{
	static const struct {
		const char *name;
		double q;
	} tails[] = {
		{ "p90", 0.9 },	      { "p99", 0.99 },	      { "p99.9", 0.999 },
		{ "p99.99", 0.9999 }, { "p99.999", 0.99999 }, { "p99.9999", 0.999999 },
	};
	struct summary_row row;

	add_quantile(maker, "p50", 0.5, series);
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		if (stats_quantile_is_carried(series->nr_values, tails[i].q)) {
			add_quantile(maker, tails[i].name, tails[i].q, series);
			continue;
		}
		row = blank_row(maker, tails[i].name);
		row.n = series->nr_values;
		set_reason(&row, "needs n of %zu, so that %d lie above it",
			   stats_samples_needed(tails[i].q), STATS_CARRYING_SAMPLES);
		add(maker, &row);
		return;
	}
}

/* Median and spread of what each block says by itself. */
static void add_block_rows(struct maker *maker, const char *median, const char *mad,
			   const struct series *series)
{
	struct summary_row row = blank_row(maker, median);
	struct stats_interval interval;
	size_t n = series->nr_medians;
	double *values = malloc(n * sizeof(*values));
	int ret;

	if (!values) {
		maker->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < n; i++)
		values[i] = series->medians[i].value;
	stats_sort(values, n);
	row.replicate = "block";
	row.unit = maker->key.phase == SERIES_SHARE ? "ratio" : "ns";
	set_value(&row, stats_median(values, n), n, "median over blocks; order statistics");
	ret = stats_quantile_interval(values, n, 0.5, SUMMARY_LEVEL, &interval);
	set_interval(&row, ret, &interval);
	add(maker, &row);
	if (mad) {
		row = blank_row(maker, mad);
		row.replicate = "block";
		set_value(&row, stats_mad(values, n), n, "median absolute deviation over blocks");
		add(maker, &row);
	}
	free(values);
}

/* Log ratios of the blocks that share a repetition; returns how many. */
static size_t pair_up(const struct series *series, const struct series *reference, double *logs)
{
	size_t nr = 0;

	for (size_t i = 0; i < series->nr_medians; i++) {
		const struct block_value *mine = &series->medians[i];
		size_t other = 0;

		while (other < reference->nr_medians &&
		       reference->medians[other].repetition != mine->repetition)
			other++;
		if (other == reference->nr_medians)
			continue;
		/* A phase of 0 ns has no ratio. */
		if (mine->value > 0 && reference->medians[other].value > 0)
			logs[nr++] = log(mine->value / reference->medians[other].value);
	}
	return nr;
}

static void set_ratio(struct summary_row *row, const double *logs, size_t nr)
{
	struct stats_interval interval;
	double shift;
	int ret;

	row->n = nr;
	if (!nr) {
		set_reason(row, "no repetition has a time above 0 on both sides");
		return;
	}
	ret = stats_hodges_lehmann(logs, nr, &shift);
	if (ret) {
		set_reason(row, "%s", strerror(-ret));
		return;
	}
	set_value(row, exp(shift), nr,
		  "Hodges-Lehmann of log ratios of block medians; exact signed rank");
	ret = stats_signed_rank_interval(logs, nr, SUMMARY_LEVEL, &interval);
	set_interval(row, ret, &interval);
	row->low = exp(row->low);
	row->high = exp(row->high);
}

/* row->reference is the other arm. */
static void add_ratio_to(struct maker *maker, struct summary_row *row, const struct series *series)
{
	const struct arm *other = &maker->rec->arms[row->reference];
	struct series_key key = maker->key;
	struct series reference;
	double *logs;
	int ret;

	key.arm = row->reference;
	ret = series_gather(maker->rec, &key, &reference);
	if (ret) {
		maker->error = ret;
		return;
	}
	logs = malloc((series->nr_medians + 1) * sizeof(*logs));
	if (!logs) {
		maker->error = -ENOMEM;
	} else if (reference.missing) {
		set_reason(row, "%s: %s", other->contender->name, reference.missing);
	} else {
		set_ratio(row, logs, pair_up(series, &reference, logs));
	}
	free(logs);
	series_fini(&reference);
}

/* The arm of the contender @name under @setting of the knobs. */
static uint32_t find_arm(const struct recording *rec, const char *name, uint32_t setting)
{
	for (uint32_t arm = 0; arm < rec->nr_arms; arm++)
		if (rec->arms[arm].setting == setting &&
		    !strcmp(rec->arms[arm].contender->name, name))
			return arm;
	return SUMMARY_NONE;
}

static void add_ratio(struct maker *maker, const char *statistic, uint32_t reference,
		      const struct series *series)
{
	struct summary_row row = blank_row(maker, statistic);

	if (maker->key.arm == reference)
		return;
	row.unit = "ratio";
	row.replicate = "pair";
	row.reference = reference;
	if (reference == SUMMARY_NONE)
		set_reason(&row, "%s is not in this run", SUMMARY_REFERENCE);
	else if (series->missing)
		set_reason(&row, "%s", series->missing);
	else
		add_ratio_to(maker, &row, series);
	add(maker, &row);
}

static void add_ratios(struct maker *maker, const struct series *series)
{
	const struct recording *rec = maker->rec;
	const struct arm *arm = &rec->arms[maker->key.arm];

	add_ratio(maker, "ratio", find_arm(rec, SUMMARY_REFERENCE, arm->setting), series);
	if (arm->setting)
		add_ratio(maker, "knob_ratio", find_arm(rec, arm->contender->name, 0), series);
}

static void add_missing(struct maker *maker, const char *statistic, const struct series *series)
{
	struct summary_row row = blank_row(maker, statistic);

	if (maker->key.phase == SERIES_SHARE) {
		row.unit = "ratio";
		row.replicate = "block";
	}
	set_reason(&row, "%s", series->missing);
	add(maker, &row);
}

static void add_phase(struct maker *maker, const struct series *series)
{
	size_t n = series->nr_values;

	if (series->missing) {
		add_missing(maker, "p50", series);
	} else {
		stats_sort(series->values, n);
		add_plain(maker, "mean", stats_mean(series->values, n), series);
		add_quantiles(maker, series);
		add_plain(maker, "max", series->values[n - 1], series);
		add_block_rows(maker, "block_p50", "block_mad", series);
	}
	add_ratios(maker, series);
}

static void add_series(struct maker *maker)
{
	struct series series;
	int ret = series_gather(maker->rec, &maker->key, &series);

	if (ret) {
		maker->error = ret;
		return;
	}
	if (maker->key.phase != SERIES_SHARE)
		add_phase(maker, &series);
	else if (series.missing)
		add_missing(maker, "threads_share", &series);
	else
		add_block_rows(maker, "threads_share", NULL, &series);
	series_fini(&series);
}

/* How the steps of one arm ended. */
struct arm_tally {
	size_t nr_steps, nr_wrong_cpu, nr_affinity_lost;
	size_t of_status[NR_STEP_STATUSES];
	size_t of_errno[MAX_ERRNO + 1]; /* of refused steps; 0: not known */
	size_t nr_as_planned;		/* refused, as they had to be: in neither of the two */
};

static void tally_block(struct arm_tally *tally, const struct block *block)
{
	for (size_t i = 0; i < block->nr_steps; i++) {
		const struct step_sample *step = &block->steps[i];
		bool is_known = step->error > 0 && step->error <= MAX_ERRNO;

		if (step_is_refused_as_planned(step))
			tally->nr_as_planned++;
		else
			tally->of_status[step->status]++;
		if (step->status == STEP_REFUSED && !step_is_refused_as_planned(step))
			tally->of_errno[is_known ? step->error : 0]++;
		tally->nr_wrong_cpu += step->nr_wrong_cpu;
		tally->nr_affinity_lost += step->nr_affinity_lost;
	}
	tally->nr_steps += block->nr_steps;
}

static void add_count(struct maker *maker, const char *statistic, size_t count, size_t nr_steps,
		      const char *reason)
{
	struct summary_row row = blank_row(maker, statistic);

	row.unit = "count";
	set_value(&row, (double)count, nr_steps, "sum over all steps");
	set_reason(&row, "%s", reason ? reason : "");
	add(maker, &row);
}

/* A row per errno; when nothing was refused one row that says 0. */
static void add_refused(struct maker *maker, const struct arm_tally *tally)
{
	if (!tally->of_status[STEP_REFUSED])
		add_count(maker, "refused", 0, tally->nr_steps, NULL);
	for (int error = 0; error <= MAX_ERRNO; error++) {
		const char *name = error ? strerrorname_np(error) : NULL;

		if (tally->of_errno[error])
			add_count(maker, "refused", tally->of_errno[error], tally->nr_steps,
				  name ? name : "not known");
	}
}

static void add_tally(struct maker *maker)
{
	struct arm_tally tally = { .nr_steps = 0 };

	for (size_t i = 0; i < maker->rec->nr_blocks; i++) {
		if (series_has_block(&maker->rec->blocks[i], maker->key.cell, maker->key.arm))
			tally_block(&tally, &maker->rec->blocks[i]);
	}
	add_count(maker, "steps", tally.nr_steps, tally.nr_steps, NULL);
	add_refused(maker, &tally);
	if (tally.nr_as_planned)
		add_count(maker, "refused_as_planned", tally.nr_as_planned, tally.nr_steps, NULL);
	add_count(maker, "no_op", tally.of_status[STEP_NO_OP], tally.nr_steps, NULL);
	add_count(maker, "spoiled", tally.of_status[STEP_SPOILED], tally.nr_steps, NULL);
	add_count(maker, "lost", tally.of_status[STEP_LOST], tally.nr_steps, NULL);
	add_count(maker, "not_tried", tally.of_status[STEP_NOT_TRIED], tally.nr_steps, NULL);
	add_count(maker, "wrong_cpu", tally.nr_wrong_cpu, tally.nr_steps, NULL);
	add_count(maker, "affinity_lost", tally.nr_affinity_lost, tally.nr_steps, NULL);
}

static void add_arm(struct maker *maker, uint32_t cell, uint32_t arm)
{
	maker->key = (struct series_key){ .cell = cell, .arm = arm };
	for (; maker->key.phase < NR_PHASES; maker->key.phase++)
		add_series(maker);
	maker->key.phase = SERIES_SHARE;
	add_series(maker);
	add_tally(maker);
}

int summary_make(const struct recording *rec, struct summary *ret_summary)
{
	struct maker maker = { .rec = rec };

	for (uint32_t cell = 0; cell < rec->nr_cells; cell++) {
		for (uint32_t arm = 0; arm < rec->nr_arms; arm++)
			add_arm(&maker, cell, arm);
	}
	if (maker.error) {
		summary_fini(&maker.summary);
		return maker.error;
	}
	*ret_summary = maker.summary;
	return 0;
}

void summary_fini(struct summary *summary)
{
	free(summary->rows);
	*summary = (struct summary){ .nr_rows = 0 };
}

const struct summary_row *summary_find(const struct summary *summary, uint32_t cell, uint32_t arm,
				       enum phase phase, const char *statistic)
{
	for (size_t i = 0; i < summary->nr_rows; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (row->cell == cell && row->arm == arm && row->phase == phase &&
		    !strcmp(row->statistic, statistic))
			return row;
	}
	return NULL;
}
