/* SPDX-License-Identifier: MIT */
/* Unparking: bind first, let go then, and wait for the arrival if asked to. */
#include "kthread_state.h"

#include "futex.h"

#include <errno.h>
#include <sched.h>

/* sched_setaffinity() takes the short set as one with nothing above it. */
static int bind_thread(struct kthread *k, unsigned int cpu)
{
	size_t bytes = (cpu / CPUMASK_BITS_PER_LONG + 1) * sizeof(unsigned long);
	struct cpumask mask;

	memset(&mask, 0, bytes);
	cpumask_set_cpu(cpu, &mask);
	return sched_setaffinity(k->tid, bytes, (cpu_set_t *)mask.bits) ? -errno : 0;
}

/* The word after the park request has ended. */
static uint32_t released(uint32_t old)
{
	/* NEW: an unpark starts T, also an early one that finds it on the way to its gate. */
	uint32_t next = old & ~(uint32_t)(PARK | SELF | BIND | NREQ | NEW);

	if (old & (PARKED | NEW))
		next &= ~(uint32_t)SLEEP;
	/* With STOP set T leaves by itself; two who clear PARKED would be one too many. */
	if (!(old & STOP))
		next &= ~(uint32_t)PARKED;
	return next + GEN_ONE;
}

/* Wait for a change by the controller that binds T. Returns the word as it is then. */
static uint32_t wait_for_binder(struct kthread *k, uint32_t old)
{
	uint32_t gen = generation(old);

	if ((old & NREQ) == NREQ) {
		/* No room to be counted, and so to be woken: binding is short. */
		sched_yield();
		return state_load(k);
	}
	if (!state_advance(k, &old, old + NREQ_ONE))
		return old;
	old += NREQ_ONE;
	while ((old & BIND) && generation(old) == gen) {
		futex_wait(&k->state, old, FUTEX_CLASS_CONTROLLERS, FUTEX_NO_DEADLINE);
		old = state_load(k);
	}
	/* In a newer generation the count has started again without this waiter. */
	while (generation(old) == gen && !state_advance(k, &old, old - NREQ_ONE))
		;
	return state_load(k);
}

/* Bind under BIND, which the caller has set; then unpark, or leave parked on failure. */
static int bind_and_release(struct kthread *k, uint32_t *old)
{
	int cpu = atomic_load_explicit(&k->cpu, memory_order_relaxed); /* constant by now */
	int ret = bind_thread(k, (unsigned int)cpu);
	uint32_t next;

	*old = state_load(k);
	do {
		next = released(*old);
		if (ret)
			next = *old & ~(uint32_t)BIND;
		/* A stop that came meanwhile left T asleep for us to wake. */
		if (*old & STOP)
			next &= ~(uint32_t)SLEEP;
	} while (!state_advance(k, old, next));
	return ret;
}

/* *@ret_parked_in: the generation T was parked in, or UINT32_MAX if it was not. */
static int unpark(struct kthread *k, bool may_wait, uint32_t *ret_parked_in)
{
	uint32_t old = state_load(k);
	int ret = 0;

	*ret_parked_in = UINT32_MAX;
	for (;;) {
		if (old & EXITED)
			return -ESRCH;
		if (!(old & PARK))
			return 0;
		if (old & BIND) {
			if (!may_wait)
				return -EBUSY;
			old = wait_for_binder(k, old);
		} else if (k->is_per_cpu && (old & (PARKED | STOP)) == PARKED) {
			if (!state_advance(k, &old, old | BIND))
				continue;
			ret = bind_and_release(k, &old);
			break;
		} else if (state_advance(k, &old, released(old))) {
			break;
		}
	}
	if (!ret && (old & PARKED))
		*ret_parked_in = generation(old);
	return ret;
}

int kthread_unpark(struct kthread *k)
{
	uint32_t parked_in;

	return unpark(k, true, &parked_in);
}

/* Has T run since it was parked in generation @gen? Also when it has been parked again. */
static bool has_run_since(uint32_t arrival, uint32_t gen)
{
	uint32_t ran_after = arrival >> ARRIVAL_RAN_SHIFT;

	return ((ran_after - gen) & ARRIVAL_GEN_MASK) <= ARRIVAL_GEN_MASK / 2;
}

static bool is_parked_in(uint32_t arrival, uint32_t gen)
{
	return ((arrival >> ARRIVAL_PARKED_SHIFT ^ gen) & ARRIVAL_GEN_MASK) == 0;
}

/* Wait until T has run after its park of generation @gen, or was parked again before it could. */
static int arrival_wait(struct kthread *k, uint32_t gen)
{
	/* pairs with arrival_publish(): [P4] */
	uint32_t seen = atomic_load_explicit(&k->arrival, memory_order_acquire);

	while (!has_run_since(seen, gen) && is_parked_in(seen, gen)) {
		/* pairs with arrival_publish(): [P4] */
		if (!(seen & ARRIVAL_AWAITED) &&
		    !atomic_compare_exchange_strong_explicit(
			    &k->arrival, &seen, seen | ARRIVAL_AWAITED, memory_order_acquire,
			    memory_order_acquire))
			continue;
		futex_wait(&k->arrival, seen | ARRIVAL_AWAITED, FUTEX_CLASS_CONTROLLERS,
			   FUTEX_NO_DEADLINE);
		/* pairs with arrival_publish(): [P4] */
		seen = atomic_load_explicit(&k->arrival, memory_order_acquire);
	}
	if (!has_run_since(seen, gen))
		return -ECANCELED;
	return seen & ARRIVAL_ASTRAY ? -EXDEV : 0;
}

int kthread_unpark_wait(struct kthread *k)
{
	uint32_t parked_in;
	int ret = unpark(k, true, &parked_in);

	return ret || parked_in == UINT32_MAX ? ret : arrival_wait(k, parked_in);
}

int kthread_unpark_many(struct kthread *const k[], size_t n, int ret[])
{
	uint32_t parked_in;
	int first_error = 0;

	/* -EBUSY marks those whose binder has to be waited for: a second call waits, or finds it
	 * done. */
	for (size_t i = 0; i < n; i++) {
		int result = unpark(k[i], ret == NULL, &parked_in);

		if (ret)
			ret[i] = result;
		else if (!first_error)
			first_error = result;
	}
	for (size_t i = 0; ret && i < n; i++) {
		if (ret[i] == -EBUSY)
			ret[i] = kthread_unpark(k[i]);
		if (!first_error)
			first_error = ret[i];
	}
	return first_error;
}

int kthread_bind(struct kthread *k, unsigned int cpu)
{
	uint32_t old = state_load(k);
	int ret;

	if (cpu >= CPUMASK_NR_CPUS || k->is_per_cpu)
		return -EINVAL;
	for (;;) {
		if (!(old & NEW))
			return -EINVAL;
		if (old & BIND) {
			/* Not counted as a waiter: a parker that gives up must not see one. */
			sched_yield();
			old = state_load(k);
		} else if (state_advance(k, &old, old | BIND)) {
			break;
		}
	}
	ret = bind_thread(k, cpu);
	if (!ret)
		atomic_store_explicit(&k->cpu, (int)cpu, memory_order_relaxed); /* BIND orders it */
	old = state_load(k);
	/* T has been kept at its gate meanwhile: let it look at what came. */
	while (!state_advance(k, &old, old & ~(uint32_t)(BIND | SLEEP)))
		;
	return ret;
}
