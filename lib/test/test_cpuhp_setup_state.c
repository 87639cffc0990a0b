/* SPDX-License-Identifier: MIT */
/* A step that comes or goes while CPUs are up is run for those that have passed its rung. */
#include "cpuhp_ledger.h"

/* CPUs 0 and 4097 online, 2 on the rung, 3 one below it; the others on the ground. */
static void spread_cpus(struct ledger *ledger)
{
	assert_int_equal(cpuhp_remove_state(ledger->hp, 10), 0);
	assert_int_equal(cpu_up(ledger->hp, 0, CPUHP_ONLINE), 0);
	assert_int_equal(cpu_up(ledger->hp, 2, 10), 0);
	assert_int_equal(cpu_up(ledger->hp, 3, 9), 0);
	assert_int_equal(cpu_up(ledger->hp, 4097, CPUHP_ONLINE), 0);
	ledger_clear(ledger);
}

static void runs_for_cpus_that_passed(void **state)
{
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 10);

	spread_cpus(ledger);
	assert_int_equal(cpuhp_setup_state(ledger->hp, 10, &step), 0);
	assert_string_equal(ledger->text, "0+10 2+10 4097+10 ");
	ledger_clear(ledger);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 10), 0);
	assert_string_equal(ledger->text, "4097-10 2-10 0-10 ");
	assert_null(cpuhp_state_name(ledger->hp, 10));
}

static int startup_but_not_4097(unsigned int cpu, void *data)
{
	return cpu == 4097 ? -ENOMEM : ledger_startup(cpu, data);
}

static int teardown_but_not_0(unsigned int cpu, void *data)
{
	return cpu == 0 ? -EBUSY : ledger_teardown(cpu, data);
}

static void leaves_no_step_behind_when_setup_fails(void **state)
{
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 10);

	spread_cpus(ledger);
	step.startup = startup_but_not_4097;
	assert_int_equal(cpuhp_setup_state(ledger->hp, 10, &step), -ENOMEM);
	assert_string_equal(ledger->text, "0+10 2+10 2-10 0-10 ");
	assert_null(cpuhp_state_name(ledger->hp, 10));
	assert_int_equal(cpuhp_remove_state(ledger->hp, 10), -ENOENT);
}

static void keeps_the_step_when_removal_fails(void **state)
{
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 10);

	spread_cpus(ledger);
	step.teardown = teardown_but_not_0;
	assert_int_equal(cpuhp_setup_state(ledger->hp, 10, &step), 0);
	ledger_clear(ledger);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 10), -EBUSY);
	assert_string_equal(ledger->text, "4097-10 2-10 2+10 4097+10 ");
	assert_string_equal(cpuhp_state_name(ledger->hp, 10), "rung:10");
}

static void keeps_the_first_error_of_a_setup(void **state)
{
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 10);

	spread_cpus(ledger);
	step.startup = startup_but_not_4097;
	step.teardown = teardown_but_not_0;
	assert_int_equal(cpuhp_setup_state(ledger->hp, 10, &step), -ENOMEM);
	assert_int_equal(cpuhp_rollback_failures(ledger->hp), 1);
}

static void tells_misuse(void **state)
{
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 10);
	struct cpuhp_step nameless = { .startup = ledger_startup, .data = step.data };

	assert_int_equal(cpuhp_setup_state(ledger->hp, 10, &step), -EBUSY);
	assert_int_equal(cpuhp_setup_state(ledger->hp, CPUHP_OFFLINE, &step), -EINVAL);
	assert_int_equal(cpuhp_setup_state(ledger->hp, CPUHP_ONLINE, &step), -EINVAL);
	assert_int_equal(cpuhp_setup_state(ledger->hp, -1, &step), -EINVAL);
	assert_int_equal(cpuhp_remove_state(ledger->hp, CPUHP_OFFLINE), -EINVAL);
	assert_int_equal(cpuhp_remove_state(ledger->hp, CPUHP_ONLINE), -EINVAL);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 10), 0);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 10), -ENOENT);
	assert_int_equal(cpuhp_setup_state(ledger->hp, 10, &nameless), -EINVAL);
	assert_string_equal(ledger->text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ledger_test(runs_for_cpus_that_passed),
		ledger_test(leaves_no_step_behind_when_setup_fails),
		ledger_test(keeps_the_step_when_removal_fails),
		ledger_test(keeps_the_first_error_of_a_setup),
		ledger_test(tells_misuse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
