/* SPDX-License-Identifier: MIT */
#include "bystander_join.h"

#include <errno.h>
#include <stdlib.h>

/* Dwells that are looked at for one that is long enough, before the lead is taken. */
#define MAX_LOOK_BACK 256

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static struct worst_gap blank(const char *reason)
{
	return (struct worst_gap){ .status = GAP_BLANK, .reason = reason };
}

/* The first gap that ends in the window or behind it. */
static size_t first_gap(const struct gap_log *log, struct window window)
{
	size_t low = 0, high = log->nr_gaps;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (log->gaps[middle].begin_ns + log->gaps[middle].gap_ns < window.begin_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const char *why_not_seen(const struct bystander_view *view, struct window window)
{
	const struct gap_log *log = view->log;

	if (view->is_displaced)
		return "the bystander was moved to another CPU";
	if (window.begin_ns < log->from_ns || window.end_ns > log->until_ns)
		return "the bystander did not look then";
	if (log->nr_dropped && window.end_ns > log->full_since_ns)
		return "the log of gaps was full";
	return NULL;
}

struct worst_gap bystander_worst(const struct bystander_view *view, struct window window)
{
	const struct gap_log *log = view->log;
	struct worst_gap worst = { .status = GAP_BELOW, .reason = "no gap above the threshold" };
	const char *reason = why_not_seen(view, window);

	if (reason)
		return blank(reason);
	if (view->kind == BYSTANDER_SLEEP)
		worst = blank("no wake was due meanwhile");
	for (size_t i = first_gap(log, window); i < log->nr_gaps; i++) {
		uint64_t begin_ns = later(log->gaps[i].begin_ns, window.begin_ns);
		uint64_t end_ns = log->gaps[i].begin_ns + log->gaps[i].gap_ns;

		if (begin_ns >= window.end_ns)
			break;
		/* One that is over when the window begins is not in it; a punctual wake is. */
		if (end_ns == window.begin_ns && log->gaps[i].gap_ns)
			continue;
		if (worst.status == GAP_SEEN && end_ns - begin_ns <= worst.gap_ns)
			continue;
		worst = (struct worst_gap){ GAP_SEEN, NULL, begin_ns, end_ns - begin_ns };
	}
	return worst;
}

/* When the kernel began with the CPU of a step that many share; 0: not known, or its own step. */
static uint64_t own_begin_ns(const struct step_sample *step)
{
	if (!step->nr_in_bulk)
		return 0;
	return step->begin_ns[step->action == PLAN_OFFLINE ? PHASE_OFFLINE : PHASE_ONLINE];
}

struct window bystander_window(const struct block *block, const struct step_sample *step)
{
	struct window window = { .begin_ns = block->started_ns + step->started_ns };

	if (own_begin_ns(step)) {
		window.begin_ns = own_begin_ns(step);
		window.end_ns =
			window.begin_ns +
			step->ns[step->action == PLAN_OFFLINE ? PHASE_OFFLINE : PHASE_ONLINE];
		return window;
	}

	if (step->status == STEP_DONE)
		for (enum phase phase = 0; phase < NR_PHASES; phase++)
			if (step->begin_ns[phase])
				window.end_ns = later(window.end_ns,
						      step->begin_ns[phase] + step->ns[phase]);
	if (!window.end_ns)
		window.end_ns = block->started_ns + step->ended_ns;
	return window;
}

/* Of the phases that are no sums, the part that no earlier one has. */
static struct window own_part(const struct step_sample *step, enum phase phase)
{
	struct window own = { step->begin_ns[phase], step->begin_ns[phase] + step->ns[phase] };

	if (phase == PHASE_OFF_CPU && own.begin_ns)
		own.begin_ns = step->begin_ns[PHASE_QUIESCE] + step->ns[PHASE_QUIESCE];
	/* What the controller pays while threads arrive; alone where none do. */
	if (phase == PHASE_STARTUP && step->begin_ns[PHASE_WAKE])
		own.end_ns = own.begin_ns;
	return own;
}

enum phase bystander_phase(const struct step_sample *step, const struct worst_gap *gap)
{
	static const enum phase parts[] = { PHASE_QUIESCE,   PHASE_OFF_CPU, PHASE_OFFLINE,
					    PHASE_ONLINE,    PHASE_STARTUP, PHASE_WAKE,
					    PHASE_FIRST_WORK };
	uint64_t gap_end_ns = gap->begin_ns + later(gap->gap_ns, 1), most_ns = 0;
	enum phase most = NR_PHASES;

	if (gap->status != GAP_SEEN)
		return NR_PHASES;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct window own = own_part(step, parts[i]);
		uint64_t begin_ns = later(own.begin_ns, gap->begin_ns);
		uint64_t end_ns = own.end_ns < gap_end_ns ? own.end_ns : gap_end_ns;

		if (end_ns <= begin_ns || end_ns - begin_ns <= most_ns)
			continue;
		most_ns = end_ns - begin_ns;
		most = parts[i];
	}
	return most;
}

/* A request for many CPUs is one event: without its parts no step has a window of its own. */
static bool has_window(const struct step_sample *step)
{
	if (step->nr_in_bulk && !own_begin_ns(step))
		return false;
	return step->status != STEP_NOT_TRIED && step->status != STEP_NO_OP;
}

/* For each step the dwell before it: from the end of all earlier ones to its begin. */
static void find_dwells(const struct block *block, struct window *dwells)
{
	uint64_t busy_until_ns = block->started_ns;

	for (size_t i = 0; i < block->nr_steps; i++) {
		struct window window;

		dwells[i] = (struct window){ 0, 0 };
		if (!has_window(&block->steps[i]))
			continue;
		window = bystander_window(block, &block->steps[i]);
		/* Past the last stamp the controller still looks at what came back. */
		dwells[i] = (struct window){ busy_until_ns, window.begin_ns };
		busy_until_ns =
			later(busy_until_ns,
			      later(window.end_ns, block->started_ns + block->steps[i].ended_ns));
	}
}

static bool end_of(struct window stretch, uint64_t length_ns, struct window *ret_window)
{
	if (stretch.end_ns < stretch.begin_ns + length_ns || stretch.end_ns < length_ns)
		return false;
	*ret_window = (struct window){ stretch.end_ns - length_ns, stretch.end_ns };
	return true;
}

static bool find_quiet(const struct window *dwells, size_t step, struct window lead,
		       uint64_t length_ns, struct window *ret_window)
{
	for (size_t back = 0; back <= step && back < MAX_LOOK_BACK; back++)
		if (end_of(dwells[step - back], length_ns, ret_window))
			return true;
	return end_of(lead, length_ns, ret_window);
}

static struct bystander_row join_step(const struct bystander_scene *scene,
				      const struct bystander_view *view, uint32_t step)
{
	const struct block *block = scene->block;
	const struct step_sample *s = &block->steps[step];
	struct window window = bystander_window(block, s);
	struct bystander_row row = {
		.block = block->index,
		.step = step,
		.cpu = view->cpu,
		.kind = view->kind,
		.distance = topology_distance(scene->topo, s->real_cpu, view->cpu),
		.window_ns = window.end_ns - window.begin_ns,
		.threshold_ns = view->log->threshold_ns,
		.worst = bystander_worst(view, window),
	};

	row.phase = bystander_phase(s, &row.worst);
	return row;
}

int bystander_join(const struct bystander_scene *scene, const struct bystander_view *view,
		   struct bystander_row *rows, size_t *ret_nr)
{
	const struct block *block = scene->block;
	struct window *dwells = calloc(block->nr_steps + 1, sizeof(*dwells));
	size_t nr = 0;

	if (!dwells)
		return -ENOMEM;
	find_dwells(block, dwells);
	for (uint32_t i = 0; i < block->nr_steps; i++) {
		struct bystander_row *row = &rows[nr];
		struct window quiet;

		if (!has_window(&block->steps[i]))
			continue;
		*row = join_step(scene, view, i);
		row->quiet = blank("no dwell before was as long as the step");
		if (find_quiet(dwells, i, scene->lead, row->window_ns, &quiet)) {
			row->quiet = bystander_worst(view, quiet);
			row->quiet_age_ns = dwells[i].end_ns - quiet.end_ns;
		}
		nr++;
	}
	free(dwells);
	*ret_nr = nr;
	return 0;
}
