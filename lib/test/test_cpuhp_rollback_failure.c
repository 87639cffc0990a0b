/* SPDX-License-Identifier: MIT */
/* Callbacks that fail on the way back are counted and passed; the first error is still told. */
#include "cpuhp_ledger.h"

static void goes_on_when_a_teardown_fails(void **state)
{
	struct ledger *ledger = *state;

	ledger->rungs[6].ret[CPUHP_UP] = -ENOMEM;
	ledger->rungs[5].ret[CPUHP_DOWN] = -EIO;
	ledger->rungs[2].ret[CPUHP_DOWN] = -EPERM;
	assert_int_equal(cpu_up(ledger->hp, 9, CPUHP_ONLINE), -ENOMEM);
	assert_string_equal(ledger->text, "9+1 9+2 9+3 9+4 9+5 9+6! 9-5! 9-4 9-3 9-2! 9-1 ");
	assert_int_equal(cpuhp_cpu_state(ledger->hp, 9), CPUHP_OFFLINE);
	assert_int_equal(cpuhp_rollback_failures(ledger->hp), 2);
}

static void goes_on_when_a_startup_fails(void **state)
{
	struct ledger *ledger = *state;

	assert_int_equal(cpu_up(ledger->hp, 9, 7), 0);
	ledger_clear(ledger);
	ledger->rungs[3].ret[CPUHP_DOWN] = -EBUSY;
	ledger->rungs[4].ret[CPUHP_UP] = -ENOMEM;
	assert_int_equal(cpu_down(ledger->hp, 9, CPUHP_OFFLINE), -EBUSY);
	assert_string_equal(ledger->text, "9-7 9-6 9-5 9-4 9-3! 9+4! 9+5 9+6 9+7 ");
	assert_int_equal(cpuhp_cpu_state(ledger->hp, 9), 7);
	assert_int_equal(cpuhp_rollback_failures(ledger->hp), 1);
}

static void keeps_counting_over_moves(void **state)
{
	struct ledger *ledger = *state;

	ledger->rungs[2].ret[CPUHP_UP] = -ENOMEM;
	ledger->rungs[1].ret[CPUHP_DOWN] = -EIO;
	for (unsigned int cpu = 0; cpu < 5; cpu++) {
		assert_int_equal(cpu_up(ledger->hp, cpu, 2), -ENOMEM);
		assert_int_equal(cpuhp_rollback_failures(ledger->hp), cpu + 1);
	}
}

/* A failure of the move itself is no rollback failure. */
static void counts_only_the_way_back(void **state)
{
	struct ledger *ledger = *state;

	ledger->rungs[4].ret[CPUHP_UP] = -ENOMEM;
	assert_int_equal(cpu_up(ledger->hp, 0, CPUHP_ONLINE), -ENOMEM);
	assert_int_equal(cpuhp_rollback_failures(ledger->hp), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ledger_test(goes_on_when_a_teardown_fails),
		ledger_test(goes_on_when_a_startup_fails),
		ledger_test(keeps_counting_over_moves),
		ledger_test(counts_only_the_way_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
