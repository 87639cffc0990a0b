/* SPDX-License-Identifier: MIT */
#include "driver_internal.h"

#include "clock.h"
#include "duty_sum.h"
#include "interrupt.h"
#include "lanes.h"
#include "memory.h"
#include "offcpu.h"

#include <errno.h>
#include <stdlib.h>

/* Relaxed: nothing but the number itself is passed on; lanes_run() orders the rest. */
static int fatal_of(const struct driver *d)
{
	return atomic_load_explicit(&d->fatal, memory_order_relaxed);
}

/* The first one counts, but for a lost thread: then nobody may wait or free any more. */
static void note_fatal(struct driver *d, int fatal)
{
	int none = 0;

	if (fatal == -ETIMEDOUT)
		atomic_store_explicit(&d->fatal, fatal, memory_order_relaxed);
	else if (fatal)
		atomic_compare_exchange_strong_explicit(&d->fatal, &none, fatal,
							memory_order_relaxed, memory_order_relaxed);
}

/* A thread is lost or strange: whatever is tried next may wait for it for ever. */
static bool is_stuck(const struct driver *d)
{
	int fatal = fatal_of(d);

	return fatal && fatal != -EILSEQ && fatal != -ENOMEM;
}

static struct ladder *ladder_of(struct driver *d, const struct tenancy *ty)
{
	return d->nr_ladders > 1 ? &d->ladders[ty - d->tenancies.list] : d->ladders;
}

/* Of a real driver the kernel may have touched any thread: those of other CPUs that are up, too. */
static void check_comeback(struct driver *d, const struct tenancy *ty, struct step_sample *s)
{
	comeback_check_threads(ty, s);
	comeback_check_cpuset(&d->comeback, s);
	/* What other lanes do to those threads at the moment, nobody knows. */
	if (d->nr_lanes > 1)
		return;
	for (size_t i = 0; i < d->tenancies.nr && d->comeback.is_real; i++) {
		const struct tenancy *other = &d->tenancies.list[i];

		if (other != ty && ladder_is_up(d->ladders, other))
			comeback_check_others(other, s);
	}
}

/*
 * What the kernel did to the masks of threads that should have kept theirs while away. Asked only
 * where a kernel was involved: it comes right before a timed step, and not for every contender.
 */
uint32_t driver_nr_lost_while_away(const struct driver *d, const struct tenancy *ty)
{
	enum contender_leaves leaves = d->ladders->contender->leaves;

	if (!d->comeback.is_real || (leaves != LEAVES_ASLEEP && leaves != LEAVES_NOT))
		return 0;
	return comeback_nr_unbound(ty);
}

/* A refused offline may have got as far as moving threads: they must be where they were. */
void driver_check_rolled_back(struct driver *d, const struct tenancy *ty, struct step_sample *s)
{
	const struct ladder *l = ladder_of(d, ty);

	if (l->fatal || !ladder_is_up(l, ty))
		return;
	step_count_wrong_cpus(s, ty, l->contender);
	check_comeback(d, ty, s);
}

static int step_down(struct driver *d, struct tenancy *ty, struct step_sample *s)
{
	struct ladder *l = ladder_of(d, ty);
	int ret = ladder_down(l, ty);

	if (ret) {
		offcpu_watch(ty); /* the way back may have made new threads */
		driver_check_rolled_back(d, ty, s);
		return ret;
	}
	step_phases_down(s, l->contender, &l->stamps, l->off_cpu);
	offcpu_unwatch(ty);
	return 0;
}

