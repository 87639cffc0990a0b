/* SPDX-License-Identifier: MIT */
#include "futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull

int futex_wait(_Atomic uint32_t *word, uint32_t expected, enum futex_class class,
	       uint64_t deadline_ns)
{
	/* WAIT_BITSET and not WAIT: its timeout is absolute, so a spurious return costs no time. */
	struct timespec deadline = {
		.tv_sec = (time_t)(deadline_ns / NS_PER_S),
		.tv_nsec = (long)(deadline_ns % NS_PER_S),
	};
	struct timespec *until = deadline_ns == FUTEX_NO_DEADLINE ? NULL : &deadline;
	int saved_errno = errno;
	int ret = 0;

	if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, until, NULL, class) < 0 &&
	    errno == ETIMEDOUT)
		ret = -ETIMEDOUT;
	errno = saved_errno;
	return ret;
}

void futex_wake(_Atomic uint32_t *word, enum futex_class class)
{
	int saved_errno = errno;

	syscall(SYS_futex, word, FUTEX_WAKE_BITSET_PRIVATE, INT_MAX, NULL, NULL, class);
	errno = saved_errno;
}

uint64_t futex_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t futex_deadline_ns(uint64_t timeout_ns)
{
	uint64_t now_ns = futex_now_ns();

	if (timeout_ns > INT64_MAX - now_ns)
		return FUTEX_NO_DEADLINE;
	return now_ns + timeout_ns;
}
