/* SPDX-License-Identifier: MIT */
/* Unparking: bind first, let go then, and wait for the arrival if asked to. */
#include "kthread_state.h"

#include "futex.h"

#include <errno.h>

/* The word after the park request has ended. */
static uint32_t released(uint32_t old)
{
	/* NEW: an unpark starts T, also an early one that finds it on the way to its gate. */
	uint32_t next = old & ~(uint32_t)(PARK | SELF | BIND | NREQ | NEW | STIRRED);

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

	while ((old & BIND) && generation(old) == gen)
		state_await(k, &old, FUTEX_NO_DEADLINE);
	return old;
}

/* Bind under BIND, which the caller has set; then unpark, or leave parked on failure. */
static int bind_and_release(struct kthread *k, uint32_t *old)
{
	int ret = bind_again(k);
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
		} else if (bind_is_needed(k, old)) {
			if (!state_advance(k, &old, old | BIND))
				continue;
			ret = bind_and_release(k, &old);
			break;
		} else if (state_advance(k, &old, released(old))) {
			if (k->is_per_cpu && (old & PARKED))
				bind_note_elided(k);
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

int kthread_unpark_wait(struct kthread *k)
{
	uint32_t parked_in;
	int ret = unpark(k, true, &parked_in);

	return ret || parked_in == UINT32_MAX ? ret : kthread_await_arrival(k, parked_in);
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
