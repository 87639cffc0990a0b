/* SPDX-License-Identifier: MIT */
/* The threads that are tortured: what they do, what they note about it, how they begin and end. */
#include "torture_internal.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const phase_names[] = {
	"new", "running", "waiting", "parking", "back", "leaving"
};

const char *victim_phase_name(int phase)
{
	return phase_names[phase];
}

const char *victim_name(const struct victim *v, char *buf, size_t size)
{
	static const char *const waits[] = { "sleep", "poll", "yield" };
	char place[32] = "anywhere";

	if (v->kind.is_per_cpu || v->kind.is_affine)
		snprintf(place, sizeof(place), "%s %u", v->kind.is_per_cpu ? "per-CPU" : "affine",
			 v->kind.cpu);
	snprintf(buf, size, "victim %u (%s, %s, %s)", v->slot, place,
		 v->kind.returns_to_park ? "returns" : "parkme", waits[v->kind.wait]);
	return buf;
}

/* Only a stop lets it run where it happens to be: there is no CPU it has to come back to. */
static void check_cpu(struct victim *v, const char *when)
{
	int cpu = sched_getcpu();
	char name[VICTIM_NAME_BYTES];

	if (!v->kind.is_per_cpu)
		return;
	torture_checked(v->t, 2);
	if (cpu != (int)v->kind.cpu && !kthread_should_stop())
		torture_violation(v->t, 2, "%s is on CPU %d %s", victim_name(v, name, sizeof(name)),
				  cpu, when);
}

static void enter_phase(struct victim *v, enum victim_phase phase)
{
	relaxed_store(&v->phase, (int)phase);
}

static int leave(struct victim *v)
{
	relaxed_store(&v->is_leaving, true);
	enter_phase(v, PHASE_LEAVING);
	if (v->kind.leaves_by_exit)
		kthread_exit(v->kind.result);
	return v->kind.result;
}

static void work(struct victim *v)
{
	unsigned long nr = atomic_exchange_explicit(&v->nr_pending, 0, memory_order_relaxed);

	relaxed_add(&v->nr_worked, nr);
}

static void wait_for_reason(struct victim *v)
{
	struct pollfd poll_fd = { .events = POLLIN };

	if (v->kind.wait == WAIT_YIELD) {
		sched_yield();
		return;
	}
	enter_phase(v, PHASE_WAITING);
	if (v->kind.wait == WAIT_SLEEP) {
		kthread_sleep();
	} else {
		poll_fd.fd = kthread_fd();
		/* A limit on descriptors makes it a victim that yields. */
		if (poll_fd.fd >= 0)
			poll(&poll_fd, 1, -1);
		kthread_trysleep();
	}
	enter_phase(v, PHASE_RUNNING);
}

/* Plain accesses: a controller makes them, too, while the victim is parked. */
static void touch(struct victim *v)
{
	v->scratch += v->note | 1;
}

/* True: return, because it is told to park. */
static bool park_if_asked(struct victim *v)
{
	if (v->kind.returns_to_park)
		return kthread_should_park();
	enter_phase(v, PHASE_PARKING);
	if (kthread_parkme() > 0) {
		relaxed_add(&v->nr_parked, 1);
		relaxed_add(&v->nr_turns, 1);
		check_cpu(v, "after its park");
	}
	enter_phase(v, PHASE_RUNNING);
	return false;
}

static int victim_main(void *data)
{
	struct victim *v = data;

	check_cpu(v, v->is_entered ? "when it is entered again" : "at its first instruction");
	v->is_entered = true;
	relaxed_add(&v->nr_parked, 1);
	enter_phase(v, PHASE_RUNNING);
	for (;;) {
		relaxed_add(&v->nr_turns, 1);
		touch(v);
		if (kthread_should_stop() || relaxed_load(&v->wants_exit))
			return leave(v);
		if (atomic_exchange_explicit(&v->wants_selfpark, false, memory_order_relaxed)) {
			relaxed_add(&v->nr_parks_begun, 1);
			kthread_park(v->k);
		}
		if (park_if_asked(v)) {
			enter_phase(v, PHASE_BACK);
			return 0;
		}
		check_cpu(v, "in the middle of a turn");
		work(v);
		wait_for_reason(v);
	}
}

struct victim *victim_get(struct torture *t, unsigned int slot)
{
	struct victim *v;

	pthread_mutex_lock(&t->slots[slot].lock);
	v = t->slots[slot].victim;
	if (v)
		relaxed_add(&v->refs, 1);
	pthread_mutex_unlock(&t->slots[slot].lock);
	return v;
}

