/* SPDX-License-Identifier: MIT */
/* A CPU passes every rung between where it stands and its target, once and in order. */
#include "cpuhp_ledger.h"

static void goes_all_the_way_and_back(void **state)
{
	struct ledger *ledger = *state;

	ledger_expect(ledger, 4097, CPUHP_UP, 1, NR_RUNGS);
	assert_int_equal(cpu_up(ledger->hp, 4097, CPUHP_ONLINE), 0);
	assert_int_equal(cpuhp_cpu_state(ledger->hp, 4097), CPUHP_ONLINE);
	ledger_check(ledger);

	ledger_expect(ledger, 4097, CPUHP_DOWN, NR_RUNGS, 1);
	assert_int_equal(cpu_down(ledger->hp, 4097, CPUHP_OFFLINE), 0);
	assert_int_equal(cpuhp_cpu_state(ledger->hp, 4097), CPUHP_OFFLINE);
	ledger_check(ledger);
}

static void stops_at_any_target(void **state)
{
	struct ledger *ledger = *state;

	for (int from = 0; from <= CPUHP_ONLINE; from++)
		for (int to = from; to <= CPUHP_ONLINE; to++) {
			assert_int_equal(cpu_up(ledger->hp, 7, from), 0);
			ledger_clear(ledger);
			ledger_expect(ledger, 7, CPUHP_UP, from + 1, to < NR_RUNGS ? to : NR_RUNGS);
			assert_int_equal(cpu_up(ledger->hp, 7, to), 0);
			ledger_check(ledger);
			ledger_expect(ledger, 7, CPUHP_DOWN, to < NR_RUNGS ? to : NR_RUNGS,
				      from + 1);
			assert_int_equal(cpu_down(ledger->hp, 7, from), 0);
			ledger_check(ledger);
			assert_int_equal(cpu_down(ledger->hp, 7, CPUHP_OFFLINE), 0);
		}
}

static void does_nothing_when_already_there(void **state)
{
	struct ledger *ledger = *state;

	assert_int_equal(cpu_down(ledger->hp, 0, CPUHP_OFFLINE), 0);
	assert_int_equal(cpu_up(ledger->hp, 0, CPUHP_OFFLINE), 0);
	assert_string_equal(ledger->text, "");
	assert_int_equal(cpu_up(ledger->hp, 0, 12), 0);
	ledger_clear(ledger);
	assert_int_equal(cpu_up(ledger->hp, 0, 12), 0);
	assert_int_equal(cpu_down(ledger->hp, 0, 12), 0);
	assert_string_equal(ledger->text, "");
}

static void refuses_a_target_on_the_wrong_side(void **state)
{
	struct ledger *ledger = *state;

	assert_int_equal(cpu_up(ledger->hp, 3, 12), 0);
	ledger_clear(ledger);
	assert_int_equal(cpu_up(ledger->hp, 3, 11), -EINVAL);
	assert_int_equal(cpu_down(ledger->hp, 3, 13), -EINVAL);
	assert_int_equal(cpu_up(ledger->hp, 3, CPUHP_ONLINE + 1), -EINVAL);
	assert_int_equal(cpu_down(ledger->hp, 3, -1), -EINVAL);
	assert_int_equal(cpu_up(ledger->hp, LEDGER_NR_CPUS, CPUHP_ONLINE), -EINVAL);
	assert_int_equal(cpuhp_cpu_state(ledger->hp, LEDGER_NR_CPUS), -EINVAL);
	assert_int_equal(cpuhp_cpu_state(ledger->hp, 3), 12);
	assert_string_equal(ledger->text, "");
}

static void leaves_other_cpus_alone(void **state)
{
	struct ledger *ledger = *state;

	assert_int_equal(cpu_up(ledger->hp, 5, 20), 0);
	assert_int_equal(cpu_up(ledger->hp, 1025, 9), 0);
	assert_int_equal(cpu_down(ledger->hp, 5, 2), 0);
	for (unsigned int cpu = 0; cpu < cpuhp_nr_cpus(ledger->hp); cpu++)
		assert_int_equal(cpuhp_cpu_state(ledger->hp, cpu), cpu == 5	 ? 2
								   : cpu == 1025 ? 9
										 : CPUHP_OFFLINE);
}

static void passes_missing_callbacks_silently(void **state)
{
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 4);

	step.teardown = NULL;
	assert_int_equal(cpuhp_remove_state(ledger->hp, 3), 0);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 4), 0);
	assert_int_equal(cpuhp_setup_state(ledger->hp, 4, &step), 0);
	assert_int_equal(cpu_up(ledger->hp, 8, 5), 0);
	assert_int_equal(cpu_down(ledger->hp, 8, 0), 0);
	assert_string_equal(ledger->text, "8+1 8+2 8+4 8+5 8-5 8-2 8-1 ");
}

static void names_its_rungs(void **state)
{
	struct ledger *ledger = *state;

	assert_string_equal(cpuhp_state_name(ledger->hp, CPUHP_OFFLINE), "offline");
	assert_string_equal(cpuhp_state_name(ledger->hp, 17), "rung:17");
	assert_string_equal(cpuhp_state_name(ledger->hp, CPUHP_ONLINE), "online");
	assert_int_equal(cpuhp_remove_state(ledger->hp, 17), 0);
	assert_null(cpuhp_state_name(ledger->hp, 17));
	assert_null(cpuhp_state_name(ledger->hp, -1));
	assert_null(cpuhp_state_name(ledger->hp, CPUHP_ONLINE + 1));
}

static void needs_at_least_one_cpu(void **state)
{
	(void)state;
	errno = 0;
	assert_null(cpuhp_create(0));
	assert_int_equal(errno, EINVAL);
	cpuhp_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ledger_test(goes_all_the_way_and_back),
		ledger_test(stops_at_any_target),
		ledger_test(does_nothing_when_already_there),
		ledger_test(refuses_a_target_on_the_wrong_side),
		ledger_test(leaves_other_cpus_alone),
		ledger_test(passes_missing_callbacks_silently),
		ledger_test(names_its_rungs),
		cmocka_unit_test(needs_at_least_one_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
