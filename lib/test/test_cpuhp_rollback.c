/* SPDX-License-Identifier: MIT */
/*
 * A move that fails on any rung is undone in exactly the opposite order, and its first error is
 * the one that is told.
 */
#include "cpuhp_ledger.h"

#define CPU 1025u

static void fails_the_way_up(struct ledger *ledger, int start, int rung)
{
	struct cpuhp *hp = ledger->hp;

	assert_int_equal(cpu_up(hp, CPU, start), 0);
	ledger_clear(ledger);
	ledger->rungs[rung].ret[CPUHP_UP] = -ENOSPC;
	ledger_expect(ledger, CPU, CPUHP_UP, start + 1, rung - 1);
	ledger_expect_failure(ledger, CPU, CPUHP_UP, rung);
	ledger_expect(ledger, CPU, CPUHP_DOWN, rung - 1, start + 1);
	assert_int_equal(cpu_up(hp, CPU, CPUHP_ONLINE), -ENOSPC);
	assert_int_equal(cpuhp_cpu_state(hp, CPU), start);
	ledger_check(ledger);

	ledger->rungs[rung].ret[CPUHP_UP] = 0;
	assert_int_equal(cpu_up(hp, CPU, CPUHP_ONLINE), 0);
	assert_int_equal(cpu_down(hp, CPU, CPUHP_OFFLINE), 0);
}

static void fails_the_way_down(struct ledger *ledger, int target, int rung)
{
	struct cpuhp *hp = ledger->hp;

	assert_int_equal(cpu_up(hp, CPU, CPUHP_ONLINE), 0);
	ledger_clear(ledger);
	ledger->rungs[rung].ret[CPUHP_DOWN] = -EBUSY;
	ledger_expect(ledger, CPU, CPUHP_DOWN, NR_RUNGS, rung + 1);
	ledger_expect_failure(ledger, CPU, CPUHP_DOWN, rung);
	ledger_expect(ledger, CPU, CPUHP_UP, rung + 1, NR_RUNGS);
	assert_int_equal(cpu_down(hp, CPU, target), -EBUSY);
	assert_int_equal(cpuhp_cpu_state(hp, CPU), CPUHP_ONLINE);
	ledger_check(ledger);

	ledger->rungs[rung].ret[CPUHP_DOWN] = 0;
	assert_int_equal(cpu_down(hp, CPU, CPUHP_OFFLINE), 0);
}

static void is_balanced(const struct ledger *ledger)
{
	for (int rung = 1; rung <= NR_RUNGS; rung++)
		assert_int_equal(ledger->balance[rung], 0);
	assert_int_equal(cpuhp_rollback_failures(ledger->hp), 0);
}

static void undoes_a_startup_failing_on_any_rung(void **state)
{
	struct ledger *ledger = *state;

	for (int start = 0; start < NR_RUNGS; start++)
		for (int rung = start + 1; rung <= NR_RUNGS; rung++)
			fails_the_way_up(ledger, start, rung);
	is_balanced(ledger);
}

static void undoes_a_teardown_failing_on_any_rung(void **state)
{
	struct ledger *ledger = *state;

	for (int target = 0; target < NR_RUNGS; target++)
		for (int rung = target + 1; rung <= NR_RUNGS; rung++)
			fails_the_way_down(ledger, target, rung);
	is_balanced(ledger);
}

static void undoes_what_a_fail_point_stopped(void **state)
{
	const struct cpuhp_fail fail = { .error = -EIO };
	struct ledger *ledger = *state;

	for (int rung = 1; rung <= NR_RUNGS; rung++) {
		ledger_clear(ledger);
		assert_int_equal(cpuhp_fail_at(ledger->hp, rung, CPUHP_UP, &fail), 0);
		assert_int_equal(cpuhp_fail_at(ledger->hp, rung, CPUHP_DOWN, &fail), 0);
		ledger_expect(ledger, CPU, CPUHP_UP, 1, rung - 1);
		ledger_expect(ledger, CPU, CPUHP_DOWN, rung - 1, 1);
		assert_int_equal(cpu_up(ledger->hp, CPU, CPUHP_ONLINE), -EIO);
		ledger_check(ledger);

		assert_int_equal(cpu_up(ledger->hp, CPU, CPUHP_ONLINE), 0);
		ledger_clear(ledger);
		ledger_expect(ledger, CPU, CPUHP_DOWN, NR_RUNGS, rung + 1);
		ledger_expect(ledger, CPU, CPUHP_UP, rung + 1, NR_RUNGS);
		assert_int_equal(cpu_down(ledger->hp, CPU, CPUHP_OFFLINE), -EIO);
		ledger_check(ledger);
		assert_int_equal(cpu_down(ledger->hp, CPU, CPUHP_OFFLINE), 0);
	}
	is_balanced(ledger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ledger_test(undoes_a_startup_failing_on_any_rung),
		ledger_test(undoes_a_teardown_failing_on_any_rung),
		ledger_test(undoes_what_a_fail_point_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
