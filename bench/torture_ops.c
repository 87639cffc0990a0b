/* SPDX-License-Identifier: MIT */
/* What a controller does to victims, and which results what happened meanwhile allows. */
#include "clock.h"
#include "torture_internal.h"

#include <errno.h>
#include <sched.h>

const struct torture_op_row torture_ops[NR_TORTURE_OPS] = {
#define X(constant, name, weight, summary) { name, weight, summary },
	TORTURE_OPS(X)
#undef X
};

void torture_draw(struct controller_thread *c, struct torture_draw *ret)
{
	const struct torture_options *options = c->t->options;
	unsigned int sum = 0, at;

	for (int op = 0; op < NR_TORTURE_OPS; op++)
		sum += options->weights[op];
	at = (unsigned int)random_below(&c->random, sum);
	ret->op = 0;
	while (at >= options->weights[ret->op])
		at -= options->weights[ret->op++];
	for (size_t i = 0; i < sizeof(ret->slots) / sizeof(ret->slots[0]); i++)
		ret->slots[i] = (unsigned int)random_below(&c->random, options->nr_threads);
	ret->a = random_next(&c->random);
	ret->b = random_next(&c->random);
	ret->c = random_next(&c->random);
}

/*
 * What was under way when a call began. A release that has begun since, or had not ended then, may
 * have ended any park.
 */
struct moment {
	unsigned long nr_releases;
	bool is_quiet;
};

static struct moment moment_of(struct victim *v)
{
	unsigned long nr_done = atomic_load(&v->nr_releases_done);
	unsigned long nr_begun = atomic_load(&v->nr_releases_begun);

	return (struct moment){ nr_begun, nr_done == nr_begun };
}

static bool is_undisturbed(struct victim *v, struct moment since)
{
	return since.is_quiet && atomic_load(&v->nr_releases_begun) == since.nr_releases;
}

/* It is parked and nobody has let it go: give it every chance to be seen running. */
static void check_frozen(struct victim *v, struct moment since, unsigned int nr_yields)
{
	unsigned long first = relaxed_load(&v->nr_turns), last;
	int phase = relaxed_load(&v->phase);
	char name[VICTIM_NAME_BYTES];

	while (nr_yields--)
		sched_yield();
	last = relaxed_load(&v->nr_turns);
	/* What was seen counts if nothing has disturbed it up to now. */
	if (!is_undisturbed(v, since))
		return;
	torture_checked(v->t, 1);
	victim_name(v, name, sizeof(name));
	if (last != first)
		torture_violation(v->t, 1, "%s went from turn %lu to %lu after park returned 0",
				  name, first, last);
	torture_checked(v->t, 4);
	if (phase != PHASE_NEW && phase != PHASE_PARKING && phase != PHASE_BACK)
		torture_violation(v->t, 4, "park returned 0, but %s was %s", name,
				  victim_phase_name(phase));
}

static void check_park_result(struct victim *v, struct moment since, int ret, bool may_time_out)
{
	char name[VICTIM_NAME_BYTES];
	bool is_allowed = ret == 0 || (ret == -ETIMEDOUT && may_time_out);

	if (ret == -ENOSYS)
		is_allowed = relaxed_load(&v->is_leaving);
	else if (ret == -ECANCELED)
		is_allowed = !is_undisturbed(v, since);
	torture_checked(v->t, 3);
	if (!is_allowed)
		torture_violation(v->t, 3, "park of %s returned %d, for which there was no reason",
				  victim_name(v, name, sizeof(name)), ret);
}

static void park_begin(struct victim *v)
{
	relaxed_add(&v->nr_parks_active, 1);
	relaxed_add(&v->nr_parks_begun, 1);
}

static void park_end(struct victim *v)
{
	atomic_fetch_sub_explicit(&v->nr_parks_active, 1, memory_order_relaxed);
}

static int park(struct controller_thread *c, struct victim *v, const struct torture_draw *draw)
{
	bool may_time_out = draw->op == TORTURE_PARK_TIMEOUT;
	struct moment since = moment_of(v);
	int ret;

	park_begin(v);
	watch_begin(c, 3, may_time_out ? "kthread_park_timeout()" : "kthread_park()", (int)v->slot);
	ret = may_time_out ? kthread_park_timeout(v->k, draw->a % 200000) : kthread_park(v->k);
	watch_end(c);
	park_end(v);
	check_park_result(v, since, ret, may_time_out);
	if (!ret)
		check_frozen(v, since, (unsigned int)(draw->b % 8));
	return ret == 0;
}

