/* SPDX-License-Identifier: MIT */
/*
 * The state word: looking at it, changing it, sleeping on it. The bits are explained in
 * kthread_state.h.
 *
 * Ordering. Every change of the word is a compare-and-swap with acquire and release, every look
 * at it an acquire load. Each of them pairs with all the others, because they form one
 * modification order:
 *
 * [P1] request: what a controller did before its CAS in kthread_park(), _unpark(), _wake() or
 *	_stop() is visible to T after the load or CAS in which T sees the bit.
 * [P2] answer: what T did before its CAS in kthread_park_here() or kthread_mark_exited() is
 *	visible to a controller after the load in which it sees PARKED, EXITED or the newer GEN.
 * [P3] sleep: T sets SLEEP and then sleeps only while the word has that very value, so a request
 *	is either seen before the sleep or finds SLEEP set. No fence is needed: it is one word.
 * [P4] arrival: what T did up to its first instruction after a park is visible to
 *	kthread_unpark_wait() after it has seen the arrival word change.
 * [P5] await: as [P3] the other way round: a controller sets AWAITED and then sleeps only while the
 *	word has that very value.
 */
#include "kthread_state.h"

#include "futex.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

uint32_t state_load(struct kthread *k)
{
	/* pairs with state_advance(): [P1] in T, [P2] in a controller */
	return atomic_load_explicit(&k->state, memory_order_acquire);
}

/*
 * System calls by hand: read() and write() are cancellation points, and a controller that is
 * cancelled between a change and its signal would leave T asleep.
 */
void fd_signal(struct kthread *k)
{
	const uint64_t one = 1;
	int saved_errno = errno;

	/* Fails only when the counter is full, and then the descriptor is readable anyhow. */
	(void)!syscall(SYS_write, k->fd, &one, sizeof(one));
	errno = saved_errno;
}

/* Is this what controllers wait for: the end of a request, one way or the other, or of a bind? */
static bool concerns_controllers(uint32_t old, uint32_t next)
{
	return (next & ~old & (PARKED | EXITED)) || (old & ~next & BIND) ||
	       generation(old) != generation(next);
}

/* Who has to be woken follows from the change alone. */
static void wake_concerned(struct kthread *k, uint32_t old, uint32_t next)
{
	if ((next & FD) && !(next & PARKED) && !(old & PENDING) && (next & PENDING))
		fd_signal(k);
	if (old & ~next & SLEEP)
		futex_wake(&k->state, FUTEX_CLASS_THREAD);
	if (old & ~next & AWAITED)
		futex_wake(&k->state, FUTEX_CLASS_CONTROLLERS);
}

bool state_advance(struct kthread *k, uint32_t *old, uint32_t next)
{
	if (concerns_controllers(*old, next))
		next &= ~(uint32_t)AWAITED;
	/* pairs with state_load() and itself: [P1] by a controller, [P2] by T */
	if (!atomic_compare_exchange_strong_explicit(&k->state, old, next, memory_order_acq_rel,
						     memory_order_acquire))
		return false;
	wake_concerned(k, *old, next);
	return true;
}

/* T: look on for a while if it may, then say that it will sleep. */
static uint32_t prepare_to_sleep(struct kthread *k, uint32_t old)
{
	struct spin spin;
	bool has_changed;

	spin_begin(&spin, k, &k->idle);
	has_changed = spin_on(&spin, &k->state, &old, FUTEX_NO_DEADLINE);
	spin_end(&spin);
	if (has_changed || !state_advance(k, &old, old | SLEEP))
		return old;
	return old | SLEEP;
}

uint32_t state_sleep(struct kthread *k, uint32_t old)
{
	if (!(old & SLEEP))
		return prepare_to_sleep(k, old);
	/* Relaxed: a hint, for controllers that ask themselves whether to spin. */
	atomic_store_explicit(&k->last_cpu, sched_getcpu(), memory_order_relaxed);
	futex_wait(&k->state, old, FUTEX_CLASS_THREAD, FUTEX_NO_DEADLINE); /* [P3] */
	return state_load(k);
}

int state_await(struct kthread *k, uint32_t *old, uint64_t deadline_ns)
{
	int ret;

	if (!(*old & AWAITED)) {
		if (!state_advance(k, old, *old | AWAITED))
			return 0;
		*old |= AWAITED;
	}
	ret = futex_wait(&k->state, *old, FUTEX_CLASS_CONTROLLERS, deadline_ns); /* [P5] */
	*old = state_load(k);
	return ret;
}

void fd_settle(struct kthread *k)
{
	uint64_t drained;
	int saved_errno = errno;

	if (!(state_load(k) & FD))
		return;
	(void)!syscall(SYS_read, k->fd, &drained, sizeof(drained));
	errno = saved_errno;
	/* A request that came before the read lost its signal: give it back. */
	if (state_load(k) & PENDING)
		fd_signal(k);
}
