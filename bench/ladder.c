/* SPDX-License-Identifier: MIT */
#include "ladder.h"

#include "clock.h"
#include "offcpu.h"

#include <errno.h>
#include <kpark/cpuhp.h>

static const enum phase phase_of[][NR_RUNGS] = {
	[CPUHP_DOWN] = { [RUNG_HOTPLUG] = PHASE_OFFLINE,
			 [RUNG_OFF_CPU] = PHASE_OFF_CPU,
			 [RUNG_CONTENDER] = PHASE_QUIESCE },
	[CPUHP_UP] = { [RUNG_HOTPLUG] = PHASE_ONLINE, [RUNG_CONTENDER] = PHASE_STARTUP },
};

/* The four parts of a cycle's total follow each other and never overlap. */
static bool is_part_of_total(enum phase phase)
{
	return phase == PHASE_QUIESCE || phase == PHASE_OFFLINE || phase == PHASE_ONLINE ||
	       phase == PHASE_RESUME;
}

/* Not of the proof that threads are off their CPU: there is only the harness to be counted. */
static void probe_begin(const struct ladder *l, enum phase phase)
{
	if (!l->probe || phase == PHASE_OFF_CPU)
		return;
	if (is_part_of_total(phase))
		l->probe->begin(l->probe->arg, PHASE_TOTAL);
	l->probe->begin(l->probe->arg, phase);
}

static void probe_end(const struct ladder *l, enum phase phase)
{
	if (!l->probe || phase == PHASE_OFF_CPU)
		return;
	l->probe->end(l->probe->arg, phase);
	if (is_part_of_total(phase))
		l->probe->end(l->probe->arg, PHASE_TOTAL);
}

/*
 * The one place where rungs are timed: the clock is the last thing before a rung and the first
 * after it. The way back of a refused step belongs to no phase.
 */
static void on_rung(void *data, const struct cpuhp_event *ev)
{
	struct ladder *l = data;
	/* There the group's move has been told of already. */
	bool is_told = ev->state == RUNG_HOTPLUG && l->setup->hotplug->move_group;

	if (ev->is_rollback)
		return;
	if (!ev->is_end) {
		if (!is_told)
			probe_begin(l, phase_of[ev->direction][ev->state]);
		l->stamps.begin_ns[ev->state] = clock_now_ns();
		return;
	}
	l->stamps.end_ns[ev->state] = clock_now_ns();
	if (!is_told)
		probe_end(l, phase_of[ev->direction][ev->state]);
	if (ev->direction == CPUHP_UP && ev->state == RUNG_HOTPLUG && !ev->result) {
		l->is_resuming = true;
		probe_begin(l, PHASE_RESUME);
	}
}

static int hotplug_online(unsigned int cpu, void *data)
{
	struct ladder *l = data;

	return l->setup->hotplug->online(cpu, &l->step);
}

/*
 * Where nothing but our own threads is taken away nobody but us can say that a CPU is the last
 * one that they may use.
 */
static bool is_last_of_ours(const struct ladder *l)
{
	unsigned int nr_up = cpumask_weight(&l->setup->topo->allowed);

	for (size_t i = 0; i < l->tenancies->nr; i++)
		nr_up -= cpuhp_cpu_state(l->hp, l->tenancies->list[i].cpu) < RUNG_HOTPLUG;
	return nr_up <= 1;
}

static int hotplug_offline(unsigned int cpu, void *data)
{
	struct ladder *l = data;

	if (l->fails == PLAN_FAILS_LAST && l->setup->hotplug->is_simulated && is_last_of_ours(l))
		return -EBUSY;
	return l->is_planned ? l->setup->hotplug->offline(cpu, &l->step) : 0;
}

static int contender_startup(unsigned int cpu, void *data)
{
	struct ladder *l = data;
	struct tenancy *ty = tenancies_of(l->tenancies, cpu);
	int ret;

	arrivals_begin(&ty->arrivals, ty->nr_tenants);
	ret = l->contender->startup(ty);
	l->is_arrival_due = !ret && ty->nr_tenants && l->contender->leaves != LEAVES_NOT;
	return ret;
}

static int contender_teardown(unsigned int cpu, void *data)
{
	struct ladder *l = data;
	int ret = l->contender->teardown(tenancies_of(l->tenancies, cpu));

	/* A lost thread: worse than what may have been noted before. */
	if (ret == -ETIMEDOUT)
		l->fatal = ret;
	return ret;
}

/* The rung between: the contender says that its threads have left, the kernel has to say so too. */
static int wait_off_cpu(unsigned int cpu, void *data)
{
	struct ladder *l = data;
	int ret;

	if (l->contender->leaves != LEAVES_ASLEEP && l->contender->leaves != LEAVES_GONE)
		return 0;
	ret = offcpu_wait(tenancies_of(l->tenancies, cpu), l->contender->leaves == LEAVES_GONE,
			  clock_now_ns() + l->setup->deadline_ns);
	if (ret == -ETIMEDOUT)
		l->fatal = ret;
	else if (ret)
		l->off_cpu = ret == -EMFILE || ret == -ENFILE ? BLANK_NO_DESCRIPTORS
							      : BLANK_NOT_OBSERVABLE;
	/* Not what was fatal before: a way back would expect threads that have ended. */
	return ret == -ETIMEDOUT ? ret : 0;
}