static size_t get_many(struct controller_thread *c, const struct torture_draw *draw,
		       struct victim *victims[4], struct kthread *threads[4])
{
	size_t nr = 0;

	for (size_t i = 0; i < 1 + draw->a % 4; i++) {
		victims[nr] = victim_get(c->t, draw->slots[i]);
		if (!victims[nr])
			continue;
		threads[nr] = victims[nr]->k;
		nr++;
	}
	return nr;
}

static int park_many(struct controller_thread *c, const struct torture_draw *draw)
{
	struct victim *victims[4];
	struct kthread *threads[4];
	struct moment since[4];
	size_t nr = get_many(c, draw, victims, threads), nr_parked = 0;
	int ret[4];

	if (!nr)
		return -1;
	for (size_t i = 0; i < nr; i++) {
		since[i] = moment_of(victims[i]);
		park_begin(victims[i]);
	}
	watch_begin(c, 3, "kthread_park_many()", (int)victims[0]->slot);
	kthread_park_many(threads, nr, ret);
	watch_end(c);
	for (size_t i = 0; i < nr; i++) {
		park_end(victims[i]);
		check_park_result(victims[i], since[i], ret[i], false);
		if (!ret[i]) {
			nr_parked++;
			check_frozen(victims[i], since[i], 1);
		}
		victim_put(victims[i]);
	}
	return nr_parked == nr;
}

static void check_unpark_result(struct victim *v, int ret)
{
	char name[VICTIM_NAME_BYTES];
	/* Parked again before it ran: somebody may always be about to ask for that. */
	bool is_allowed = ret == 0 || ret == -ECANCELED;

	/* A stop lets it run anywhere. */
	if (ret == -ESRCH || ret == -EXDEV)
		is_allowed = relaxed_load(&v->is_leaving);
	torture_checked(v->t, 5);
	if (!is_allowed)
		torture_violation(v->t, ret == -EXDEV ? 2 : 5,
				  "unpark of %s returned %d, for which there was no reason",
				  victim_name(v, name, sizeof(name)), ret);
}

static int unpark(struct controller_thread *c, struct victim *v, bool is_waiting)
{
	int ret;

	watch_begin(c, 5, is_waiting ? "kthread_unpark_wait()" : "kthread_unpark()", (int)v->slot);
	pthread_rwlock_rdlock(&v->release);
	victim_release_begin(v);
	ret = is_waiting ? kthread_unpark_wait(v->k) : kthread_unpark(v->k);
	victim_release_end(v);
	pthread_rwlock_unlock(&v->release);
	watch_end(c);
	check_unpark_result(v, ret);
	return ret == 0;
}

/* Leaves out whom somebody holds: two who wait for each other's victims would be a deadlock. */
static size_t begin_many(struct victim *victims[4], struct kthread *threads[4], size_t nr)
{
	size_t nr_begun = 0;

	for (size_t i = 0; i < nr; i++) {
		if (pthread_rwlock_tryrdlock(&victims[i]->release)) {
			victim_put(victims[i]);
			continue;
		}
		victim_release_begin(victims[i]);
		victims[nr_begun] = victims[i];
		threads[nr_begun++] = victims[i]->k;
	}
	return nr_begun;
}

static int unpark_many(struct controller_thread *c, const struct torture_draw *draw)
{
	struct victim *victims[4];
	struct kthread *threads[4];
	size_t nr = begin_many(victims, threads, get_many(c, draw, victims, threads));
	int ret[4], nr_released = 0;

	if (!nr)
		return -1;
	watch_begin(c, 5, "kthread_unpark_many()", (int)victims[0]->slot);
	kthread_unpark_many(threads, nr, ret);
	watch_end(c);
	for (size_t i = 0; i < nr; i++) {
		victim_release_end(victims[i]);
		pthread_rwlock_unlock(&victims[i]->release);
		check_unpark_result(victims[i], ret[i]);
		nr_released += !ret[i];
		victim_put(victims[i]);
	}
	return nr_released == (int)nr;
}

