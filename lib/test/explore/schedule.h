/* SPDX-License-Identifier: MIT */
/*
 * schedule - which of the things that may happen next does: all of them in turn, depth first, or
 * by random priorities.
 */
#ifndef TEST_SCHEDULE_H
#define TEST_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct choice {
	int task;
	bool is_preemption; /* costs one of the bound */
};

struct scenario;

/* What the command line says. */
struct schedule_options {
	int bound;		/* preemptions */
	uint64_t max_schedules; /* per scenario; then it is not complete */
	uint64_t nr_random;	/* executions by random priorities after that */
	uint64_t seed;
	const char *only; /* one schedule, as printed by a failure; NULL */
};

/* The index of what happens next. */
int schedule_choose(const struct choice choices[], int nr, bool can_go_on);

/* The schedule so far, so that it can be run again. */
void schedule_print(void);

/* All executions of @scenario. False: not all of them fitted into max_schedules. */
bool schedule_explore(const struct scenario *scenario, const struct schedule_options *options,
		      uint64_t *ret_nr);

/* explore.c: run it once. */
void explore_execute(const struct scenario *scenario);

#endif
