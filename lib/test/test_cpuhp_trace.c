/* SPDX-License-Identifier: MIT */
/* The hook brackets every callback, and only callbacks, and tells the way back apart. */
#include "cpuhp_ledger.h"

/* "<" and ">" bracket what the callbacks write; "r" marks the way back. */
static void bracket(void *data, const struct cpuhp_event *event)
{
	struct ledger *ledger = data;
	size_t used = strlen(ledger->text);
	char *end = ledger->text + used;
	size_t left = sizeof(ledger->text) - used;
	const char *back = event->is_rollback ? "r" : "";
	char direction = event->direction == CPUHP_UP ? '+' : '-';

	if (!event->is_end) {
		assert_int_equal(event->result, 0);
		snprintf(end, left, "<%s%u%c%d ", back, event->cpu, direction, event->state);
	} else {
		snprintf(end, left, "%s%u%c%d=%d> ", back, event->cpu, direction, event->state,
			 event->result);
	}
}

static void brackets_every_callback(void **state)
{
	struct ledger *ledger = *state;

	assert_int_equal(cpuhp_set_trace(ledger->hp, bracket, ledger), 0);
	assert_int_equal(cpu_up(ledger->hp, 7, 2), 0);
	assert_int_equal(cpu_down(ledger->hp, 7, 1), 0);
	assert_string_equal(ledger->text, "<7+1 7+1 7+1=0> <7+2 7+2 7+2=0> <7-2 7-2 7-2=0> ");
}

static void tells_the_way_back(void **state)
{
	struct ledger *ledger = *state;

	ledger->rungs[2].ret[CPUHP_UP] = -5;
	ledger->rungs[1].ret[CPUHP_DOWN] = -6;
	assert_int_equal(cpuhp_set_trace(ledger->hp, bracket, ledger), 0);
	assert_int_equal(cpu_up(ledger->hp, 0, 3), -5);
	assert_string_equal(ledger->text, "<0+1 0+1 0+1=0> <0+2 0+2! 0+2=-5> <r0-1 0-1! r0-1=-6> ");
}

static void tells_injected_failures_like_real_ones(void **state)
{
	const struct cpuhp_fail fail = { .error = -9 };
	struct ledger *ledger = *state;

	assert_int_equal(cpuhp_fail_at(ledger->hp, 1, CPUHP_UP, &fail), 0);
	assert_int_equal(cpuhp_set_trace(ledger->hp, bracket, ledger), 0);
	assert_int_equal(cpu_up(ledger->hp, 0, 1), -9);
	assert_string_equal(ledger->text, "<0+1 0+1=-9> ");
}

static void says_nothing_where_nothing_runs(void **state)
{
	struct ledger *ledger = *state;
	const struct cpuhp_step step = { .name = "empty" };

	assert_int_equal(cpuhp_remove_state(ledger->hp, 1), 0);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 2), 0);
	assert_int_equal(cpuhp_setup_state(ledger->hp, 2, &step), 0);
	assert_int_equal(cpuhp_set_trace(ledger->hp, bracket, ledger), 0);
	assert_int_equal(cpu_up(ledger->hp, 0, 2), 0);
	assert_int_equal(cpu_down(ledger->hp, 0, 0), 0);
	assert_string_equal(ledger->text, "");
}

static void tells_setup_and_removal(void **state)
{
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 1);

	assert_int_equal(cpuhp_remove_state(ledger->hp, 1), 0);
	assert_int_equal(cpu_up(ledger->hp, 4, 1), 0);
	assert_int_equal(cpuhp_set_trace(ledger->hp, bracket, ledger), 0);
	assert_int_equal(cpuhp_setup_state(ledger->hp, 1, &step), 0);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 1), 0);
	assert_string_equal(ledger->text, "<4+1 4+1 4+1=0> <4-1 4-1 4-1=0> ");
	assert_int_equal(cpuhp_set_trace(ledger->hp, NULL, NULL), 0);
	ledger_clear(ledger);
	assert_int_equal(cpuhp_setup_state(ledger->hp, 1, &step), 0);
	assert_string_equal(ledger->text, "4+1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ledger_test(brackets_every_callback),
		ledger_test(tells_the_way_back),
		ledger_test(tells_injected_failures_like_real_ones),
		ledger_test(says_nothing_where_nothing_runs),
		ledger_test(tells_setup_and_removal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
