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
 */
#include "kthread_state.h"

#include "futex.h"

#include <errno.h>
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

/* Who has to be woken follows from the change alone. */
static void wake_concerned(struct kthread *k, uint32_t old, uint32_t next)
{
	bool controllers_look = (next & ~old & (PARKED | EXITED)) || (old & ~next & BIND) ||
				generation(old) != generation(next);

	if ((next & FD) && !(next & PARKED) && !(old & PENDING) && (next & PENDING))
		fd_signal(k);
	if (old & ~next & SLEEP)
		futex_wake(&k->state, FUTEX_CLASS_THREAD);
	if ((old & NREQ) && controllers_look)
		futex_wake(&k->state, FUTEX_CLASS_CONTROLLERS);
}

bool state_advance(struct kthread *k, uint32_t *old, uint32_t next)
{
	/* pairs with state_load() and itself: [P1] by a controller, [P2] by T */
	if (!atomic_compare_exchange_strong_explicit(&k->state, old, next, memory_order_acq_rel,
						     memory_order_acquire))
		return false;
	wake_concerned(k, *old, next);
	return true;
}

uint32_t state_sleep(struct kthread *k, uint32_t old)
{
	if (!(old & SLEEP)) {
		if (!state_advance(k, &old, old | SLEEP))
			return old;
		old |= SLEEP;
	}
	futex_wait(&k->state, old, FUTEX_CLASS_THREAD, FUTEX_NO_DEADLINE); /* [P3] */
	return state_load(k);
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
