/* SPDX-License-Identifier: MIT */
/* Parking: the controllers who ask for it, and the thread that does it. */
#include "kthread_state.h"

#include "futex.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

/* Requests: 0 nothing to wait for; else generation + 1; or -errno. */
static int park_request(struct kthread *k)
{
	uint32_t old = state_load(k);
	uint32_t next;

	do {
		if (old & EXITED)
			return -ENOSYS;
		if ((old & (PARKED | STOP)) == PARKED)
			return 0;
		if (k == kthread_self()) {
			next = old | PARK | SELF;
			continue;
		}
		if ((old & NREQ) == NREQ)
			return -EAGAIN;
		next = (old | PARK) + NREQ_ONE;
		/* A parked T that is about to obey STOP is awake; leave its bits alone. */
		if (!(old & PARKED))
			next &= ~(uint32_t)SLEEP;
	} while (!state_advance(k, &old, next));
	return k == kthread_self() ? 0 : (int)generation(old) + 1;
}

/* What giving up leaves: the request goes only if it was this parker's alone, and is not met. */
static uint32_t without_parker(uint32_t old)
{
	uint32_t next = old - NREQ_ONE;

	if (!(next & (NREQ | SELF | PARKED)))
		next = (next & ~(uint32_t)PARK) + GEN_ONE;
	return next;
}

/* Waits for what park_request() asked for. */
static int park_wait(struct kthread *k, int requested, uint64_t deadline_ns)
{
	uint32_t gen = (uint32_t)requested - 1;
	uint32_t old = state_load(k);
	bool timed_out = false;

	for (;;) {
		if (generation(old) != gen)
			return old & EXITED ? -ENOSYS : -ECANCELED;
		if ((old & (PARKED | STOP)) == PARKED) {
			if (state_advance(k, &old, old - NREQ_ONE))
				return 0;
		} else if (timed_out) {
			if (state_advance(k, &old, without_parker(old)))
				return -ETIMEDOUT;
		} else {
			timed_out = futex_wait(&k->state, old, FUTEX_CLASS_CONTROLLERS,
					       deadline_ns) == -ETIMEDOUT;
			old = state_load(k);
		}
	}
}

int kthread_park(struct kthread *k)
{
	int requested = park_request(k);

	return requested > 0 ? park_wait(k, requested, FUTEX_NO_DEADLINE) : requested;
}

int kthread_park_timeout(struct kthread *k, uint64_t timeout_ns)
{
	uint64_t deadline_ns = futex_deadline_ns(timeout_ns);
	int requested = park_request(k);

	return requested > 0 ? park_wait(k, requested, deadline_ns) : requested;
}

int kthread_park_many(struct kthread *const k[], size_t n, int ret[])
{
	int *requested = ret ? ret : calloc(n ? n : 1, sizeof(*requested));
	int first_error = 0;

	if (!requested)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		requested[i] = park_request(k[i]);
	for (size_t i = 0; i < n; i++) {
		if (requested[i] > 0)
			requested[i] = park_wait(k[i], requested[i], FUTEX_NO_DEADLINE);
		if (!first_error)
			first_error = requested[i];
	}
	if (!ret)
		free(requested);
	return first_error;
}

/*
 * T: tell kthread_unpark_wait() where T is.
 */

static void arrival_publish(struct kthread *k, uint32_t parked_in, uint32_t ran_after,
			    uint32_t mark)
{
	uint32_t word = (ran_after & ARRIVAL_GEN_MASK) << ARRIVAL_RAN_SHIFT |
			(parked_in & ARRIVAL_GEN_MASK) << ARRIVAL_PARKED_SHIFT | mark;
	/* pairs with arrival_wait(): [P4] */
	uint32_t old = atomic_exchange_explicit(&k->arrival, word, memory_order_acq_rel);

	if (old & ARRIVAL_AWAITED)
		futex_wake(&k->arrival, FUTEX_CLASS_CONTROLLERS);
}

/* T parks in generation @gen; @is_again: without having run since the park before. */
static void arrival_park(struct kthread *k, uint32_t gen, bool is_again)
{
	/* Relaxed: what T wrote itself. */
	uint32_t old = atomic_load_explicit(&k->arrival, memory_order_relaxed);

	/* What ran before counts for all older generations, however many have gone by. */
	arrival_publish(k, gen, is_again ? old >> ARRIVAL_RAN_SHIFT : gen - 1,
			old & ARRIVAL_ASTRAY);
}

/* T runs, for the first time after it was parked. */
static void arrival_run(struct kthread *k)
{
	/* Relaxed: what T wrote itself, and what was set before T started. */
	uint32_t old = atomic_load_explicit(&k->arrival, memory_order_relaxed);
	int cpu = atomic_load_explicit(&k->cpu, memory_order_relaxed);
	uint32_t parked_in = old >> ARRIVAL_PARKED_SHIFT;

	arrival_publish(k, parked_in, parked_in,
			k->is_per_cpu && sched_getcpu() != cpu ? ARRIVAL_ASTRAY : 0);
}

bool kthread_park_here(struct kthread *k)
{
	uint32_t old = state_load(k);
	bool has_parked = false;

	for (;;) {
		if (!(old & PARKED)) {
			if (!(old & PARK) || (old & STOP))
				break;
			/* Before PARKED: who unparks must find the generation that it ends here. */
			arrival_park(k, generation(old), has_parked);
			if (state_advance(k, &old, old | PARKED | SLEEP)) {
				old |= PARKED | SLEEP;
				has_parked = true;
			}
		} else if ((old & STOP) && !(old & BIND)) {
			if (state_advance(k, &old, old & ~(uint32_t)(PARKED | SLEEP)))
				break;
		} else {
			old = state_sleep(k, old);
		}
	}
	if (has_parked)
		arrival_run(k);
	/* Also when it did not park: a request that was taken back may have left a signal. */
	fd_settle(k);
	return has_parked;
}

bool kthread_pass_gate(struct kthread *k)
{
	uint32_t old = state_load(k);

	for (;;) {
		if (old & BIND) {
			old = state_sleep(k, old);
		} else if (old & STOP) {
			/* NEW goes: nobody may begin to bind a thread that is leaving. */
			if (state_advance(k, &old, old & ~(uint32_t)NEW))
				return false;
		} else if (old & PARK) {
			kthread_park_here(k);
			old = state_load(k);
		} else if (old & NEW) {
			old = state_sleep(k, old);
		} else {
			return true;
		}
	}
}

void kthread_mark_exited(struct kthread *k)
{
	uint32_t old = state_load(k);
	uint32_t next;

	do
		next = (generation(old) + 1) * GEN_ONE | (old & STOP) | EXITED;
	while (!state_advance(k, &old, next));
}

int kthread_parkme(void)
{
	struct kthread *k = kthread_self();

	if (!k)
		return -EPERM;
	k->told_to_park = false;
	return kthread_park_here(k);
}

bool kthread_should_stop(void)
{
	struct kthread *k = kthread_self();

	return k && (state_load(k) & STOP);
}

bool kthread_should_park(void)
{
	struct kthread *k = kthread_self();

	if (!k || !(state_load(k) & PARK))
		return false;
	k->told_to_park = true;
	return true;
}

bool kthread_should_stop_or_park(void)
{
	/* Not ||: being told to park has to be remembered also when stop is asked for. */
	return (int)kthread_should_park() | (int)kthread_should_stop();
}
