/* SPDX-License-Identifier: MIT */
/*
 * CPUs that come and go under the victims' feet: a ladder with the hotplug driver at the bottom, a
 * kind of smpboot thread, and steps that only keep a ledger of their callbacks.
 */
#include "torture_internal.h"

#include <kpark/cpuhp.h>
#include <kpark/smpboot.h>

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	RUNG_HOTPLUG = 1,
	RUNG_LOW = 4,
	RUNG_PREPARE = 8,
	RUNG_OPEN = 12,
	RUNG_THREADS = 16,
	RUNG_HIGH = 20
};

#define ERROR_OF_FAIL_POINT (-ENOANO) /* nobody else uses it */

/* One CPU: its thread's ledger is the thread's, the steps' the ladder's. */
struct walker {
	pthread_mutex_t move; /* so that a move's beginning and end are known */
	bool is_low, is_high; /* under the ladder's lock */
	atomic_bool is_open;
	atomic_ulong nr_accepted, nr_pending, nr_worked;
	bool is_set_up, is_active; /* of the thread, read after its end */
	atomic_ulong nr_parks, nr_unparks;
};

struct torture_ladder {
	struct torture *t;
	struct cpuhp *hp;
	struct smpboot *sb;
	struct smp_hotplug_thread kind;
	struct hotplug_step step; /* under the ladder's lock */
	struct walker *walkers;	  /* by CPU number */
	atomic_ulong nr_up, nr_down, nr_rolled_back;
	bool is_registered;
};

static int flip(struct torture_ladder *l, bool *is_up, bool next, unsigned int cpu)
{
	if (*is_up == next)
		torture_violation(l->t, 8, "a ladder's callback ran twice in a row for CPU %u: %s",
				  cpu, next ? "startup" : "teardown");
	*is_up = next;
	torture_checked(l->t, 8);
	return 0;
}

static int low_startup(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	return flip(l, &l->walkers[cpu].is_low, true, cpu);
}

static int low_teardown(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	return flip(l, &l->walkers[cpu].is_low, false, cpu);
}

static int high_startup(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	return flip(l, &l->walkers[cpu].is_high, true, cpu);
}

static int high_teardown(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	return flip(l, &l->walkers[cpu].is_high, false, cpu);
}

/* Open for work before the thread can run, closed after it has parked. */
static int open_cpu(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	atomic_store(&l->walkers[cpu].is_open, true);
	return 0;
}

static int close_cpu(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	atomic_store(&l->walkers[cpu].is_open, false);
	return 0;
}

/* The first CPU of a real run: the suite itself lives there, and it may have no control file. */
static bool has_to_stay(const struct torture *t, unsigned int cpu)
{
	return !t->options->hotplug->is_simulated && cpu == t->cpus[0];
}

static int hotplug_online(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	return has_to_stay(l->t, cpu) ? 0 : l->t->options->hotplug->online(cpu, &l->step);
}

static int hotplug_offline(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	return l->t->options->hotplug->offline(cpu, &l->step);
}

/*
 * The thread's callbacks. All run in the thread, so the ledger needs no atomics.
 */

static void expect(struct torture_ladder *l, bool is_right, const char *what, unsigned int cpu)
{
	torture_checked(l->t, 8);
	if (!is_right)
		torture_violation(l->t, 8, "%s of CPU %u's thread at the wrong time", what, cpu);
}

static bool has_work(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;

	expect(l, l->walkers[cpu].is_active, "should_run", cpu);
	return relaxed_load(&l->walkers[cpu].nr_pending);
}

static void do_work(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;
	struct walker *w = &l->walkers[cpu];

	expect(l, w->is_active, "a turn", cpu);
	if (sched_getcpu() != (int)cpu)
		torture_violation(l->t, 2, "CPU %u's thread works on CPU %d", cpu, sched_getcpu());
	relaxed_add(&w->nr_worked,
		    atomic_exchange_explicit(&w->nr_pending, 0, memory_order_relaxed));
}

static void set_up(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;
	struct walker *w = &l->walkers[cpu];

	expect(l, !w->is_set_up, "setup", cpu);
	w->is_set_up = w->is_active = true;
}

static void before_park(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;
	struct walker *w = &l->walkers[cpu];

	expect(l, w->is_set_up && w->is_active, "park", cpu);
	w->is_active = false;
	relaxed_add(&w->nr_parks, 1);
}

static void after_unpark(unsigned int cpu, void *data)
{
	struct torture_ladder *l = data;
	struct walker *w = &l->walkers[cpu];

	expect(l, w->is_set_up && !w->is_active, "unpark", cpu);
	w->is_active = true;
	relaxed_add(&w->nr_unparks, 1);
}

static void clean_up(unsigned int cpu, bool is_online, void *data)
{
	struct torture_ladder *l = data;
	struct walker *w = &l->walkers[cpu];

	(void)is_online;
	expect(l, w->is_set_up, "cleanup", cpu);
	w->is_set_up = false;
}

