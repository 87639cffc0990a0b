/* SPDX-License-Identifier: MIT */
/* Parking: the controllers who ask for it, and the thread that does it. */
#include "kthread_state.h"

#include "futex.h"

#include <errno.h>
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
	/* No parker in there: this one has slept until its generation came again. */
	uint32_t next = old & NREQ ? old - NREQ_ONE : old;

	if (!(next & (NREQ | SELF | PARKED)))
		next = (next & ~(uint32_t)PARK) + GEN_ONE;
	return next;
}

/* Waits for what park_request() asked for. Done, it leaves the word alone: unpark resets NREQ. */
static int park_wait(struct kthread *k, int requested, uint64_t deadline_ns, struct spin *spin)
{
	uint32_t gen = (uint32_t)requested - 1;
	uint32_t old = state_load(k);
	bool timed_out = false;

	for (;;) {
		if (generation(old) != gen)
			return old & EXITED ? -ENOSYS : -ECANCELED;
		if ((old & (PARKED | STOP)) == PARKED)
			return 0;
		if (timed_out) {
			if (state_advance(k, &old, without_parker(old)))
				return -ETIMEDOUT;
		} else if (!spin_on(spin, &k->state, &old, deadline_ns)) {
			timed_out = state_await(k, &old, deadline_ns) == -ETIMEDOUT;
		}
	}
}

static int park_until(struct kthread *k, uint64_t deadline_ns)
{
	int requested = park_request(k);
	struct spin spin;
	int ret;

	if (requested <= 0)
		return requested;
	spin_begin(&spin, k, &k->parks);
	ret = park_wait(k, requested, deadline_ns, &spin);
	spin_end(&spin);
	return ret;
}

int kthread_park(struct kthread *k)
{
	return park_until(k, FUTEX_NO_DEADLINE);
}

int kthread_park_timeout(struct kthread *k, uint64_t timeout_ns)
{
	return park_until(k, futex_deadline_ns(timeout_ns));
}

/* Is one of them to park on the CPU that the caller would burn? */
static bool any_shares_cpu(struct kthread *const k[], size_t n, const int requested[])
{
	size_t i = 0;

	while (i < n && (requested[i] <= 0 || !spin_shares_cpu(k[i])))
		i++;
	return i < n;
}

/*
 * Last first: threads of one CPU park in about the order in which they were asked, so when the last
 * one has, the others are found parked without a sleep. They share what may be spun for them, and
 * the first spin that is in vain is the last one.
 */
static void park_wait_many(struct kthread *const k[], size_t n, int requested[])
{
	uint64_t budget_ns = any_shares_cpu(k, n, requested) ? 0 : KTHREAD_SPIN_NS_MAX;
	struct spin spin;

	while (n--) {
		if (requested[n] <= 0)
			continue;
		spin_begin(&spin, k[n], &k[n]->parks);
		if (spin.left_ns > budget_ns)
			spin.left_ns = budget_ns;
		requested[n] = park_wait(k[n], requested[n], FUTEX_NO_DEADLINE, &spin);
		spin_end(&spin);
		if (spin.spun_ns)
			budget_ns = spin.left_ns ? budget_ns - spin.spun_ns : 0;
	}
}

int kthread_park_many(struct kthread *const k[], size_t n, int ret[])
{
	int *requested = ret ? ret : calloc(n ? n : 1, sizeof(*requested));
	int first_error = 0;

	if (!requested)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		requested[i] = park_request(k[i]);
	park_wait_many(k, n, requested);
	for (size_t i = 0; i < n && !first_error; i++)
		first_error = requested[i];
	if (!ret)
		free(requested);
	return first_error;
}

/* T parks. True, or false with *@old refreshed. */
static bool enter_park(struct kthread *k, uint32_t *old, bool is_again)
{
	uint32_t next = *old | PARKED;

	/* Before PARKED: who unparks must find the generation that it ends here. */
	arrival_park(k, generation(*old), is_again);
	if (!spinner_is_on(&k->idle))
		next |= SLEEP;
	/* Away from home: what was known about the binding is wrong. */
	if (arrival_is_astray(k))
		next |= STIRRED;
	if (!state_advance(k, old, next))
		return false;
	/* T's wake has been for the parkers that slept. */
	*old = next & ~(uint32_t)AWAITED;
	return true;
}

/* T: sleep in the park. Returns the word as it is then, STIRRED unless it was the end of it. */
static uint32_t park_sleep(struct kthread *k, uint32_t old)
{
	bool has_slept = old & SLEEP;

	old = state_sleep(k, old);
	/* Looking on in its own time T has no more lost its CPU than before it parked. */
	while (has_slept && (old & (PARKED | STIRRED)) == PARKED)
		if (state_advance(k, &old, old | STIRRED))
			old |= STIRRED;
	return old;
}

bool kthread_park_here(struct kthread *k)
{
	uint32_t old = state_load(k);
	bool has_parked = false;

	for (;;) {
		if (!(old & PARKED)) {
			if (!(old & PARK) || (old & STOP))
				break;
			if (!enter_park(k, &old, has_parked))
				continue;
			if (!has_parked && k->trims_stack)
				kthread_trim_stack();
			has_parked = true;
		} else if ((old & STOP) && !(old & BIND)) {
			if (state_advance(k, &old, old & ~(uint32_t)(PARKED | SLEEP | STIRRED)))
				break;
		} else {
			old = park_sleep(k, old);
		}
	}
	/* Nobody asked for a binding by stopping it. */
	if (has_parked)
		arrival_run(k, !k->is_per_cpu || bind_verify(k, !(old & STOP)));
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