int ladder_init(struct ladder *l)
{
	const struct cpuhp_step steps[NR_RUNGS] = {
		[RUNG_HOTPLUG] = { "hotplug", hotplug_online, hotplug_offline, l },
		[RUNG_OFF_CPU] = { "off_cpu", NULL, wait_off_cpu, l },
		[RUNG_CONTENDER] = { "contender", contender_startup, contender_teardown, l },
	};
	int ret = 0;

	pthread_mutex_init(&l->lock, NULL);
	l->hp = cpuhp_create(cpumask_last(&l->tenancies->cell->plan->cpus) + 1);
	if (!l->hp)
		return -errno;
	for (int rung = RUNG_HOTPLUG; rung < NR_RUNGS && !ret; rung++)
		ret = cpuhp_setup_state(l->hp, rung, &steps[rung]);
	return ret;
}

/* After a walk that let threads run: wait until each has arrived and done its first work. */
static int await_arrivals(struct ladder *l, struct tenancy *ty)
{
	int ret;

	if (!l->is_arrival_due)
		return 0;
	l->is_arrival_due = false;
	ret = arrivals_wait(&ty->arrivals, l->setup->wait == WAIT_POLL,
			    clock_now_ns() + l->setup->deadline_ns);
	if (!ret)
		ret = -tenancies_error(l->tenancies);
	if (!l->fatal)
		l->fatal = ret;
	return ret;
}

void ladder_fini(struct ladder *l)
{
	if (!l->hp)
		return;
	cpuhp_destroy(l->hp);
	pthread_mutex_destroy(&l->lock);
	l->hp = NULL;
}

void ladder_set_timed(struct ladder *l, bool is_timed)
{
	l->is_planned = is_timed;
	cpuhp_set_trace(l->hp, is_timed ? on_rung : NULL, l);
}

static struct hotplug_step new_step(const struct ladder *l)
{
	return (struct hotplug_step){ .run = l->setup->hotplug_run, .is_planned = l->is_planned };
}

int ladder_bring_back(struct ladder *l, struct tenancy *ty)
{
	l->step = new_step(l);
	return l->setup->hotplug->online(ty->cpu, &l->step);
}

int ladder_up(struct ladder *l, struct tenancy *ty)
{
	int ret;

	l->step = new_step(l);
	ret = cpu_up(l->hp, ty->cpu, CPUHP_ONLINE);
	if (!ret)
		ret = await_arrivals(l, ty);
	if (l->is_resuming)
		probe_end(l, PHASE_RESUME);
	l->is_resuming = false;
	return ret;
}

int ladder_down(struct ladder *l, struct tenancy *ty)
{
	int ret;

	l->off_cpu = BLANK_NONE;
	l->step = new_step(l);
	ret = cpu_down(l->hp, ty->cpu, CPUHP_OFFLINE);
	if (ret)
		await_arrivals(l, ty); /* the way back has let them run again */
	return ret;
}

int ladder_quiesce(struct ladder *l, struct tenancy *ty)
{
	int ret;

	l->off_cpu = BLANK_NONE;
	l->step = new_step(l);
	ret = cpu_down(l->hp, ty->cpu, RUNG_HOTPLUG);
	if (ret)
		await_arrivals(l, ty); /* the way back has let them run again */
	return ret;
}

int ladder_move_group(struct ladder *l, bool is_online)
{
	const enum phase phase = is_online ? PHASE_ONLINE : PHASE_OFFLINE;
	int ret;

	l->step = new_step(l);
	probe_begin(l, phase);
	l->stamps.begin_ns[RUNG_HOTPLUG] = clock_now_ns();
	ret = l->setup->hotplug->move_group(is_online, &l->step);
	l->stamps.end_ns[RUNG_HOTPLUG] = clock_now_ns();
	probe_end(l, phase);
	return ret;
}

void ladder_take_back(struct ladder *l, struct tenancy *ty)
{
	cpuhp_set_trace(l->hp, NULL, l);
	if (!cpu_up(l->hp, ty->cpu, CPUHP_ONLINE))
		await_arrivals(l, ty);
	cpuhp_set_trace(l->hp, on_rung, l);
}

void ladder_return_cpu(struct ladder *l, const struct tenancy *ty)
{
	if (cpuhp_cpu_state(l->hp, ty->cpu) < RUNG_HOTPLUG)
		cpu_up(l->hp, ty->cpu, RUNG_HOTPLUG);
}

_Static_assert((int)PLAN_FAILS_HOTPLUG == RUNG_HOTPLUG && (int)PLAN_FAILS_OFF_CPU == RUNG_OFF_CPU &&
		       (int)PLAN_FAILS_THREADS == RUNG_CONTENDER,
	       "plans count the rungs from below, too");

void ladder_expect(struct ladder *l, enum plan_action action, enum plan_fails fails)
{
	const struct cpuhp_fail how = { .error = -ECANCELED };
	enum cpuhp_direction direction = action == PLAN_OFFLINE ? CPUHP_DOWN : CPUHP_UP;

	/* Nothing is armed but between two calls, the second of which disarms. */
	if (fails && fails < PLAN_FAILS_LAST)
		cpuhp_fail_at(l->hp, (int)fails, direction, &how);
	else if (l->fails && l->fails < PLAN_FAILS_LAST)
		cpuhp_fail_at(l->hp, (int)l->fails, direction, NULL);
	l->fails = fails;
}

void ladder_lock(struct ladder *l)
{
	pthread_mutex_lock(&l->lock);
}

void ladder_unlock(struct ladder *l)
{
	pthread_mutex_unlock(&l->lock);
}

bool ladder_is_up(const struct ladder *l, const struct tenancy *ty)
{
	return cpuhp_cpu_state(l->hp, ty->cpu) == CPUHP_ONLINE;
}
