/* SPDX-License-Identifier: MIT */
#include "driver_internal.h"

#include "clock.h"
#include "interrupt.h"
#include "memory.h"
#include "offcpu.h"

#include <errno.h>

/* Of a real driver the kernel may have touched any thread: those of other CPUs that are up, too. */
static void check_comeback(struct driver *d, const struct tenancy *ty, struct step_sample *s)
{
	comeback_check_threads(ty, s);
	comeback_check_cpuset(&d->comeback, s);
	for (size_t i = 0; i < d->tenancies.nr && d->comeback.is_real; i++) {
		const struct tenancy *other = &d->tenancies.list[i];

		if (other != ty && ladder_is_up(&d->ladder, other))
			comeback_check_others(other, s);
	}
}

/*
 * What the kernel did to the masks of threads that should have kept theirs while away. Asked only
 * where a kernel was involved: it comes right before a timed step, and not for every contender.
 */
uint32_t driver_nr_lost_while_away(const struct driver *d, const struct tenancy *ty)
{
	enum contender_leaves leaves = d->ladder.contender->leaves;

	if (!d->comeback.is_real || (leaves != LEAVES_ASLEEP && leaves != LEAVES_NOT))
		return 0;
	return comeback_nr_unbound(ty);
}

/* A refused offline may have got as far as moving threads: they must be where they were. */
static void check_rolled_back(struct driver *d, const struct tenancy *ty, struct step_sample *s)
{
	if (d->ladder.fatal || !ladder_is_up(&d->ladder, ty))
		return;
	step_count_wrong_cpus(s, ty, d->ladder.contender);
	check_comeback(d, ty, s);
}

static int step_down(struct driver *d, struct tenancy *ty, struct step_sample *s)
{
	struct ladder *l = &d->ladder;
	int ret = ladder_down(l, ty);

	if (ret) {
		offcpu_watch(ty); /* the way back may have made new threads */
		check_rolled_back(d, ty, s);
		return ret;
	}
	step_phases_down(s, l->contender, &l->stamps, l->off_cpu);
	offcpu_unwatch(ty);
	return 0;
}

int driver_step_up(struct driver *d, struct tenancy *ty, struct step_sample *s, uint32_t nr_lost)
{
	struct ladder *l = &d->ladder;
	int ret = ladder_up(l, ty);

	if (ret)
		return ret;
	step_phases_up(s, ty, l->contender, &l->stamps);
	offcpu_watch(ty);
	check_comeback(d, ty, s);
	if (nr_lost > s->nr_affinity_lost)
		s->nr_affinity_repaired = nr_lost - s->nr_affinity_lost;
	return 0;
}

void driver_wait_until_planned(const struct driver *d, const struct step_sample *s)
{
	uint64_t planned_ns = d->block->started_ns + s->planned_ns + d->slip_ns;

	if (d->setup->wait == WAIT_BLOCK)
		interrupt_sleep_until_ns(planned_ns);
	while (clock_now_ns() < planned_ns && !interrupt_is_due())
		;
}

bool driver_was_disturbed(const struct driver *d)
{
	const struct hotplug *hotplug = d->setup->hotplug;

	return hotplug->was_disturbed && hotplug->was_disturbed();
}

static enum step_status status_of(const struct ladder *l, int ret)
{
	if (l->fatal)
		return STEP_LOST;
	if (ret == HOTPLUG_NO_OP || (!ret && l->step.is_unchanged))
		return STEP_NO_OP;
	return ret ? STEP_REFUSED : STEP_DONE;
}

void driver_judge(const struct driver *d, struct step_sample *s, int ret)
{
	s->status = status_of(&d->ladder, ret);
	s->error = s->status == STEP_NO_OP ? 0 : -ret;
	s->nr_retries = d->ladder.step.nr_retries;
	s->fail_state = (uint32_t)d->ladder.step.fail_state;
}

void driver_mark_spoiled(struct step_sample *s, bool is_spoiled)
{
	if (is_spoiled && (s->status == STEP_DONE || s->status == STEP_NO_OP))
		s->status = STEP_SPOILED;
}

static void run_step(struct driver *d, struct step_sample *s)
{
	struct tenancy *ty = tenancies_of(&d->tenancies, s->cpu);
	bool is_down = s->action == PLAN_OFFLINE, is_spoiled;
	int ret;

	driver_wait_until_planned(d, s);
	if (interrupt_is_due())
		return;
	is_spoiled = driver_was_disturbed(d);
	s->started_ns = clock_now_ns() - d->block->started_ns;
	if (ladder_is_up(&d->ladder, ty) != is_down) {
		/* It is there already: an earlier step was refused. */
		s->status = STEP_NO_OP;
		return;
	}
	ret = is_down ? step_down(d, ty, s)
		      : driver_step_up(d, ty, s, driver_nr_lost_while_away(d, ty));
	s->ended_ns = clock_now_ns() - d->block->started_ns;
	driver_judge(d, s, ret);
	driver_mark_spoiled(s, is_spoiled | driver_was_disturbed(d));
}

static void fill_in_samples(struct block *block, const struct plan *plan)
{
	block->nr_steps = plan->nr_steps;
	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		block->steps[i] = (struct step_sample){
			.seq = (uint32_t)i,
			.cpu = step->cpu,
			.lane = step->lane,
			.real_cpu = step->cpu,
			.action = step->action,
			.status = STEP_NOT_TRIED,
			.planned_ns = step->planned_ns,
		};
		step_phases_clear(&block->steps[i]);
	}
}

/* Before the first step, untimed: every CPU of the plan up, its threads at work. */
static int bring_all_up(struct driver *d)
{
	int ret = 0;

	for (size_t i = 0; i < d->tenancies.nr && !ret; i++) {
		ret = ladder_up(&d->ladder, &d->tenancies.list[i]);
		if (!ret)
			offcpu_watch(&d->tenancies.list[i]);
	}
	return ret;
}

