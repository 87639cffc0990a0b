/* SPDX-License-Identifier: MIT */
/* Each unpark takes INJECT_NS longer. */
#include <stdint.h>
#include <time.h>

static uint64_t inject_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void inject(void)
{
	uint64_t end_ns = inject_now_ns() + INJECT_NS;

	while (inject_now_ns() < end_ns)
		;
}