int driver_step_up(struct driver *d, struct tenancy *ty, struct step_sample *s, uint32_t nr_lost)
{
	struct ladder *l = ladder_of(d, ty);
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

void driver_wait_until(const struct driver *d, uint64_t planned_ns)
{
	if (d->setup->wait == WAIT_BLOCK)
		interrupt_sleep_until_ns(planned_ns);
	while (clock_now_ns() < planned_ns && !interrupt_is_due())
		;
}

bool driver_was_disturbed(const struct driver *d)
{
	const struct hotplug *hotplug = d->setup->hotplug;

	/* The driver knows what it did last itself, but not what other lanes are doing. */
	return d->nr_lanes == 1 && hotplug->was_disturbed && hotplug->was_disturbed();
}

static enum step_status status_of(const struct ladder *l, int ret)
{
	if (l->fatal)
		return STEP_LOST;
	if (ret == HOTPLUG_NO_OP || (!ret && l->step.is_unchanged))
		return STEP_NO_OP;
	return ret ? STEP_REFUSED : STEP_DONE;
}

void driver_judge(const struct ladder *l, struct step_sample *s, int ret)
{
	s->status = status_of(l, ret);
	s->error = s->status == STEP_NO_OP ? 0 : -ret;
	s->nr_retries = l->step.nr_retries;
	s->fail_state = (uint32_t)l->step.fail_state;
}

void driver_mark_spoiled(struct step_sample *s, bool is_spoiled)
{
	if (is_spoiled && (s->status == STEP_DONE || s->status == STEP_NO_OP))
		s->status = STEP_SPOILED;
}

/* There and back, or refused as planned. What had to be refused and was not ends the block. */
static int take_step(struct driver *d, struct tenancy *ty, struct step_sample *s)
{
	struct ladder *l = ladder_of(d, ty);
	int ret;

	ladder_expect(l, s->action, s->fails);
	ret = s->action == PLAN_OFFLINE
		      ? step_down(d, ty, s)
		      : driver_step_up(d, ty, s, driver_nr_lost_while_away(d, ty));
	ladder_expect(l, s->action, PLAN_FAILS_NOT);
	note_fatal(d, l->fatal);
	if (s->fails && (!ret || ret == HOTPLUG_NO_OP))
		note_fatal(d, -EILSEQ);
	return ret;
}

/* With the ladder's lock held: lanes may want the same CPU. */
static void run_due_step(struct driver *d, struct tenancy *ty, struct step_sample *s)
{
	const struct ladder *l = ladder_of(d, ty);
	bool is_down = s->action == PLAN_OFFLINE, is_spoiled = driver_was_disturbed(d);
	int ret;

	s->started_ns = clock_now_ns() - d->block->started_ns;
	if (ladder_is_up(l, ty) != is_down) {
		/* It is there already: an earlier step was refused, or another lane's. */
		s->status = STEP_NO_OP;
		return;
	}
	ret = take_step(d, ty, s);
	s->ended_ns = clock_now_ns() - d->block->started_ns;
	driver_judge(l, s, ret);
	driver_mark_spoiled(s, is_spoiled | driver_was_disturbed(d));
}

/* @slip_ns: how much later than planned the schedule of the lane runs by now. */
static void run_step(struct driver *d, struct step_sample *s, uint64_t slip_ns)
{
	struct tenancy *ty = tenancies_of(&d->tenancies, s->cpu);
	struct ladder *l = ladder_of(d, ty);

	driver_wait_until(d, d->block->started_ns + s->planned_ns + slip_ns);
	if (interrupt_is_due())
		return;
	ladder_lock(l);
	run_due_step(d, ty, s);
	ladder_unlock(l);
	if (d->nr_lanes > 1)
		step_phases_withhold(s, BLANK_LANES);
	else if (d->setup->real_cpus)
		step_phases_withhold(s, BLANK_VIRTUAL);
}

/* One step, or all of a direction where the driver moves them together. Returns how many. */
static size_t run_next(struct driver *d, size_t i, uint64_t slip_ns)
{
	size_t nr = 1;

	if (!d->setup->hotplug->move_group) {
		run_step(d, &d->block->steps[i], slip_ns);
		return nr;
	}
	d->slip_ns = slip_ns;
	note_fatal(d, driver_run_group(d, i, &nr));
	return nr;
}

static void run_lane(void *driver, unsigned int lane)
{
	struct driver *d = driver;
	struct block *block = d->block;
	uint64_t slip_ns = 0;

	for (size_t i = 0; i < block->nr_steps && !fatal_of(d) && !interrupt_is_due();) {
		if (block->steps[i].lane != lane) {
			i++;
			continue;
		}
		i += run_next(d, i, slip_ns);
		if (d->setup->pacing == PACING_PAUSE)
			slip_ns =
				clock_now_ns() - block->started_ns - block->steps[i - 1].planned_ns;
		interrupt_look();
	}
}

static void fill_in_samples(struct block *block, const struct plan *plan,
			    const struct run_setup *setup)
{
	block->nr_steps = plan->nr_steps;
	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		block->steps[i] = (struct step_sample){
			.seq = (uint32_t)i,
			.cpu = step->cpu,
			.lane = step->lane,
			.real_cpu = run_real_cpu(setup, step->cpu),
			.action = step->action,
			.fails = step->fails,
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
		struct tenancy *ty = &d->tenancies.list[i];

		ret = ladder_up(ladder_of(d, ty), ty);
		note_fatal(d, ladder_of(d, ty)->fatal);
		if (!ret)
			offcpu_watch(ty);
	}
	return ret;
}

/*
 * A step that was refused, or an end before the plan's, left CPUs away: back, before their threads
 * are asked to end. What cannot come back now is for whoever restores the machine.
 */
static void bring_all_back(struct driver *d)
{
	for (size_t i = 0; i < d->tenancies.nr && !is_stuck(d); i++) {
		struct tenancy *ty = &d->tenancies.list[i];

		if (!ladder_is_up(ladder_of(d, ty), ty))
			ladder_bring_back(ladder_of(d, ty), ty);
	}
}

/* After the last step, untimed. Goes on after a refusal: finish() copes with what is left. */
static void take_all_down(struct driver *d)
{
	for (size_t i = 0; i < d->tenancies.nr && !is_stuck(d); i++) {
		struct tenancy *ty = &d->tenancies.list[i];

		ladder_down(ladder_of(d, ty), ty);
		note_fatal(d, ladder_of(d, ty)->fatal);
	}
}

static void set_timed(struct driver *d, bool is_timed)
{
	for (size_t i = 0; i < d->nr_ladders; i++)
		ladder_set_timed(&d->ladders[i], is_timed);
}

static int run_plan(struct driver *d)
{
	const struct probe *probe = d->ladders->probe;
	struct block *block = d->block;
	struct spin_result before;
	int ret = 0;

	tenancies_sum_spins(&d->tenancies, &before);
	set_timed(d, true);
	if (probe)
		probe->begin(probe->arg, NR_PHASES);
	block->duty.nr_done_in_plan = duty_sum_done(&d->tenancies);
	block->started_ns = clock_now_ns();
	driver_was_disturbed(d); /* what happened between blocks spoils no step */
	if (d->nr_lanes > 1)
		ret = lanes_run(d->nr_lanes, run_lane, d);
	else
		run_lane(d, 0);
	block->ended_ns = clock_now_ns();
	block->duty.nr_done_in_plan = duty_sum_done(&d->tenancies) - block->duty.nr_done_in_plan;
	if (probe)
		probe->end(probe->arg, NR_PHASES);
	set_timed(d, false);
	tenancies_sum_spins(&d->tenancies, &block->spins);
	block->spins.nr_waits -= before.nr_waits;
	block->spins.nr_won -= before.nr_won;
	block->spins.spun_ns -= before.spun_ns;
	bring_all_back(d);
	if (fatal_of(d))
		return fatal_of(d);
	return interrupt_is_due() ? -EINTR : ret;
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
	duty_sum_items(&d->tenancies, &block->duty);
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

static int make_ladders(struct driver *d, const struct ladder *like)
{
	int ret = 0;

	d->ladders = calloc(d->nr_ladders, sizeof(*d->ladders));
	if (!d->ladders)
		return -ENOMEM;
	for (size_t i = 0; i < d->nr_ladders && !ret; i++) {
		d->ladders[i] = *like;
		d->ladders[i].tenancies = &d->tenancies;
		ret = ladder_init(&d->ladders[i]);
	}
	return ret;
}

/* Accepts what make_ladders() left half-way. */
static void free_ladders(struct driver *d)
{
	for (size_t i = 0; i < d->nr_ladders && d->ladders; i++)
		ladder_fini(&d->ladders[i]);
	free(d->ladders);
}

static void return_cpus(struct driver *d)
{
	for (size_t i = 0; i < d->tenancies.nr; i++)
		ladder_return_cpu(ladder_of(d, &d->tenancies.list[i]), &d->tenancies.list[i]);
}

static int run_with_tenants(struct driver *d, const struct ladder *like,
			    const struct memory_snapshot *before)
{
	int ret = make_ladders(d, like);
	bool has_ladders = !ret;

	if (!ret)
		ret = bring_all_up(d);
	/* Contenders whose threads never arrive have not been asked yet. */
	if (!ret)
		ret = -tenancies_error(&d->tenancies);
	if (!ret && d->block->pass != PASS_MEMORY)
		ret = run_plan(d);
	if (has_ladders)
		take_all_down(d);
	if (!ret && before)
		record_held(d, before);
	if (!is_stuck(d))
		tenancies_stop(&d->tenancies);
	if (has_ladders && !is_stuck(d))
		return_cpus(d);
	return ret ? ret : check_work(d);
}

int driver_run_block(const struct recording *rec, const struct probe *probe, struct block *block)
{
	const struct cell *cell = &rec->cells[block->cell];
	const struct contender *contender = rec->arms[block->arm].contender;
	const struct ladder like = { .setup = rec->setup, .contender = contender, .probe = probe };
	struct memory_snapshot before;
	struct driver d = { .setup = rec->setup, .block = block, .nr_ladders = 1 };
	bool has_before;
	int ret;

	d.nr_lanes = plan_nr_lanes(cell->plan);
	fill_in_samples(block, cell->plan, rec->setup);
	comeback_init(&d.comeback, rec->setup);
	has_before = !snapshot(block, &before);
	ret = tenancies_init(&d.tenancies, rec->setup, cell, contender);
	if (d.nr_lanes > 1)
		d.nr_ladders = d.tenancies.nr;
	if (!ret)
		ret = run_with_tenants(&d, &like, has_before ? &before : NULL);
	/* A lost thread may still use its tenant and its ladder: they stay. */
	if (fatal_of(&d) == -ETIMEDOUT)
		return -ETIMEDOUT;
	free_ladders(&d);
	comeback_fini(&d.comeback);
	for (size_t i = 0; i < d.tenancies.nr && d.tenancies.list; i++)
		offcpu_unwatch(&d.tenancies.list[i]);
	tenancies_fini(&d.tenancies);
	return ret;
}