void victim_put(struct victim *v)
{
	struct slot *slot = &v->t->slots[v->slot];

	if (atomic_fetch_sub(&v->refs, 1) != 1)
		return;
	pthread_mutex_lock(&slot->lock);
	if (slot->newest == v)
		slot->newest = NULL;
	pthread_mutex_unlock(&slot->lock);
	kthread_put(v->k);
	pthread_rwlock_destroy(&v->release);
	free(v);
}

void victim_release_begin(struct victim *v)
{
	relaxed_add(&v->nr_releases_begun, 1);
}

void victim_release_end(struct victim *v)
{
	relaxed_add(&v->nr_releases_done, 1);
}

static struct kthread *make_thread(struct victim *v)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;

	attr.stack_bytes = TORTURE_STACK_BYTES;
	attr.cpu = v->kind.is_per_cpu ? (int)v->kind.cpu : -1;
	attr.per_cpu = v->kind.is_per_cpu;
	attr.parked = v->kind.is_created_parked;
	return kthread_create_attr(&attr, victim_main, v, "victim/%u", v->slot);
}

/* @v->k is set before anything lets the thread run: it looks at it. */
static void start(struct victim *v)
{
	int ret = v->kind.is_affine ? kthread_bind(v->k, v->kind.cpu) : 0;

	if (ret)
		torture_violation(v->t, 2, "binding a thread that has not started gave %d", ret);
	if (!v->kind.is_started)
		return;
	victim_release_begin(v);
	if (v->kind.is_created_parked)
		kthread_unpark(v->k);
	else
		kthread_wake(v->k);
	victim_release_end(v);
}

int victim_create(struct torture *t, unsigned int slot, const struct victim_kind *kind)
{
	struct victim *v = aligned_alloc(64, (sizeof(*v) + 63) / 64 * 64);
	int ret;

	if (!v)
		return -ENOMEM;
	*v = (struct victim){ .t = t, .kind = *kind, .slot = slot, .refs = 1 };
	pthread_rwlock_init(&v->release, NULL);
	v->k = make_thread(v);
	if (!v->k) {
		ret = -errno;
		pthread_rwlock_destroy(&v->release);
		free(v);
		return ret;
	}
	/* The creator's own reference is stop's. */
	kthread_get(v->k);
	start(v);
	pthread_mutex_lock(&t->slots[slot].lock);
	t->slots[slot].victim = t->slots[slot].newest = v;
	pthread_mutex_unlock(&t->slots[slot].lock);
	relaxed_add(&t->nr_created, 1);
	return 0;
}

static struct victim *take_out(struct torture *t, unsigned int slot)
{
	struct victim *v;

	pthread_mutex_lock(&t->slots[slot].lock);
	v = t->slots[slot].victim;
	t->slots[slot].victim = NULL;
	pthread_mutex_unlock(&t->slots[slot].lock);
	return v;
}

/* The thread is gone, so its plain fields can be read. */
static void check_end(struct victim *v, int result)
{
	int expected = v->is_entered ? v->kind.result : -EINTR;
	unsigned long nr_left = relaxed_load(&v->nr_pending);
	char name[VICTIM_NAME_BYTES];

	victim_name(v, name, sizeof(name));
	torture_checked(v->t, 6);
	/* Told to park it returned 0, and was stopped instead of called again. */
	if (relaxed_load(&v->phase) == PHASE_BACK)
		expected = 0;
	if (result != expected)
		torture_violation(v->t, 6, "%s: stop returned %d, not %d", name, result, expected);
	/* Others who hold it may still be counting. */
	if (atomic_load(&v->refs) != 1)
		return;
	torture_checked(v->t, 4);
	if (relaxed_load(&v->nr_held) > relaxed_load(&v->nr_parked))
		torture_violation(v->t, 4, "%s: %lu parks were held, but it entered only %lu", name,
				  relaxed_load(&v->nr_held), relaxed_load(&v->nr_parked));
	torture_checked(v->t, 7);
	if (relaxed_load(&v->nr_worked) + nr_left != relaxed_load(&v->nr_submitted))
		torture_violation(v->t, 7, "%s: %lu items of %lu were worked on, %lu are left",
				  name, relaxed_load(&v->nr_worked), relaxed_load(&v->nr_submitted),
				  nr_left);
}

int victim_stop(struct controller_thread *c, unsigned int slot)
{
	struct victim *v = take_out(c->t, slot);
	int result;

	if (!v)
		return -ENOENT;
	watch_begin(c, 6, "kthread_stop()", (int)slot);
	pthread_rwlock_rdlock(&v->release);
	relaxed_store(&v->is_leaving, true);
	victim_release_begin(v);
	result = kthread_stop(v->k);
	victim_release_end(v);
	pthread_rwlock_unlock(&v->release);
	watch_end(c);
	relaxed_add(&c->t->nr_stopped, 1);
	check_end(v, result);
	victim_put(v);
	return 0;
}
