/* SPDX-License-Identifier: MIT */
#include "hotplug_fail.h"

#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATES_PATH "sys/devices/system/cpu/hotplug/states"

enum direction { DOWN, UP, NR_DIRECTIONS };

/* What the next step of a CPU that has a turn is. */
enum turn { TURN_DOWN, TURN_UP, TURN_NONE };

struct state {
	unsigned int number;
	bool is_refused[NR_DIRECTIONS]; /* the kernel does not fail here */
	bool is_tried[NR_DIRECTIONS];	/* armed at least once */
	bool is_failed[NR_DIRECTIONS];	/* and the step came by */
};

struct hotplug_fail {
	const struct hotplug_control *c;
	struct state states[HOTPLUG_FAIL_STATES];
	size_t nr_states, next[NR_DIRECTIONS];
	struct state *armed; /* NULL: none */
	enum direction direction;
	uint8_t turns[CPUMASK_NR_CPUS];
};

static bool is_wanted(const struct hotplug_fail_terms *terms, unsigned int number)
{
	for (size_t i = 0; i < terms->nr_states; i++)
		if (terms->states[i] == number)
			return true;
	return terms->is_all;
}

/* "  6: perf:prepare" on each line. Nothing can fail in 0, where the CPU is off. */
static void read_states(const struct hotplug_fail_terms *terms, const char *text,
			struct hotplug_fail *fail)
{
	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		unsigned int number;

		if (fail->nr_states < HOTPLUG_FAIL_STATES && sscanf(line, "%u:", &number) == 1 &&
		    number && is_wanted(terms, number))
			fail->states[fail->nr_states++].number = number;
	}
}

static int find_missing(const struct hotplug_fail_terms *terms, const struct hotplug_fail *fail,
			char *why, size_t why_size)
{
	for (size_t i = 0; i < terms->nr_states; i++) {
		bool is_there = false;

		for (size_t j = 0; j < fail->nr_states; j++)
			is_there |= fail->states[j].number == terms->states[i];
		if (is_there)
			continue;
		snprintf(why, why_size,
			 "--fail-state %u: this kernel has no such state; see /" STATES_PATH,
			 terms->states[i]);
		return -ENOENT;
	}
	return 0;
}

int hotplug_fail_begin(const struct hotplug_fail_terms *terms, const struct hotplug_control *c,
		       struct hotplug_fail **ret_fail, char *why, size_t why_size)
{
	struct hotplug_fail *fail = calloc(1, sizeof(*fail));
	char *text;
	int err = fail ? sysfile_load(c->root ? c->root : "", STATES_PATH, &text) : -ENOMEM;

	if (err) {
		snprintf(why, why_size, "--fail-state: /" STATES_PATH " cannot be read: %s",
			 strerror(-err));
		free(fail);
		return err;
	}
	fail->c = c;
	read_states(terms, text, fail);
	free(text);
	err = find_missing(terms, fail, why, why_size);
	if (err)
		free(fail);
	else
		*ret_fail = fail;
	return err;
}

void hotplug_fail_end(struct hotplug_fail *fail)
{
	free(fail);
}

/* Is it the turn of a step this way? Turns advance with each step that comes. */
static bool take_turn(struct hotplug_fail *fail, unsigned int cpu, bool is_online)
{
	const enum turn turn = fail->turns[cpu];

	if (turn == TURN_DOWN && !is_online)
		fail->turns[cpu] = TURN_UP;
	else if (turn == TURN_UP && is_online)
		fail->turns[cpu] = TURN_NONE;
	else if (turn == TURN_NONE && is_online)
		fail->turns[cpu] = TURN_DOWN;
	return (turn == TURN_DOWN && !is_online) || (turn == TURN_UP && is_online);
}

int hotplug_fail_arm(struct hotplug_fail *fail, unsigned int cpu, bool is_online)
{
	const enum direction direction = is_online ? UP : DOWN;

	if (!fail || cpu >= CPUMASK_NR_CPUS || !take_turn(fail, cpu, is_online))
		return -1;
	for (size_t tried = 0; tried < fail->nr_states; tried++) {
		struct state *state = &fail->states[fail->next[direction]++ % fail->nr_states];
		int err;

		if (state->is_refused[direction])
			continue;
		err = hotplug_control_set_fail(fail->c, cpu, (int)state->number);
		if (err) {
			state->is_refused[direction] = true;
			continue;
		}
		state->is_tried[direction] = true;
		fail->armed = state;
		fail->direction = direction;
		return (int)state->number;
	}
	return -1;
}

bool hotplug_fail_disarm(struct hotplug_fail *fail, unsigned int cpu)
{
	struct state *state = fail ? fail->armed : NULL;
	int still;

	if (!state)
		return false;
	fail->armed = NULL;
	still = hotplug_control_fail(fail->c, cpu);
	if (still >= 0) {
		hotplug_control_set_fail(fail->c, cpu, -1);
		return false;
	}
	state->is_failed[fail->direction] = true;
	return true;
}

struct counts {
	size_t nr_failed, nr_idle, nr_left;
};

static struct counts count(const struct hotplug_fail *fail, enum direction d)
{
	struct counts counts = { 0 };

	for (size_t i = 0; i < fail->nr_states; i++) {
		const struct state *state = &fail->states[i];

		counts.nr_failed += state->is_failed[d];
		counts.nr_idle += state->is_tried[d] && !state->is_failed[d];
		counts.nr_left += !state->is_tried[d] && !state->is_refused[d];
	}
	return counts;
}

void hotplug_fail_report(const struct hotplug_fail *fail, char *text, size_t size)
{
	const struct counts down = count(fail, DOWN), up = count(fail, UP);

	snprintf(text, size,
		 "--fail-state: steps failed at %zu states going and at %zu coming; %zu and %zu "
		 "have nothing to do that way; %zu and %zu were not reached%s",
		 down.nr_failed, up.nr_failed, down.nr_idle, up.nr_idle, down.nr_left, up.nr_left,
		 down.nr_left + up.nr_left ? ": raise --cycles" : "");
}
