/* SPDX-License-Identifier: MIT */
#include "limits_rows.h"

#include "array_grow.h"
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum sampled { SAMPLED_NS, SAMPLED_NEAR_CPU, SAMPLED_FAR_CPU, SAMPLED_SPUN };

/* The samples of one case at one site. */
struct samples {
	double *values; /* of all blocks */
	size_t nr;
	double *medians; /* by round; NAN: no block */
	size_t nr_rounds;
};

static double value_of(const struct roundtrip_sample *sample, enum sampled which)
{
	const uint64_t values[] = {
		[SAMPLED_NS] = sample->ns,
		[SAMPLED_NEAR_CPU] = sample->near_cpu_ns,
		[SAMPLED_FAR_CPU] = sample->far_cpu_ns,
		[SAMPLED_SPUN] = sample->spun_ns,
	};

	return (double)values[which];
}

static void gather_block(struct samples *s, const struct roundtrip_spec *spec,
			 const struct roundtrip_record *record, enum sampled which)
{
	double *own = s->values + s->nr;
	size_t nr = 0;

	for (size_t i = spec->nr_warmup; i < record->nr_samples; i++)
		own[nr++] = value_of(&record->samples[i], which);
	if (!nr)
		return;
	stats_sort(own, nr);
	s->medians[record->round] = stats_median(own, nr);
	s->nr += nr;
}

/* A recording, and its records by cell: a matrix of 256 CPUs has more than a million of them. */
struct indexed {
	const struct roundtrip_recording *recording;
	size_t *heads; /* by cell: the first record's number plus one, 0: none */
	size_t *next;  /* by record, likewise */
};

static size_t *head_of(const struct indexed *x, uint32_t site, uint32_t what)
{
	return &x->heads[site * x->recording->spec->nr_cases + what];
}

static void index_fini(struct indexed *x)
{
	free(x->heads);
	free(x->next);
}

/* 0 or -ENOMEM; release with index_fini(). */
static int index_make(const struct roundtrip_recording *recording, struct indexed *ret)
{
	struct indexed x = { .recording = recording };

	x.heads =
		calloc(recording->spec->nr_sites * recording->spec->nr_cases + 1, sizeof(*x.heads));
	x.next = calloc(recording->nr_records + 1, sizeof(*x.next));
	if (!x.heads || !x.next) {
		index_fini(&x);
		return -ENOMEM;
	}
	for (size_t i = 0; i < recording->nr_records; i++) {
		size_t *head = head_of(&x, recording->records[i].site, recording->records[i].what);

		x.next[i] = *head;
		*head = i + 1;
	}
	*ret = x;
	return 0;
}

/* 0 or -ENOMEM; release with samples_fini(). */
static int gather(const struct indexed *x, uint32_t site, uint32_t what, enum sampled which,
		  struct samples *ret)
{
	const struct roundtrip_spec *spec = x->recording->spec;
	struct samples s = { .nr_rounds = spec->nr_rounds + spec->nr_cpu_rounds };

	s.values = calloc(s.nr_rounds * spec->nr_samples + 1, sizeof(*s.values));
	s.medians = calloc(s.nr_rounds + 1, sizeof(*s.medians));
	if (!s.values || !s.medians) {
		free(s.values);
		free(s.medians);
		return -ENOMEM;
	}
	for (size_t i = 0; i < s.nr_rounds; i++)
		s.medians[i] = NAN;
	for (size_t i = *head_of(x, site, what); i; i = x->next[i - 1]) {
		const struct roundtrip_record *record = &x->recording->records[i - 1];

		if (record->is_cpu_time == (which != SAMPLED_NS))
			gather_block(&s, spec, record, which);
	}
	*ret = s;
	return 0;
}

static void samples_fini(struct samples *s)
{
	free(s->values);
	free(s->medians);
}

int limits_rows_put(struct limits_rows *rows, const struct limits_row *row)
{
	struct limits_row *more = array_grow(rows->rows, rows->nr, &rows->max, sizeof(*more));

	if (!more)
		return -ENOMEM;
	rows->rows = more;
	rows->rows[rows->nr++] = *row;
	return 0;
}

/* Blocks are the replicates: samples of one block share its threads, and so their luck. */
static void set_block_median(struct limits_row *row, const struct samples *s)
{
	struct stats_interval interval;
	double *sorted = calloc(s->nr_rounds + 1, sizeof(*sorted));
	size_t nr = 0;

	for (size_t i = 0; i < s->nr_rounds && sorted; i++)
		if (!isnan(s->medians[i]))
			sorted[nr++] = s->medians[i];
	row->n = nr;
	row->replicate = "block";
	if (sorted && nr) {
		stats_sort(sorted, nr);
		row->value = stats_median(sorted, nr);
		if (!stats_quantile_interval(sorted, nr, 0.5, LIMITS_LEVEL, &interval)) {
			row->low = interval.low;
			row->high = interval.high;
			row->level = interval.level;
		} else {
			row->reason = "too few blocks for an interval";
		}
	}
	free(sorted);
}