/*
 * A step that was refused, or an end before the plan's, left CPUs away: back, before their threads
 * are asked to end. What cannot come back now is for whoever restores the machine.
 */
static void bring_all_back(struct driver *d)
{
	for (size_t i = 0; i < d->tenancies.nr && !d->ladder.fatal; i++)
		if (!ladder_is_up(&d->ladder, &d->tenancies.list[i]))
			ladder_bring_back(&d->ladder, &d->tenancies.list[i]);
}

/* After the last step, untimed. Goes on after a refusal: finish() copes with what is left. */
static void take_all_down(struct driver *d)
{
	for (size_t i = 0; i < d->tenancies.nr && !d->ladder.fatal; i++)
		ladder_down(&d->ladder, &d->tenancies.list[i]);
}

static int run_plan(struct driver *d)
{
	const struct probe *probe = d->ladder.probe;
	struct block *block = d->block;

	ladder_set_timed(&d->ladder, true);
	if (probe)
		probe->begin(probe->arg, NR_PHASES);
	block->started_ns = clock_now_ns();
	driver_was_disturbed(d); /* what happened between blocks spoils no step */
	for (size_t i = 0; i < block->nr_steps && !d->ladder.fatal && !interrupt_is_due();) {
		if (d->setup->hotplug->move_group)
			i += driver_run_group(d, i);
		else
			run_step(d, &block->steps[i++]);
		if (d->setup->pacing == PACING_PAUSE)
			d->slip_ns =
				clock_now_ns() - block->started_ns - block->steps[i - 1].planned_ns;
		interrupt_look();
	}
	block->ended_ns = clock_now_ns();
	if (probe)
		probe->end(probe->arg, NR_PHASES);
	ladder_set_timed(&d->ladder, false);
	bring_all_back(d);
	if (!d->ladder.fatal && interrupt_is_due())
		return -EINTR;
	return d->ladder.fatal;
}

/*
 * Everything accepted must be done: the last step of a plan waits for the first work after it.
 * The threads have ended, those that ran on while their CPU was away included.
 */
static int check_work(struct driver *d)
{
	struct block *block = d->block;
	const struct duty *duty = d->tenancies.cell->duty;
	int ret = 0;

	tenancies_sum_work(&d->tenancies, &block->work_accepted, &block->work_done);
	for (size_t i = 0; i < d->tenancies.nr && duty->verify && !ret; i++)
		for (size_t j = 0; j < d->tenancies.list[i].nr_tenants && !ret; j++)
			ret = duty->verify(d->tenancies.list[i].tenants[j].duty);
	return ret;
}

static int snapshot(const struct block *block, struct memory_snapshot *ret_memory)
{
	return block->pass == PASS_MEMORY ? memory_snapshot(NULL, ret_memory) : -ENODATA;
}

static void record_held(struct driver *d, const struct memory_snapshot *before)
{
	struct memory_snapshot away;
	struct held_memory *held = &d->block->held;

	if (snapshot(d->block, &away))
		return;
	held->is_known = true;
	held->nr_threads = (uint32_t)(d->tenancies.nr * d->tenancies.list[0].nr_tenants);
	held->nr_alive = (int64_t)(away.nr_threads - before->nr_threads);
	held->virtual_bytes = (int64_t)(away.virtual_bytes - before->virtual_bytes);
	held->anonymous_bytes = (int64_t)(away.anonymous_bytes - before->anonymous_bytes);
	held->page_table_bytes = (int64_t)(away.page_table_bytes - before->page_table_bytes);
	held->kernel_stack_bytes = held->nr_alive * (int64_t)away.kernel_stack_bytes;
}

static int run_with_tenants(struct driver *d, const struct memory_snapshot *before)
{
	int ret = ladder_init(&d->ladder);

	if (!ret)
		ret = bring_all_up(d);
	/* Contenders whose threads never arrive have not been asked yet. */
	if (!ret)
		ret = -tenancies_error(&d->tenancies);
	if (!ret && d->block->pass != PASS_MEMORY)
		ret = run_plan(d);
	if (d->ladder.hp)
		take_all_down(d);
	if (!ret && before)
		record_held(d, before);
	if (!d->ladder.fatal)
		tenancies_stop(&d->tenancies);
	if (d->ladder.hp && !d->ladder.fatal)
		ladder_return_cpus(&d->ladder);
	return ret ? ret : check_work(d);
}

int driver_run_block(const struct recording *rec, const struct probe *probe, struct block *block)
{
	const struct cell *cell = &rec->cells[block->cell];
	const struct contender *contender = rec->arms[block->arm].contender;
	struct memory_snapshot before;
	struct driver d = {
		.setup = rec->setup,
		.block = block,
		.ladder = { .setup = rec->setup,
			    .contender = contender,
			    .probe = probe,
			    .tenancies = &d.tenancies },
	};
	bool has_before;
	int ret;

	fill_in_samples(block, cell->plan);
	comeback_init(&d.comeback, rec->setup);
	has_before = !snapshot(block, &before);
	ret = tenancies_init(&d.tenancies, rec->setup, cell, contender);
	if (!ret)
		ret = run_with_tenants(&d, has_before ? &before : NULL);
	/* A lost thread may still use its tenant and its ladder: they stay. */
	if (d.ladder.fatal == -ETIMEDOUT)
		return d.ladder.fatal;
	ladder_fini(&d.ladder);
	comeback_fini(&d.comeback);
	for (size_t i = 0; i < d.tenancies.nr && d.tenancies.list; i++)
		offcpu_unwatch(&d.tenancies.list[i]);
	tenancies_fini(&d.tenancies);
	return ret;
}