static int add_steps(struct torture_ladder *l)
{
	const struct cpuhp_step low = { "torture:low", low_startup, low_teardown, l };
	const struct cpuhp_step high = { "torture:high", high_startup, high_teardown, l };
	const struct cpuhp_step open = { "torture:open", open_cpu, close_cpu, l };
	const struct cpuhp_step hotplug = { "hotplug", hotplug_online, hotplug_offline, l };
	int ret = cpuhp_setup_state(l->hp, RUNG_LOW, &low);

	if (!ret)
		ret = cpuhp_setup_state(l->hp, RUNG_HIGH, &high);
	if (!ret)
		ret = cpuhp_setup_state(l->hp, RUNG_OPEN, &open);
	if (!ret)
		ret = cpuhp_setup_state(l->hp, RUNG_HOTPLUG, &hotplug);
	if (ret)
		return ret;
	l->sb = smpboot_create(l->hp, RUNG_PREPARE, RUNG_THREADS);
	return l->sb ? 0 : -errno;
}

static int start(struct torture_ladder *l)
{
	int ret = add_steps(l);

	if (ret)
		return ret;
	l->kind = (struct smp_hotplug_thread){
		.store = calloc(cpuhp_nr_cpus(l->hp), sizeof(struct kthread *)),
		.thread_should_run = has_work,
		.thread_fn = do_work,
		.setup = set_up,
		.cleanup = clean_up,
		.park = before_park,
		.unpark = after_unpark,
		.data = l,
		.thread_comm = "torture/%u",
		.stack_bytes = TORTURE_STACK_BYTES,
	};
	if (!l->kind.store)
		return -ENOMEM;
	ret = smpboot_register_percpu_thread(l->sb, &l->kind);
	l->is_registered = !ret;
	for (size_t i = 0; i < l->t->nr_cpus && !ret; i++)
		ret = cpu_up(l->hp, l->t->cpus[i], CPUHP_ONLINE);
	return ret;
}

/* A kind that is gone again before its threads have done much, or anything. */
int torture_ladder_kind(struct controller_thread *c)
{
	struct torture_ladder *l = c->t->ladder;
	int ret;

	watch_begin(c, 8, "registering a kind", -1);
	ret = torture_short_kind(c->t, l->sb, cpuhp_nr_cpus(l->hp));
	watch_end(c);
	if (ret < 0)
		torture_violation(c->t, 8, "a kind of threads came and went with %d", ret);
	return ret;
}

int torture_ladder_init(struct torture *t)
{
	unsigned int nr_cpus = cpumask_last(&t->options->cpus) + 1;
	struct torture_ladder *l = calloc(1, sizeof(*l));

	if (!l)
		return -ENOMEM;
	t->ladder = l;
	l->t = t;
	l->step.run = t->options->hotplug_run;
	l->walkers = calloc(nr_cpus, sizeof(*l->walkers));
	l->hp = cpuhp_create(nr_cpus);
	for (unsigned int cpu = 0; l->walkers && cpu < nr_cpus; cpu++)
		pthread_mutex_init(&l->walkers[cpu].move, NULL);
	return l->walkers && l->hp ? start(l) : -ENOMEM;
}

/* Which step fails; rungs without one in that direction never do, and then the move succeeds. */
static void arm(struct torture_ladder *l, enum cpuhp_direction direction, uint64_t luck)
{
	static const int rungs[] = { RUNG_LOW, RUNG_PREPARE, RUNG_OPEN, RUNG_THREADS, RUNG_HIGH };
	const struct cpuhp_fail fail = { .error = ERROR_OF_FAIL_POINT };

	cpuhp_fail_at(l->hp, rungs[luck % 5], direction, &fail);
}

struct move {
	unsigned int cpu;
	enum cpuhp_direction direction;
	int from, to;
};

/* A move happens wholly or not at all. */
static void check_move(struct torture_ladder *l, const struct move *move, int ret)
{
	const char *name = move->direction == CPUHP_UP ? "up" : "down";
	int state = cpuhp_cpu_state(l->hp, move->cpu), expected = ret ? move->from : move->to;

	if (!ret)
		atomic_fetch_add(move->direction == CPUHP_UP ? &l->nr_up : &l->nr_down, 1);
	else if (ret == ERROR_OF_FAIL_POINT)
		atomic_fetch_add(&l->nr_rolled_back, 1);
	else if (ret != -EINVAL && l->t->options->hotplug->is_simulated)
		torture_violation(l->t, 8, "CPU %u %s: %d instead of the first error", move->cpu,
				  name, ret);
	torture_checked(l->t, 8);
	if (state != expected)
		torture_violation(l->t, 8, "CPU %u %s from %d to %d gave %d, and it stands on %d",
				  move->cpu, name, move->from, move->to, ret, state);
}