static struct limits_row blank_row(const struct roundtrip_spec *spec, uint32_t site, uint32_t what)
{
	return (struct limits_row){
		.what = spec->cases[what],
		.site = &spec->sites[site],
		.unit = "ns",
		.value = NAN,
		.low = NAN,
		.high = NAN,
		.level = NAN,
	};
}

static int add_median(struct limits_rows *rows, struct limits_row row, const char *statistic,
		      struct samples *s)
{
	row.statistic = statistic;
	row.method = "median of the medians of blocks; order statistics";
	if (s->nr)
		set_block_median(&row, s);
	else
		row.reason = "no block was measured";
	return limits_rows_put(rows, &row);
}

static int add_tail(struct limits_rows *rows, struct limits_row row, struct samples *s)
{
	row.statistic = "p99";
	row.n = s->nr;
	row.replicate = "sample";
	row.method = "quantile of all samples";
	if (stats_quantile_is_carried(s->nr, 0.99)) {
		stats_sort(s->values, s->nr);
		row.value = stats_quantile(s->values, s->nr, 0.99);
	} else {
		row.reason = "fewer than 10 samples above it";
	}
	return limits_rows_put(rows, &row);
}

/* The mean, for it is the few spins in vain that cost. */
static int add_spun(struct limits_rows *rows, struct limits_row row, const struct indexed *x,
		    uint32_t site, uint32_t what)
{
	struct samples s;
	double sum = 0;
	int ret = gather(x, site, what, SAMPLED_SPUN, &s);

	if (ret)
		return ret;
	for (size_t i = 0; i < s.nr; i++)
		sum += s.values[i];
	row.statistic = "spun";
	row.n = s.nr;
	row.replicate = "sample";
	row.method = "mean of all samples";
	if (s.nr)
		row.value = sum / (double)s.nr;
	else
		row.reason = "no block was measured";
	samples_fini(&s);
	return limits_rows_put(rows, &row);
}

static int add_case(struct limits_rows *rows, const struct indexed *x, uint32_t site, uint32_t what)
{
	static const char *const names[] = {
		[SAMPLED_NS] = "p50",
		[SAMPLED_NEAR_CPU] = "near_cpu",
		[SAMPLED_FAR_CPU] = "far_cpu",
	};
	const struct limits_row blank = blank_row(x->recording->spec, site, what);
	int ret = 0;

	for (enum sampled which = SAMPLED_NS; which <= SAMPLED_FAR_CPU && !ret; which++) {
		struct samples s;

		ret = gather(x, site, what, which, &s);
		if (ret)
			return ret;
		ret = add_median(rows, blank, names[which], &s);
		if (!ret && which == SAMPLED_NS)
			ret = add_tail(rows, blank, &s);
		samples_fini(&s);
	}
	if (!ret && blank.what->spun_ns)
		ret = add_spun(rows, blank, x, site, what);
	return ret;
}

/*
 * Ratios.
 */

static uint32_t index_of(const struct roundtrip_spec *spec, const struct roundtrip_case *what)
{
	uint32_t i = 0;

	while (i < spec->nr_cases && spec->cases[i] != what)
		i++;
	return i;
}

/* Add @times the medians of @what to @sums, round by round, less what "empty" took. */
static int add_medians(const struct indexed *x, uint32_t site, const struct limits_term *term,
		       double *sums)
{
	const struct roundtrip_spec *spec = x->recording->spec;
	double times =
		term->times * (term->is_per_thread ? (double)spec->sites[site].nr_threads : 1.0);
	unsigned int nr_per_sample = term->what->nr_per_sample ? term->what->nr_per_sample : 1;
	struct samples s, empty = { .nr_rounds = 0 };
	uint32_t what = index_of(spec, term->what), control = 0;
	int ret;

	while (control < spec->nr_cases && spec->cases[control]->role != ROLE_EMPTY)
		control++;
	ret = gather(x, site, what, SAMPLED_NS, &s);
	if (ret)
		return ret;
	if (control < spec->nr_cases)
		ret = gather(x, site, control, SAMPLED_NS, &empty);
	for (size_t i = 0; i < s.nr_rounds && !ret; i++) {
		double none =
			i < empty.nr_rounds && !isnan(empty.medians[i]) ? empty.medians[i] : 0.0;

		sums[i] += times * (s.medians[i] - none / nr_per_sample);
	}
	samples_fini(&s);
	samples_fini(&empty);
	return ret;
}

static void set_ratio(struct limits_row *row, const double *logs, size_t nr)
{
	struct stats_interval interval;
	double shift;

	row->n = nr;
	row->reason = nr ? NULL : "no round has a time above 0 on both sides";
	if (!nr || stats_hodges_lehmann(logs, nr, &shift))
		return;
	row->value = exp(shift);
	if (stats_signed_rank_interval(logs, nr, LIMITS_LEVEL, &interval)) {
		row->reason = "too few rounds for an interval";
		return;
	}
	row->low = exp(interval.low);
	row->high = exp(interval.high);
	row->level = interval.level;
	if (row->goal > 0)
		row->verdict = row->value <= row->goal ? VERDICT_MET : VERDICT_MISSED;
}

