/* SPDX-License-Identifier: MIT */
/* Phases nest, interleave and repeat; each has what happened between its own begins and ends. */
#include "counters.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { NR_ROUNDS = 200 };

struct pipes {
	int there[2], back[2];
};

static void *echo(void *arg)
{
	struct pipes *pipes = arg;
	char c;

	while (read(pipes->there[0], &c, 1) == 1)
		if (write(pipes->back[1], &c, 1) != 1)
			break;
	return NULL;
}

/* Each round blocks both threads once: two switches, or hardly fewer where one is missed. */
static void ping_pong(const struct pipes *pipes, int nr_rounds)
{
	char c = 'x';

	for (int i = 0; i < nr_rounds; i++) {
		assert_int_equal(write(pipes->there[1], &c, 1), 1);
		assert_int_equal(read(pipes->back[0], &c, 1), 1);
	}
}

static struct counter_result result_of(const struct counters *counters, enum phase phase)
{
	struct counter_result result;

	counters_result(counters, 0, phase, &result);
	return result;
}

static void each_phase_has_its_own(void **state)
{
	struct counters *counters = *state;
	struct pipes pipes;
	pthread_t thread;
	struct counter_result outer, inner, late;

	assert_int_equal(pipe(pipes.there) | pipe(pipes.back), 0);
	assert_int_equal(pthread_create(&thread, NULL, echo, &pipes), 0);

	counters_begin(counters, PHASE_TOTAL);
	ping_pong(&pipes, NR_ROUNDS);
	counters_begin(counters, PHASE_QUIESCE);
	ping_pong(&pipes, NR_ROUNDS);
	counters_begin(counters, PHASE_OFF_CPU);
	counters_end(counters, PHASE_QUIESCE);
	ping_pong(&pipes, NR_ROUNDS);
	counters_end(counters, PHASE_OFF_CPU);
	counters_begin(counters, PHASE_QUIESCE);
	ping_pong(&pipes, 1);
	counters_end(counters, PHASE_QUIESCE);
	counters_end(counters, PHASE_TOTAL);
	ping_pong(&pipes, NR_ROUNDS * 10);

	outer = result_of(counters, PHASE_TOTAL);
	inner = result_of(counters, PHASE_QUIESCE);
	late = result_of(counters, PHASE_OFF_CPU);
	assert_in_range(outer.count, NR_ROUNDS * 2, NR_ROUNDS * 13);
	assert_in_range(inner.count, NR_ROUNDS / 2, outer.count - NR_ROUNDS);
	assert_in_range(late.count, NR_ROUNDS / 2, outer.count - NR_ROUNDS);
	assert_int_equal(outer.nr_pairs, 1);
	assert_int_equal(inner.nr_pairs, 2);
	assert_int_equal(late.nr_pairs, 1);

	close(pipes.there[1]);
	pthread_join(thread, NULL);
	close(pipes.there[0]);
	close(pipes.back[0]);
	close(pipes.back[1]);
}

static void what_never_took_place_is_blank(void **state)
{
	struct counters *counters = *state;
	struct counter_result result;

	counters_begin(counters, PHASE_OFFLINE);
	counters_drop(counters, PHASE_OFFLINE);
	counters_drop(counters, PHASE_OFFLINE);
	result = result_of(counters, PHASE_OFFLINE);
	assert_int_equal(result.status, COUNTER_BLANK);
	assert_int_equal(result.nr_pairs, 0);
	assert_non_null(strstr(result.reason, "never took place"));

	counters_begin(counters, PHASE_OFFLINE);
	counters_end(counters, PHASE_OFFLINE);
	assert_int_equal(result_of(counters, PHASE_OFFLINE).status, COUNTER_EXACT);
}

static int open_switches(void **state)
{
	struct counters *counters;
	char why[160];

	if (counters_open("context-switches", &counters, why, sizeof(why)))
		return -1;
	*state = counters;
	return 0;
}

static int close_switches(void **state)
{
	counters_close(*state);
	return 0;
}

/* Needs no privilege: the process accounting knows switches, too. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_phase_has_its_own, open_switches,
						close_switches),
		cmocka_unit_test_setup_teardown(what_never_took_place_is_blank, open_switches,
						close_switches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
