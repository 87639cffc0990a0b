/* SPDX-License-Identifier: MIT */
/* Waiting for work: sleep and wake, the same as a file descriptor, and the request to stop. */
#include "kthread_state.h"

#include <errno.h>
#include <sys/eventfd.h>

/* What a wake makes of the word. */
static uint32_t woken(uint32_t old)
{
	uint32_t next = old & ~(uint32_t)NEW;

	/* The first one starts T and is no token, unless T has to park before: then it is both. */
	if (!(old & NEW) || (old & PARK))
		next |= WAKE;
	if (!(old & (PARKED | BIND)))
		next &= ~(uint32_t)SLEEP;
	return next;
}

int kthread_wake(struct kthread *k)
{
	uint32_t old = state_load(k);

	/* Also with WAKE set already: without the CAS, [P1] would not hold for this caller. */
	do {
		if (old & EXITED)
			return -ESRCH;
	} while (!state_advance(k, &old, woken(old)));
	return 0;
}

/* T: take the token. 0, -EINTR, or -EAGAIN when nothing is pending. *@old is refreshed. */
static int take_token(struct kthread *k, uint32_t *old)
{
	while (*old & PENDING) {
		if (*old & (PARK | STOP))
			return -EINTR;
		if (state_advance(k, old, *old & ~(uint32_t)WAKE)) {
			fd_settle(k);
			return 0;
		}
	}
	return -EAGAIN;
}

int kthread_sleep(void)
{
	struct kthread *k = kthread_self();
	uint32_t old;
	int ret;

	if (!k)
		return -EPERM;
	old = state_load(k);
	while ((ret = take_token(k, &old)) == -EAGAIN)
		old = state_sleep(k, old);
	return ret;
}

int kthread_trysleep(void)
{
	struct kthread *k = kthread_self();
	uint32_t old;
	int ret;

	if (!k)
		return -EPERM;
	old = state_load(k);
	ret = take_token(k, &old);
	if (ret == -EAGAIN)
		fd_settle(k);
	return ret;
}

int kthread_fd(void)
{
	struct kthread *k = kthread_self();
	uint32_t old;

	if (!k)
		return -EPERM;
	if (k->fd >= 0)
		return k->fd;
	k->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (k->fd < 0)
		return -errno;
	old = state_load(k);
	while (!state_advance(k, &old, old | FD))
		;
	/* What was pending before FD was set signalled nobody. */
	if (old & PENDING)
		fd_signal(k);
	return k->fd;
}

int kthread_request_stop(struct kthread *k)
{
	uint32_t old = state_load(k);
	uint32_t next;

	do {
		if (old & STOP)
			return -EALREADY;
		next = old | STOP;
		/* Under BIND T may not leave; the binder wakes it afterwards. */
		if (!(old & BIND))
			next &= ~(uint32_t)SLEEP;
	} while (!state_advance(k, &old, next));
	return 0;
}