/* Somewhere else, now and then: the unpark has to bring a per-CPU one back, and no other. */
static void shake(struct torture *t, struct victim *v, uint64_t luck)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	cpumask_set_cpu(t->cpus[luck % t->nr_stable_cpus], &mask);
	if (luck >> 32 & 1)
		sched_setaffinity(kthread_tid(v->k), sizeof(mask), (cpu_set_t *)mask.bits);
}

static void affinity_of(struct victim *v, struct cpumask *ret)
{
	cpumask_clear(ret);
	sched_getaffinity(kthread_tid(v->k), sizeof(*ret), (cpu_set_t *)ret->bits);
}

/* Nobody but the library and the one who holds it changes where it may run. */
static void check_affinity(struct victim *v, const struct cpumask *before)
{
	struct cpumask expected = *before, seen;
	char name[VICTIM_NAME_BYTES];

	affinity_of(v, &seen);
	if (v->kind.is_per_cpu) {
		cpumask_clear(&expected);
		cpumask_set_cpu(v->kind.cpu, &expected);
	}
	/* Who ends has no affinity, or somebody else has its number. */
	if (relaxed_load(&v->is_leaving))
		return;
	torture_checked(v->t, 2);
	if (!cpumask_equal(&seen, &expected))
		torture_violation(v->t, 2, "%s: its affinity is not right after an unpark",
				  victim_name(v, name, sizeof(name)));
}

/* It has to run, unless somebody wants it parked again, or it ends. */
static void await_run(struct controller_thread *c, struct victim *v, unsigned long nr_turns,
		      unsigned long nr_parks)
{
	unsigned int nr_looks = 0;

	watch_begin(c, 5, "running after an unpark", (int)v->slot);
	while (relaxed_load(&v->nr_turns) == nr_turns && !relaxed_load(&v->is_leaving) &&
	       relaxed_load(&v->nr_parks_begun) == nr_parks)
		torture_linger(&nr_looks);
	watch_end(c);
	torture_checked(c->t, 5);
	if (relaxed_load(&v->nr_turns) != nr_turns)
		relaxed_add(&v->nr_held, 1);
}

/* Nobody else can let it go here: what is seen of it while parked is certain. */
static int hold_alone(struct controller_thread *c, struct victim *v,
		      const struct torture_draw *draw)
{
	struct moment since = moment_of(v);
	unsigned long nr_turns, nr_parks;
	struct cpumask affinity;
	bool is_wanted;
	int ret;

	park_begin(v);
	watch_begin(c, 3, "kthread_park()", (int)v->slot);
	ret = kthread_park(v->k);
	watch_end(c);
	park_end(v);
	check_park_result(v, since, ret, false);
	if (ret)
		return 0;
	nr_turns = relaxed_load(&v->nr_turns);
	v->note = v->scratch;
	shake(c->t, v, draw->b);
	affinity_of(v, &affinity);
	check_frozen(v, since, (unsigned int)(draw->a % 32));
	v->note = v->scratch ^ draw->c;
	nr_parks = relaxed_load(&v->nr_parks_begun);
	is_wanted = relaxed_load(&v->nr_parks_active);
	victim_release_begin(v);
	watch_begin(c, 5, "kthread_unpark()", (int)v->slot);
	ret = draw->c & 1 ? kthread_unpark_wait(v->k) : kthread_unpark(v->k);
	watch_end(c);
	victim_release_end(v);
	check_unpark_result(v, ret);
	if (!ret)
		check_affinity(v, &affinity);
	/* Whose park was under way already may have it parked again before it runs. */
	if (!ret && !is_wanted)
		await_run(c, v, nr_turns, nr_parks);
	return 1;
}

static int hold(struct controller_thread *c, struct victim *v, const struct torture_draw *draw)
{
	int ret;

	if (pthread_rwlock_trywrlock(&v->release))
		return -1;
	ret = hold_alone(c, v, draw);
	pthread_rwlock_unlock(&v->release);
	return ret;
}

/* Works until the first start, parked or not: never beside one who holds it and knows its mask. */
static int bind_new(struct controller_thread *c, struct victim *v, const struct torture_draw *draw)
{
	int ret;

	if (pthread_rwlock_tryrdlock(&v->release))
		return -1;
	ret = kthread_bind(v->k, c->t->cpus[draw->a % c->t->nr_stable_cpus]);
	pthread_rwlock_unlock(&v->release);
	return ret == 0;
}

