/* SPDX-License-Identifier: MIT */
/*
 * memory - the thread walks through memory of its own, each address coming from the one before:
 * what a cold cache and a fresh page cost after a CPU was away.
 *
 * The memory belongs to the thread: one that is created anew gets new pages, one that was parked
 * finds its own. The walk visits every line once in four steps, so that the sum of what it saw
 * tells whether all steps were made.
 */
#include "duty.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#define LINE_BYTES     64
#define NR_LINES       2048u /* 128 KiB: in a second-level cache, not in a first */
#define STRIDE	       769u  /* odd: a walk of NR_LINES strides comes by every line */
#define LINES_PER_STEP (NR_LINES / 4)

/* A line of the cache, with the number of the next one of the walk. */
struct line {
	uint32_t next;
	char rest[LINE_BYTES - sizeof(uint32_t)];
};

static int setup(struct duty_cpu *dc)
{
	struct line *lines = aligned_alloc(LINE_BYTES, NR_LINES * sizeof(*lines));

	if (!lines)
		return -ENOMEM;
	for (uint32_t i = 0; i < NR_LINES; i++)
		lines[i].next = (i + STRIDE) % NR_LINES;
	dc->own = lines;
	return 0;
}

static void cleanup(struct duty_cpu *dc)
{
	free(dc->own);
	dc->own = NULL;
}

static bool has_work(struct duty_cpu *dc)
{
	(void)dc;
	return true;
}

/* Where the @nr-th step begins. */
static uint32_t first_line(uint64_t nr)
{
	return (uint32_t)(nr * LINES_PER_STEP * STRIDE % NR_LINES);
}

static uint64_t step(struct duty_cpu *dc)
{
	const struct line *lines = dc->own;
	uint32_t line = first_line(dc->made);
	uint64_t mark = duty_accept_own(dc), sum = 0;

	/* Without setup (a test's step outside of a thread) there is nothing to walk through. */
	for (unsigned int i = 0; i < LINES_PER_STEP; i++) {
		sum += line;
		line = lines ? lines[line].next : (line + STRIDE) % NR_LINES;
	}
	dc->random += sum;
	sched_yield();
	return duty_complete(dc, mark);
}

/* What @nr_steps steps see; four of them see every line. */
static uint64_t sum_of(uint64_t nr_steps)
{
	const uint64_t all = (uint64_t)NR_LINES * (NR_LINES - 1) / 2;
	uint64_t sum = nr_steps / 4 * all;

	for (uint64_t nr = nr_steps / 4 * 4; nr < nr_steps; nr++)
		for (uint32_t i = 0, line = first_line(nr); i < LINES_PER_STEP; i++) {
			sum += line;
			line = (line + STRIDE) % NR_LINES;
		}
	return sum;
}

static int verify(const struct duty_cpu *dc)
{
	return duty_backlog(dc) || dc->random != dc->cpu + sum_of(dc->made) ? -EIO : 0;
}

const struct duty duty_memory = {
	.name = "memory",
	.summary = "walks through 128 KiB of its own all the time, in steps of some us, and yields",
	.unit = "walks",
	.setup = setup,
	.cleanup = cleanup,
	.has_work = has_work,
	.step = step,
	.verify = verify,
};
