/* SPDX-License-Identifier: MIT */
/* The pass in which other CPUs are watched while one goes away and comes back. */
#include "abort_on.h"
#include "block_order.h"
#include "bystander_join.h"
#include "clock.h"
#include "interrupt.h"
#include "passes_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * How long is looked before each block, with nothing going away: for dwells that are too short. As
 * long as the longest step so far, within these bounds.
 */
#define MIN_LEAD_NS 100000000u
#define MAX_LEAD_NS 5000000000u

static uint64_t lead_ns(const struct passes *p)
{
	uint64_t longest_ns = MIN_LEAD_NS;

	for (size_t i = 0; i < p->nr_bystanders; i++)
		if (p->bystanders[i].window_ns > longest_ns)
			longest_ns = p->bystanders[i].window_ns;
	return longest_ns < MAX_LEAD_NS ? longest_ns : MAX_LEAD_NS;
}

static struct cpumask select_cpus(const struct passes *p, enum bystander_kind kind)
{
	const struct run_setup *setup = p->rec.setup;
	struct bystander_choice choice = { .scope = p->options->bystanders,
					   .kind = kind,
					   .controller_cpu = setup->controller_cpu };
	struct cpumask cpus;

	for (size_t i = 0; i < p->rec.nr_cells; i++)
		cpumask_or(&choice.victims, &choice.victims, &p->rec.cells[i].plan->cpus);
	bystander_select(setup->topo, &choice, &cpus);
	return cpus;
}

static bool is_possible(const struct passes *p, enum bystander_kind kind)
{
	struct cpumask cpus = select_cpus(p, kind);

	return !cpumask_empty(&cpus);
}

/* The kinds asked for that have a CPU. Nobody asked: spinners; where there is no CPU, sleepers. */
static uint32_t find_kinds(const struct passes *p, enum bystander_kind kinds[NR_BYSTANDER_KINDS])
{
	const bool *asked = p->options->bystander_kinds;
	bool is_asked = asked[BYSTANDER_SPIN] || asked[BYSTANDER_SLEEP];
	uint32_t nr = 0;

	for (enum bystander_kind kind = 0; kind < NR_BYSTANDER_KINDS; kind++)
		if ((is_asked ? asked[kind] : !nr) && is_possible(p, kind))
			kinds[nr++] = kind;
	return nr;
}

size_t passes_nr_bystander_blocks(const struct passes *p)
{
	enum bystander_kind kinds[NR_BYSTANDER_KINDS];

	return (size_t)find_kinds(p, kinds) * p->options->repetitions;
}

static int add_rows(struct passes *p, const struct bystander_scene *scene,
		    const struct bystander_view *view)
{
	struct bystander_row *rows = reallocarray(
		p->bystanders, p->nr_bystanders + scene->block->nr_steps + 1, sizeof(*rows));
	size_t nr;
	int ret;

	if (!rows)
		return -ENOMEM;
	p->bystanders = rows;
	ret = bystander_join(scene, view, rows + p->nr_bystanders, &nr);
	if (!ret)
		p->nr_bystanders += nr;
	return ret;
}

/* What the rows only say one by one. */
static void note_trouble(struct passes *p, const struct bystander_view *view)
{
	if (view->is_displaced)
		snprintf(p->bystander_why, sizeof(p->bystander_why),
			 "bystander: the one of CPU %u was moved to another CPU", view->cpu);
	if (view->log->nr_dropped)
		snprintf(p->bystander_why, sizeof(p->bystander_why),
			 "bystander: the log of CPU %u was full, %llu gaps are missing; lower "
			 "--cycles",
			 view->cpu, (unsigned long long)view->log->nr_dropped);
}

static int run_watched(struct passes *p, struct block *block, struct bystanders *bystanders)
{
	struct bystander_scene scene = { .topo = p->rec.setup->topo, .block = block };
	int ret;

	scene.lead.begin_ns = clock_now_ns();
	clock_sleep_until_ns(scene.lead.begin_ns + lead_ns(p));
	scene.lead.end_ns = clock_now_ns();
	ret = passes_run_block(p, NULL, block);
	bystanders_stop(bystanders);
	interrupt_look(); /* the gap of the last step is finished only now */
	if (!ret && interrupt_is_due())
		ret = passes_interrupted(p);
	/* Also of a block that was ended early: what ended it may be in there. */
	for (size_t i = 0; i < bystanders->nr && (!ret || ret == -EINTR); i++) {
		struct bystander_view view = bystanders_view(bystanders, i);
		int err = add_rows(p, &scene, &view);

		note_trouble(p, &view);
		ret = err ? err : ret;
	}
	return ret;
}

