/* SPDX-License-Identifier: MIT */
#include "handover.h"

#include "contender.h"
#include "gbench_shim.h"
#include "stats.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What Google Benchmark calls back with. */
struct entry {
	struct handover *handover;
	uint32_t cell, arm;
	uint32_t nr_handed; /* repetitions so far: it does not tell which one it is */
};

struct handover {
	struct passes *passes;
	struct entry *entries;
	bool *is_run; /* per cell */
	double *values;
	int error; /* of the first block that failed */
};

static size_t nr_cycles(const struct plan *plan)
{
	return plan->nr_steps / 2;
}

/* The @nth step of @block in one direction; plans have as many of one as of the other. */
static const struct step_sample *nth_step(const struct block *block, enum plan_action action,
					  size_t *from)
{
	while (block->steps[*from].action != action)
		++*from;
	return &block->steps[(*from)++];
}

/* NULL: each step of the block has its part of a cycle's total. */
static const char *why_no_times(const struct block *block)
{
	for (size_t i = 0; i < block->nr_steps; i++) {
		const struct step_sample *s = &block->steps[i];

		if (s->status != STEP_DONE)
			return "steps were refused: see events.csv";
		if (s->blank[PHASE_TOTAL] == BLANK_NOT_SPLIT)
			return blank_reason(BLANK_NOT_SPLIT);
	}
	return NULL;
}

static void hand_over_median(struct gb_state *state, const struct handover *h,
			     const struct block *block, enum phase phase)
{
	char name[32];
	size_t n = 0;

	for (size_t i = 0; i < block->nr_steps; i++)
		if (block->steps[i].blank[phase] == BLANK_NONE)
			h->values[n++] = (double)block->steps[i].ns[phase];
	if (!n)
		return;
	stats_sort(h->values, n);
	snprintf(name, sizeof(name), "%s_p50_ns", phase_name(phase));
	gb_counter(state, name, stats_quantile(h->values, n, 0.5));
}

/* Times of cycles: the n-th way down with the n-th way up. Their sum is what counts. */
static void hand_over_block(struct gb_state *state, const struct handover *h,
			    const struct block *block)
{
	size_t down = 0, up = 0;

	const char *missing = why_no_times(block);

	if (missing) {
		gb_skip(state, missing);
		return;
	}
	while (gb_next(state))
		gb_set_time_ns(state, nth_step(block, PLAN_OFFLINE, &down)->ns[PHASE_TOTAL] +
					      nth_step(block, PLAN_ONLINE, &up)->ns[PHASE_TOTAL]);
	/* Phases that every contender has: all benchmarks need the same counters. */
	hand_over_median(state, h, block, PHASE_QUIESCE);
	hand_over_median(state, h, block, PHASE_STARTUP);
}

static void run_entry(struct gb_state *state, void *arg)
{
	struct entry *entry = arg;
	struct handover *h = entry->handover;
	const struct block *block = NULL;

	if (!h->is_run[entry->cell] && !h->error)
		h->error = passes_timing(h->passes, entry->cell);
	h->is_run[entry->cell] = true;
	if (!h->error)
		block = passes_timing_block(h->passes, entry->cell, entry->arm, entry->nr_handed++);
	if (block)
		hand_over_block(state, h, block);
	else
		gb_skip(state, h->passes->why[0] ? h->passes->why : "not measured");
}

static int register_entry(struct entry *entry, const struct passes *p)
{
	const struct cell *cell = &p->rec.cells[entry->cell];
	const struct arm *arm = &p->rec.arms[entry->arm];
	char name[256];
	struct gb_benchmark benchmark = {
		.name = name,
		.run = run_entry,
		.arg = entry,
		.iterations = nr_cycles(cell->plan),
		.repetitions = p->options->repetitions,
		.unit = GB_MICROSECOND,
	};

	snprintf(name, sizeof(name), "%s/%s/threads:%u/%s%s%s", cell->workload, cell->duty->name,
		 cell->threads_per_cpu, arm->contender->name, arm->knob ? "/" : "",
		 arm->knob ? arm->knob : "");
	return gb_register(&benchmark);
}

static size_t max_steps(const struct recording *rec)
{
	size_t max = 0;

	for (size_t i = 0; i < rec->nr_cells; i++)
		if (rec->cells[i].plan->nr_steps > max)
			max = rec->cells[i].plan->nr_steps;
	return max;
}

struct handover *handover_new(struct passes *p)
{
	size_t nr_entries = p->rec.nr_cells * p->rec.nr_arms;
	struct handover *h = calloc(1, sizeof(*h));
	int ret = 0;

	if (!h)
		return NULL;
	h->passes = p;
	h->entries = calloc(nr_entries, sizeof(*h->entries));
	h->is_run = calloc(p->rec.nr_cells, sizeof(*h->is_run));
	h->values = calloc(max_steps(&p->rec), sizeof(*h->values));
	if (!h->entries || !h->is_run || !h->values)
		ret = -ENOMEM;
	for (size_t i = 0; i < nr_entries && !ret; i++) {
		h->entries[i] = (struct entry){
			.handover = h,
			.cell = (uint32_t)(i / p->rec.nr_arms),
			.arm = (uint32_t)(i % p->rec.nr_arms),
		};
		ret = register_entry(&h->entries[i], p);
	}
	if (!ret)
		return h;
	handover_free(h);
	return NULL;
}

void handover_free(struct handover *h)
{
	if (!h)
		return;
	gb_clear();
	free(h->values);
	free(h->is_run);
	free(h->entries);
	free(h);
}

struct selecting {
	const struct recording *rec;
	bool *is_selected;
};

static void mark_selected(const struct gb_benchmark *benchmark, const char *full_name, void *arg)
{
	const struct entry *entry = benchmark->arg;
	struct selecting *s = arg;

	(void)full_name;
	s->is_selected[entry->cell * s->rec->nr_arms + entry->arm] = true;
}

int handover_select(struct handover *h, const char *filter, bool *is_selected)
{
	struct selecting s = { &h->passes->rec, is_selected };

	return gb_selected(filter, mark_selected, &s);
}

static void print_name(const struct gb_benchmark *benchmark, const char *full_name, void *arg)
{
	(void)benchmark;
	fprintf(arg, "%s\n", full_name);
}

int handover_list(const char *filter)
{
	int nr = gb_selected(filter, print_name, stdout);

	return nr < 0 ? nr : 0;
}

int handover_run(struct handover *h, char **ret_report)
{
	const struct options *o = h->passes->options;
	struct gb_settings settings = {
		.program = "parkbench",
		.filter = o->filter,
		.format = o->report_format,
		.is_tabular = o->is_tabular,
		.is_silent = !o->is_report_wanted,
		.out_format = o->report_out ? o->report_out_format : GB_JSON,
	};
	struct gb_result result;
	int ret = o->context ? gb_context_pairs(o->context) : 0;

	if (!ret)
		ret = gb_run(&settings, &result);
	if (!ret)
		*ret_report = result.report;
	else
		snprintf(h->passes->why, sizeof(h->passes->why), "Google Benchmark: %s",
			 strerror(-ret));
	return h->error ? h->error : ret;
}
