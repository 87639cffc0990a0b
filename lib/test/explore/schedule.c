/* SPDX-License-Identifier: MIT */
#include "schedule.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_DEPTH      20000
#define MAX_PRIORITIES 16
#define PCT_CHANGES    3
#define PCT_LENGTH     150 /* steps among which the changes fall */

/* One moment at which more than one thing could have happened within the bound. */
struct decision {
	int chosen, nr;
	int cost; /* preemptions before it */
	bool is_preemption[24];
};

static struct decision decisions[MAX_DEPTH];
static int nr_decided, nr_prefix, nr_preemptions;
static const struct schedule_options *options;
static bool is_random;

/* Random priorities. */
static uint64_t state;
static uint32_t priorities[MAX_PRIORITIES];
static int change_at[PCT_CHANGES], nr_choices_made;

static uint64_t draw(void)
{
	state += 0x9e3779b97f4a7c15u;
	uint64_t z = state;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void shuffle_priorities(uint64_t seed)
{
	state = seed;
	nr_choices_made = 0;
	for (int i = 0; i < MAX_PRIORITIES; i++)
		priorities[i] = 1000 + (uint32_t)(draw() % 1000000);
	for (int i = 0; i < PCT_CHANGES; i++)
		change_at[i] = (int)(draw() % PCT_LENGTH);
}

/* The highest priority runs; at a few moments whoever would have run becomes the lowest. */
static int choose_by_priority(const struct choice choices[], int nr)
{
	int best = 0;

	for (int i = 1; i < nr; i++)
		if (priorities[choices[i].task % MAX_PRIORITIES] >
		    priorities[choices[best].task % MAX_PRIORITIES])
			best = i;
	for (int i = 0; i < PCT_CHANGES; i++)
		if (change_at[i] == nr_choices_made)
			priorities[choices[best].task % MAX_PRIORITIES] = (uint32_t)i;
	nr_choices_made++;
	return best;
}

static void decide(const struct choice choices[], int nr)
{
	struct decision *d = &decisions[nr_decided];

	d->chosen = 0;
	d->nr = nr;
	d->cost = nr_preemptions;
	for (int i = 0; i < nr; i++)
		d->is_preemption[i] = choices[i].is_preemption;
	nr_prefix++;
}

int schedule_choose(const struct choice choices[], int nr, bool can_go_on)
{
	int chosen;

	(void)can_go_on;
	if (is_random)
		return choose_by_priority(choices, nr);
	if (nr == 1 || nr_decided == MAX_DEPTH)
		return 0;
	if (nr_decided == nr_prefix)
		decide(choices, nr);
	if (decisions[nr_decided].nr != nr)
		abort(); /* the execution does not repeat itself */
	chosen = decisions[nr_decided++].chosen;
	nr_preemptions += choices[chosen].is_preemption;
	return chosen;
}

void schedule_print(void)
{
	if (is_random) {
		printf("    random priorities, seed %llu\n", (unsigned long long)options->seed);
		return;
	}
	printf("    %d preemptions, decision:choice", nr_preemptions);
	for (int i = 0; i < nr_decided; i++)
		if (decisions[i].chosen)
			printf(" %d:%d", i, decisions[i].chosen);
	putchar('\n');
}

/* The next schedule in order: the last decision that has another choice within the bound. */
static bool advance(void)
{
	for (nr_prefix = nr_decided; nr_prefix > 0; nr_prefix--) {
		struct decision *d = &decisions[nr_prefix - 1];

		while (++d->chosen < d->nr)
			if (d->cost + d->is_preemption[d->chosen] <= options->bound)
				return true;
	}
	return false;
}

static void execute(const struct scenario *scenario)
{
	nr_decided = nr_preemptions = 0;
	explore_execute(scenario);
}

static bool explore_all(const struct scenario *scenario, uint64_t *nr)
{
	nr_prefix = 0;
	do {
		if (*nr == options->max_schedules)
			return false;
		execute(scenario);
		++*nr;
	} while (advance());
	return true;
}

bool schedule_explore(const struct scenario *scenario, const struct schedule_options *how,
		      uint64_t *ret_nr)
{
	struct schedule_options mine = *how;
	bool is_complete;

	options = &mine;
	*ret_nr = 0;
	is_random = false;
	is_complete = explore_all(scenario, ret_nr);
	is_random = true;
	for (uint64_t i = 0; i < how->nr_random; i++) {
		mine.seed = how->seed + i;
		shuffle_priorities(mine.seed);
		execute(scenario);
	}
	return is_complete;
}
