/* SPDX-License-Identifier: MIT */
/*
 * The steps of a group that the hotplug driver moves by one request: on the way down the threads of
 * all CPUs first, then the CPUs; on the way up the CPUs first. A CPU's threads cost what they cost
 * in a step of its own. What of the request each CPU cost, bulk.h finds out after the block.
 */
#include "bulk.h"
#include "clock.h"
#include "driver_internal.h"
#include "interrupt.h"
#include "offcpu.h"

#include <errno.h>
#include <stdlib.h>

/* One CPU of the group. */
struct member {
	struct tenancy *ty;
	struct step_sample *s;
	struct rung_stamps stamps; /* of quiescing it */
	enum blank off_cpu;
	uint32_t nr_lost;
};

struct group {
	struct driver *d;
	struct member *members;
	size_t nr;
	uint64_t bulk_ns;
	bool is_unchanged; /* all were there already: somebody else's doing */
};

static size_t group_size(const struct block *block, size_t first)
{
	size_t nr = 1;

	while (first + nr < block->nr_steps &&
	       block->steps[first + nr].action == block->steps[first].action)
		nr++;
	return nr;
}

/* It did not go after all: its threads are let run again, and have to be where they were. */
static void take_back(struct driver *d, struct member *m)
{
	if (!d->ladders->fatal && !ladder_is_up(d->ladders, m->ty))
		ladder_take_back(d->ladders, m->ty);
	offcpu_watch(m->ty); /* the way back may have made new threads */
	driver_check_rolled_back(d, m->ty, m->s);
}

/* All back where they were, and all with one answer: a group goes or stays as a whole. */
static void refuse_all(struct group *g, int ret)
{
	for (size_t i = 0; i < g->nr; i++) {
		struct member *m = &g->members[i];

		if (m->s->action == PLAN_OFFLINE)
			take_back(g->d, m);
		driver_judge(g->d->ladders, m->s, ret);
	}
}

static int quiesce_all(struct group *g)
{
	struct ladder *l = g->d->ladders;
	int ret = 0;

	for (size_t i = 0; i < g->nr && !ret; i++) {
		ret = ladder_quiesce(l, g->members[i].ty);
		g->members[i].stamps = l->stamps;
		g->members[i].off_cpu = l->off_cpu;
	}
	return ret;
}

static void judge(const struct group *g, struct step_sample *s, int ret)
{
	driver_judge(g->d->ladders, s, ret);
	if (g->is_unchanged && s->status == STEP_DONE)
		s->status = STEP_NO_OP;
}

/* The request itself, told to each member as a whole. */
static int move(struct group *g, bool is_online)
{
	struct ladder *l = g->d->ladders;
	int ret = ladder_move_group(l, is_online);

	g->is_unchanged = l->step.is_unchanged;
	g->bulk_ns = l->stamps.end_ns[RUNG_HOTPLUG] - l->stamps.begin_ns[RUNG_HOTPLUG];
	return ret;
}

static void arrive_down(struct group *g, struct member *m)
{
	struct ladder *l = g->d->ladders;
	int ret = ladder_down(l, m->ty);

	judge(g, m->s, ret);
	if (ret) {
		take_back(g->d, m);
		return;
	}
	m->stamps.begin_ns[RUNG_HOTPLUG] = l->stamps.begin_ns[RUNG_HOTPLUG];
	m->stamps.end_ns[RUNG_HOTPLUG] = l->stamps.end_ns[RUNG_HOTPLUG];
	step_phases_down(m->s, l->contender, &m->stamps, m->off_cpu);
	bulk_mark(m->s, g->bulk_ns, g->nr);
	offcpu_unwatch(m->ty);
}

static void group_down(struct group *g)
{
	int ret = quiesce_all(g);

	if (!ret)
		ret = move(g, false);
	if (ret) {
		refuse_all(g, ret);
		return;
	}
	for (size_t i = 0; i < g->nr; i++)
		arrive_down(g, &g->members[i]);
}

static void group_up(struct group *g)
{
	struct driver *d = g->d;
	int ret;

	for (size_t i = 0; i < g->nr; i++)
		g->members[i].nr_lost = driver_nr_lost_while_away(d, g->members[i].ty);
	ret = move(g, true);
	if (ret) {
		refuse_all(g, ret);
		return;
	}
	for (size_t i = 0; i < g->nr && !d->ladders->fatal; i++) {
		struct member *m = &g->members[i];

		ret = driver_step_up(d, m->ty, m->s, m->nr_lost);
		judge(g, m->s, ret);
		if (!ret)
			bulk_mark(m->s, g->bulk_ns, g->nr);
		m->s->ended_ns = clock_now_ns() - d->block->started_ns;
	}
}

/* Is any of them there already, because an earlier request was refused? */
static bool is_there(const struct group *g, bool is_down)
{
	for (size_t i = 0; i < g->nr; i++)
		if (ladder_is_up(g->d->ladders, g->members[i].ty) != is_down)
			return true;
	return false;
}

static void run_members(struct group *g)
{
	struct driver *d = g->d;
	bool is_down = g->members[0].s->action == PLAN_OFFLINE, is_spoiled;
	bool is_no_op = is_there(g, is_down);

	is_spoiled = driver_was_disturbed(d);
	for (size_t i = 0; i < g->nr; i++) {
		g->members[i].s->started_ns = clock_now_ns() - d->block->started_ns;
		if (is_no_op)
			g->members[i].s->status = STEP_NO_OP;
	}
	if (is_no_op)
		return;
	if (is_down)
		group_down(g);
	else
		group_up(g);
	is_spoiled |= driver_was_disturbed(d);
	for (size_t i = 0; i < g->nr; i++) {
		struct step_sample *s = g->members[i].s;

		if (!s->ended_ns)
			s->ended_ns = clock_now_ns() - d->block->started_ns;
		driver_mark_spoiled(s, is_spoiled);
	}
}

int driver_run_group(struct driver *d, size_t first, size_t *ret_nr)
{
	struct step_sample *steps = &d->block->steps[first];
	struct group g = { .d = d, .nr = group_size(d->block, first) };

	*ret_nr = g.nr;
	/* Before its time: nothing is allocated while it counts. */
	g.members = calloc(g.nr, sizeof(*g.members));
	if (!g.members)
		return -ENOMEM;
	for (size_t i = 0; i < g.nr; i++)
		g.members[i] = (struct member){ .ty = tenancies_of(&d->tenancies, steps[i].cpu),
						.s = &steps[i] };
	driver_wait_until(d, d->block->started_ns + steps->planned_ns + d->slip_ns);
	if (!interrupt_is_due())
		run_members(&g);
	free(g.members);
	return d->ladders->fatal;
}