static int watch_one(struct passes *p, struct block *block, enum bystander_kind kind)
{
	const struct bystander_setup setup = {
		.kind = kind,
		.cpus = select_cpus(p, kind),
		.clock_read_ns = p->rec.setup->clock_read_ns,
		.max_gaps = BYSTANDER_MAX_GAPS,
		.deadline_ns = p->rec.setup->deadline_ns,
	};
	struct bystanders bystanders;
	int ret = bystanders_start(&setup, &bystanders);

	if (ret) {
		snprintf(p->bystander_why, sizeof(p->bystander_why),
			 "bystander: its threads cannot be had (%s)", strerror(-ret));
		return -EPERM;
	}
	abort_watch_bystanders(p->abort, &bystanders);
	ret = run_watched(p, block, &bystanders);
	abort_watch_bystanders(p->abort, NULL);
	bystanders_fini(&bystanders);
	return ret;
}

/* All arms with all kinds in one balanced order: @nr_arms times @nr_kinds places. */
struct watch_order {
	const enum bystander_kind *kinds;
	const uint32_t *arms, *order;
	uint32_t nr_arms, nr;
};

static int watch_in_order(struct passes *p, uint32_t cell, const struct watch_order *o)
{
	uint32_t nr_reps = p->options->repetitions;
	int ret = 0;

	for (uint32_t i = 0; i < o->nr * nr_reps && !ret; i++) {
		uint32_t arm = o->arms[o->order[i] % o->nr_arms];
		struct block *block = passes_add_block(p, cell, arm, PASS_BYSTANDER);

		if (!block)
			return -ENOMEM;
		block->repetition = i / o->nr;
		ret = watch_one(p, block, o->kinds[o->order[i] / o->nr_arms]);
	}
	return ret;
}

static int watch_cell(struct passes *p, uint32_t cell, const enum bystander_kind *kinds,
		      uint32_t nr_kinds)
{
	uint32_t *arms = calloc(p->rec.nr_arms + 1, sizeof(*arms)), nr_arms = 0;
	uint32_t *order;
	struct watch_order o = { .kinds = kinds, .arms = arms };
	int ret = -ENOMEM;

	for (uint32_t arm = 0; arm < p->rec.nr_arms && arms; arm++)
		if (p->is_selected[cell * p->rec.nr_arms + arm])
			arms[nr_arms++] = arm;
	o.nr_arms = nr_arms;
	o.nr = nr_arms * nr_kinds;
	order = calloc((size_t)o.nr * p->options->repetitions + 1, sizeof(*order));
	if (arms && order)
		ret = o.nr ? block_order(order, o.nr, p->options->repetitions, &p->random) : 0;
	o.order = order;
	if (!ret)
		ret = watch_in_order(p, cell, &o);
	free(order);
	free(arms);
	return ret;
}

static void note_missing(struct passes *p)
{
	for (enum bystander_kind kind = 0; kind < NR_BYSTANDER_KINDS; kind++)
		if (p->options->bystander_kinds[kind] && !is_possible(p, kind))
			snprintf(p->bystander_why, sizeof(p->bystander_why),
				 "bystander: no CPU for kind %s: none stays%s",
				 bystander_kind_name(kind),
				 kind == BYSTANDER_SPIN ? " but the controller's" : "");
}

int passes_bystander(struct passes *p)
{
	enum bystander_kind kinds[NR_BYSTANDER_KINDS];
	uint32_t nr_kinds = find_kinds(p, kinds);
	int ret = 0;

	note_missing(p);
	if (!nr_kinds && !p->bystander_why[0])
		snprintf(p->bystander_why, sizeof(p->bystander_why),
			 "bystander: no CPU that stays");
	for (uint32_t cell = 0; cell < p->rec.nr_cells && nr_kinds && !ret; cell++)
		ret = watch_cell(p, cell, kinds, nr_kinds);
	if (ret && ret != -EPERM)
		return ret;
	if (!p->bystander_why[0])
		return 0;
	snprintf(p->why, sizeof(p->why), "%s", p->bystander_why);
	return -EPERM;
}
