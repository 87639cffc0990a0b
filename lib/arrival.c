/* SPDX-License-Identifier: MIT */
/* The arrival word: T says where it is after a park, and kthread_unpark_wait() waits for that. */
#include "kthread_state.h"

#include "futex.h"

#include <errno.h>

static void arrival_publish(struct kthread *k, uint32_t parked_in, uint32_t ran_after,
			    uint32_t mark)
{
	uint32_t word = (ran_after & ARRIVAL_GEN_MASK) << ARRIVAL_RAN_SHIFT |
			(parked_in & ARRIVAL_GEN_MASK) << ARRIVAL_PARKED_SHIFT | mark;
	/* pairs with kthread_await_arrival(): [P4] */
	uint32_t old = atomic_exchange_explicit(&k->arrival, word, memory_order_acq_rel);

	if (old & ARRIVAL_AWAITED)
		futex_wake(&k->arrival, FUTEX_CLASS_CONTROLLERS);
}

void arrival_park(struct kthread *k, uint32_t gen, bool is_again)
{
	/* Relaxed: what T wrote itself. */
	uint32_t old = atomic_load_explicit(&k->arrival, memory_order_relaxed);

	/* What ran before counts for all older generations, however many have gone by. */
	arrival_publish(k, gen, is_again ? old >> ARRIVAL_RAN_SHIFT : gen - 1,
			old & ARRIVAL_ASTRAY);
}

void arrival_run(struct kthread *k, bool is_home)
{
	/* Relaxed: what T wrote itself. */
	uint32_t old = atomic_load_explicit(&k->arrival, memory_order_relaxed);
	uint32_t parked_in = old >> ARRIVAL_PARKED_SHIFT;

	arrival_publish(k, parked_in, parked_in, is_home ? 0 : ARRIVAL_ASTRAY);
}

bool arrival_is_astray(struct kthread *k)
{
	/* Relaxed: what T wrote itself. */
	return atomic_load_explicit(&k->arrival, memory_order_relaxed) & ARRIVAL_ASTRAY;
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

/* Sleep until the arrival word is no longer *@seen, which is refreshed, or just look again. */
static void arrival_sleep(struct kthread *k, uint32_t *seen)
{
	/* pairs with arrival_publish(): [P4] */
	if (!(*seen & ARRIVAL_AWAITED) &&
	    !atomic_compare_exchange_strong_explicit(&k->arrival, seen, *seen | ARRIVAL_AWAITED,
						     memory_order_acquire, memory_order_acquire))
		return;
	futex_wait(&k->arrival, *seen | ARRIVAL_AWAITED, FUTEX_CLASS_CONTROLLERS,
		   FUTEX_NO_DEADLINE);
	/* pairs with arrival_publish(): [P4] */
	*seen = atomic_load_explicit(&k->arrival, memory_order_acquire);
}

int kthread_await_arrival(struct kthread *k, uint32_t gen)
{
	/* pairs with arrival_publish(): [P4] */
	uint32_t seen = atomic_load_explicit(&k->arrival, memory_order_acquire);
	struct spin spin;

	spin_begin(&spin, k, &k->arrivals);
	while (!has_run_since(seen, gen) && is_parked_in(seen, gen)) {
		/* Its load pairs with arrival_publish(): [P4] */
		if (!spin_on(&spin, &k->arrival, &seen, FUTEX_NO_DEADLINE))
			arrival_sleep(k, &seen);
	}
	spin_end(&spin);
	if (!has_run_since(seen, gen))
		return -ECANCELED;
	return seen & ARRIVAL_ASTRAY ? -EXDEV : 0;
}