static void submit(struct torture_ladder *l, unsigned int cpu)
{
	struct walker *w = &l->walkers[cpu];

	if (!atomic_load(&w->is_open))
		return;
	relaxed_add(&w->nr_accepted, 1);
	relaxed_add(&w->nr_pending, 1);
	smpboot_wake(&l->kind, cpu);
}

static int move_cpu(struct controller_thread *c, const struct torture_draw *draw, struct move *move)
{
	static const int targets[] = { CPUHP_OFFLINE, RUNG_LOW, RUNG_OPEN, RUNG_THREADS };
	struct torture_ladder *l = c->t->ladder;
	bool is_up = move->direction == CPUHP_UP;
	int ret;

	move->from = cpuhp_cpu_state(l->hp, move->cpu);
	move->to = is_up ? CPUHP_ONLINE : targets[draw->c >> 8 & 3];
	if (draw->op == TORTURE_CPU_FAIL)
		arm(l, move->direction, draw->c);
	ret = is_up ? cpu_up(l->hp, move->cpu, move->to) : cpu_down(l->hp, move->cpu, move->to);
	check_move(l, move, ret);
	return ret;
}

int torture_ladder_move(struct controller_thread *c, const struct torture_draw *draw)
{
	struct torture_ladder *l = c->t->ladder;
	struct move move = {
		.cpu = c->t->cpus[draw->a % c->t->nr_cpus],
		.direction = draw->b & 1 ? CPUHP_UP : CPUHP_DOWN,
	};
	int ret;

	if (has_to_stay(c->t, move.cpu))
		return -1;
	submit(l, move.cpu);
	watch_begin(c, 8, move.direction == CPUHP_UP ? "cpu_up()" : "cpu_down()", -1);
	pthread_mutex_lock(&l->walkers[move.cpu].move);
	ret = move_cpu(c, draw, &move);
	pthread_mutex_unlock(&l->walkers[move.cpu].move);
	watch_end(c);
	submit(l, move.cpu);
	return ret == 0;
}

static void check_walker(struct controller_thread *c, struct torture_ladder *l, unsigned int cpu)
{
	struct walker *w = &l->walkers[cpu];
	unsigned int nr_looks = 0;

	watch_begin(c, 7, "a CPU's thread to do its work", -1);
	while (relaxed_load(&w->nr_worked) != relaxed_load(&w->nr_accepted) &&
	       !atomic_load(&c->t->invariant))
		torture_linger(&nr_looks);
	watch_end(c);
	torture_checked(c->t, 7);
	expect(l, w->is_low && w->is_high, "the ledger of the steps", cpu);
}

void torture_ladder_close(struct controller_thread *c)
{
	struct torture_ladder *l = c->t->ladder;
	int ret = 0;

	for (int rung = RUNG_LOW; rung <= RUNG_HIGH; rung++) {
		cpuhp_fail_at(l->hp, rung, CPUHP_UP, NULL);
		cpuhp_fail_at(l->hp, rung, CPUHP_DOWN, NULL);
	}
	watch_begin(c, 8, "the last cpu_up()", -1);
	for (size_t i = 0; i < c->t->nr_cpus && !ret; i++)
		ret = cpu_up(l->hp, c->t->cpus[i], CPUHP_ONLINE);
	watch_end(c);
	if (ret)
		torture_violation(c->t, 8, "the last cpu_up() gave %d", ret);
	for (size_t i = 0; i < c->t->nr_cpus && !ret; i++)
		check_walker(c, l, c->t->cpus[i]);
	if (smpboot_wrong_cpu(l->sb))
		torture_violation(c->t, 2, "%lu turns of per-CPU threads on a wrong CPU",
				  smpboot_wrong_cpu(l->sb));
	if (cpuhp_rollback_failures(l->hp) || smpboot_undo_failures(l->sb))
		torture_violation(c->t, 8, "%lu callbacks failed on the way back, %lu threads",
				  cpuhp_rollback_failures(l->hp), smpboot_undo_failures(l->sb));
	watch_begin(c, 6, "smpboot_unregister_percpu_thread()", -1);
	smpboot_unregister_percpu_thread(l->sb, &l->kind);
	watch_end(c);
	l->is_registered = false;
	for (size_t i = 0; i < c->t->nr_cpus; i++)
		expect(l, !l->walkers[c->t->cpus[i]].is_set_up, "no cleanup", c->t->cpus[i]);
}

void torture_ladder_fini(struct torture *t)
{
	struct torture_ladder *l = t->ladder;

	if (!l)
		return;
	t->report->nr_up = atomic_load(&l->nr_up);
	t->report->nr_down = atomic_load(&l->nr_down);
	t->report->nr_rolled_back = atomic_load(&l->nr_rolled_back);
	if (l->is_registered)
		smpboot_unregister_percpu_thread(l->sb, &l->kind);
	free(l->kind.store);
	if (l->sb)
		smpboot_destroy(l->sb);
	if (l->hp)
		cpuhp_destroy(l->hp);
	free(l->walkers);
	free(l);
	t->ladder = NULL;
}