/* "2 x futex_round_trip", "futex_wake + setaffinity", "0.5 x N x switch_pair" */
static void name_reference(const struct limits_comparison *c, char text[LIMITS_REFERENCE_BYTES])
{
	size_t used = 0;

	for (size_t i = 0; i < LIMITS_MAX_TERMS && c->floor[i].what; i++) {
		const struct limits_term *term = &c->floor[i];
		char times[24] = "";

		if (term->times < 1 || term->times > 1)
			snprintf(times, sizeof(times), "%g x ", term->times);
		if (used < LIMITS_REFERENCE_BYTES)
			used += (size_t)snprintf(text + used, LIMITS_REFERENCE_BYTES - used,
						 "%s%s%s%s", i ? " + " : "", times,
						 term->is_per_thread ? "N x " : "",
						 term->what->name);
	}
}

static int add_ratio(struct limits_rows *rows, const struct indexed *x, uint32_t site,
		     const struct limits_comparison *c)
{
	const struct limits_term mine = { c->what, 1, false };
	const struct roundtrip_spec *spec = x->recording->spec;
	size_t nr_rounds = spec->nr_rounds + spec->nr_cpu_rounds, nr = 0;
	struct limits_row row = blank_row(spec, site, index_of(spec, c->what));
	double *above = calloc(nr_rounds + 1, sizeof(*above));
	double *below = calloc(nr_rounds + 1, sizeof(*below));
	int ret = above && below ? add_medians(x, site, &mine, above) : -ENOMEM;

	for (size_t i = 0; i < LIMITS_MAX_TERMS && c->floor[i].what && !ret; i++)
		ret = add_medians(x, site, &c->floor[i], below);
	for (size_t i = 0; i < nr_rounds && !ret; i++)
		if (above[i] > 0 && below[i] > 0)
			above[nr++] = log(above[i] / below[i]);
		else if (!isnan(above[i]) && !isnan(below[i]))
			row.nr_dropped++;
	row.statistic = row.unit = "ratio";
	row.replicate = "round";
	row.method = "Hodges-Lehmann of log ratios of block medians; exact signed rank";
	row.goal = c->goal;
	name_reference(c, row.reference);
	if (!ret) {
		set_ratio(&row, above, nr);
		ret = limits_rows_put(rows, &row);
	}
	free(above);
	free(below);
	return ret;
}

static bool is_measured(const struct roundtrip_spec *spec, uint32_t site,
			const struct roundtrip_case *what)
{
	return index_of(spec, what) < spec->nr_cases && roundtrip_fits(what, &spec->sites[site]);
}

static bool applies(const struct roundtrip_spec *spec, uint32_t site,
		    const struct limits_comparison *c)
{
	const struct roundtrip_case where = { .where = c->where };

	if (!roundtrip_fits(&where, &spec->sites[site]) || !is_measured(spec, site, c->what))
		return false;
	for (size_t i = 0; i < LIMITS_MAX_TERMS && c->floor[i].what; i++)
		if (!is_measured(spec, site, c->floor[i].what))
			return false;
	return true;
}

static int add_site(struct limits_rows *rows, const struct indexed *x, uint32_t site,
		    const struct limits_comparison *comparisons)
{
	const struct roundtrip_spec *spec = x->recording->spec;
	int ret = 0;

	for (uint32_t what = 0; what < spec->nr_cases && !ret; what++)
		if (roundtrip_fits(spec->cases[what], &spec->sites[site]))
			ret = add_case(rows, x, site, what);
	for (const struct limits_comparison *c = comparisons; c->what && !ret; c++)
		if (applies(spec, site, c))
			ret = add_ratio(rows, x, site, c);
	return ret;
}

int limits_rows_add(struct limits_rows *rows, const struct roundtrip_recording *recording,
		    const struct limits_comparison *comparisons)
{
	struct indexed x;
	int ret = index_make(recording, &x);

	if (ret)
		return ret;
	for (uint32_t site = 0; site < recording->spec->nr_sites && !ret; site++)
		ret = add_site(rows, &x, site, comparisons);
	index_fini(&x);
	return ret;
}

const struct limits_row *limits_rows_find(const struct limits_rows *rows,
					  const struct roundtrip_case *what,
					  const struct roundtrip_site *site, const char *statistic)
{
	for (size_t i = 0; i < rows->nr; i++)
		if (rows->rows[i].what == what && rows->rows[i].site == site &&
		    strcmp(rows->rows[i].statistic, statistic) == 0)
			return &rows->rows[i];
	return NULL;
}

const char *limits_verdict_name(enum limits_verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_NONE] = "",
		[VERDICT_MET] = "met",
		[VERDICT_MISSED] = "missed",
	};

	return names[verdict];
}

bool limits_is_close(const struct limits_row *row)
{
	return row->verdict != VERDICT_NONE && row->low <= row->goal && row->high > row->goal;
}

void limits_rows_fini(struct limits_rows *rows)
{
	free(rows->rows);
	*rows = (struct limits_rows){ .nr = 0 };
}