static int submit(struct victim *v)
{
	relaxed_add(&v->nr_submitted, 1);
	relaxed_add(&v->nr_pending, 1);
	return kthread_wake(v->k) == 0;
}

/* Set, and wake it so that it looks. */
static int ask(struct victim *v, atomic_bool *what)
{
	relaxed_store(what, true);
	return kthread_wake(v->k) == 0;
}

static int renew(struct controller_thread *c, const struct torture_draw *draw)
{
	const struct victim_kind kind = {
		.wait = (enum victim_wait)(draw->a % NR_VICTIM_WAITS),
		.is_per_cpu = draw->a >> 8 & 1,
		.returns_to_park = draw->a >> 9 & 1,
		.is_created_parked = draw->a >> 10 & 1,
		.is_started = draw->a >> 11 & 3,
		.leaves_by_exit = draw->a >> 13 & 1,
		.is_affine = !(draw->a >> 8 & 1) && draw->a >> 14 & 1,
		.cpu = c->t->cpus[draw->b % c->t->nr_stable_cpus],
		.result = 1 + (int)(draw->c % 1000),
	};
	int ret = victim_stop(c, draw->slots[0]);

	if (ret)
		return -1;
	watch_begin(c, 3, "kthread_create_attr()", (int)draw->slots[0]);
	ret = victim_create(c->t, draw->slots[0], &kind);
	watch_end(c);
	return ret == 0;
}

static int do_one(struct controller_thread *c, struct victim *v, const struct torture_draw *draw)
{
	switch (draw->op) {
	case TORTURE_PARK:
	case TORTURE_PARK_TIMEOUT:
		return park(c, v, draw);
	case TORTURE_UNPARK:
	case TORTURE_UNPARK_WAIT:
		return unpark(c, v, draw->op == TORTURE_UNPARK_WAIT);
	case TORTURE_HOLD:
		return hold(c, v, draw);
	case TORTURE_SELFPARK:
		return ask(v, &v->wants_selfpark);
	case TORTURE_EXIT:
		return ask(v, &v->wants_exit);
	case TORTURE_BIND:
		return bind_new(c, v, draw);
	default:
		return submit(v);
	}
}

int torture_do(struct controller_thread *c, const struct torture_draw *draw)
{
	struct victim *v;
	int ret;

	switch (draw->op) {
	case TORTURE_PARK_MANY:
		return park_many(c, draw);
	case TORTURE_UNPARK_MANY:
		return unpark_many(c, draw);
	case TORTURE_RENEW:
		return renew(c, draw);
	case TORTURE_CPU:
	case TORTURE_CPU_FAIL:
		return c->t->ladder ? torture_ladder_move(c, draw) : -1;
	case TORTURE_KIND:
		return c->t->ladder ? torture_ladder_kind(c) : -1;
	case TORTURE_FAIL:
		return torture_inject(c, draw);
	default:
		break;
	}
	v = victim_get(c->t, draw->slots[0]);
	if (!v)
		return -1;
	ret = do_one(c, v, draw);
	victim_put(v);
	return ret;
}

/* Everybody else has ended: its work must get done, whatever it has been through. */
static void drain_one(struct controller_thread *c, struct victim *v)
{
	unsigned int nr_looks = 0;

	kthread_wake(v->k); /* starts it if nobody has */
	watch_begin(c, 7, "work to be done", (int)v->slot);
	while (relaxed_load(&v->nr_worked) != relaxed_load(&v->nr_submitted) &&
	       !relaxed_load(&v->is_leaving) && !atomic_load(&c->t->invariant)) {
		/* It may have been about to park itself. */
		kthread_unpark(v->k);
		torture_linger(&nr_looks);
	}
	watch_end(c);
	torture_checked(c->t, 7);
}

void torture_drain(struct controller_thread *c)
{
	for (unsigned int slot = 0; slot < c->t->options->nr_threads; slot++) {
		struct victim *v = victim_get(c->t, slot);

		if (!v)
			continue;
		drain_one(c, v);
		victim_put(v);
		victim_stop(c, slot);
	}
}
