/* SPDX-License-Identifier: MIT */
/* A set of running threads, and room for the results of park_many and unpark_many. */
#ifndef TEST_TEAM_H
#define TEST_TEAM_H

#include "kthread_check.h"

#define NR 5

struct team {
	struct subject subjects[NR];
	struct kthread *k[NR];
	int ret[NR];
};

static inline void team_start(struct team *team)
{
	memset(team, 0, sizeof(*team));
	for (int i = 0; i < NR; i++) {
		team->k[i] = kthread_run(count_turns, &team->subjects[i], "team/%d", i);
		assert_non_null(team->k[i]);
		wait_for_turns(&team->subjects[i]);
		team->ret[i] = 1;
	}
}

static inline void team_stop(struct team *team)
{
	for (int i = 0; i < NR; i++)
		bounded(kthread_stop(team->k[i]));
}

#endif
