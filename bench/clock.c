/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S	 1000000000ull
#define COST_MAX_BATCHES 101
#define COST_MIN_BATCHES 9
#define COST_READS	 64	/* readings per batch: one alone is below the resolution */
#define COST_BUDGET_NS	 800000 /* a slow clock source (hpet) gets fewer batches */

uint64_t clock_now_ns(void)
{
	struct timespec now;
	int err = clock_gettime(CLOCK_MONOTONIC, &now);

	assert(!err); /* the clock and the address are valid */
	(void)err;
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static uint64_t read_cpu_clock(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		return 0;
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t clock_thread_cpu_ns(pid_t tid)
{
	/* As pthread_getcpuclockid() makes it, for who has a thread id and no pthread_t: bits 0-1
	 * are the scheduler's clock, bit 2 says that it is a thread's. */
	return read_cpu_clock((clockid_t)(~(unsigned int)tid << 3 | 6));
}

uint64_t clock_process_cpu_ns(void)
{
	return read_cpu_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void clock_sleep_until_ns(uint64_t deadline_ns)
{
	const struct timespec deadline = {
		.tv_sec = (time_t)(deadline_ns / NS_PER_S),
		.tv_nsec = (long)(deadline_ns % NS_PER_S),
	};

	/* The kernel puts the thread to sleep even for a moment that has passed. */
	if (clock_now_ns() >= deadline_ns)
		return;
	/* The deadline is absolute, so a signal does not lengthen the sleep. */
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL) == EINTR)
		;
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* One batch: its length, and the smallest step between two different readings in it. */
static uint64_t time_batch(uint64_t *min_step_ns)
{
	uint64_t first = clock_now_ns(), last = first;

	for (int i = 0; i < COST_READS; i++) {
		uint64_t now = clock_now_ns();

		if (now > last && now - last < *min_step_ns)
			*min_step_ns = now - last;
		last = now;
	}
	return last - first;
}

struct clock_cost clock_measure_cost(void)
{
	uint64_t batch_ns[COST_MAX_BATCHES], min_step_ns = UINT64_MAX;
	uint64_t end_ns = clock_now_ns() + COST_BUDGET_NS;
	size_t nr = 0;

	while (nr < COST_MAX_BATCHES && (nr < COST_MIN_BATCHES || clock_now_ns() < end_ns))
		batch_ns[nr++] = time_batch(&min_step_ns);
	/* A tick-driven clock may have stood still for all of it: wait for its next step. */
	for (uint64_t start = clock_now_ns(); min_step_ns == UINT64_MAX;) {
		uint64_t now = clock_now_ns();

		if (now > start)
			min_step_ns = now - start;
	}
	qsort(batch_ns, nr, sizeof(batch_ns[0]), compare_u64);
	return (struct clock_cost){
		.read_ns = (batch_ns[nr / 2] + COST_READS / 2) / COST_READS,
		.resolution_ns = min_step_ns,
	};
}
