/* SPDX-License-Identifier: MIT */
/* A fail point fails the calls it was told to fail, in its direction, and no others. */
#include "cpuhp_ledger.h"

/* One '!' per refused cpu_up(), one '.' per accepted, over @nr round trips. */
static const char *try_ups(struct ledger *ledger, char *text, int nr, int error)
{
	for (int i = 0; i < nr; i++) {
		int ret = cpu_up(ledger->hp, 0, 3);

		assert_true(ret == 0 || ret == error);
		text[i] = ret ? '!' : '.';
		assert_int_equal(cpu_down(ledger->hp, 0, 0), 0);
		ledger_clear(ledger);
	}
	text[nr] = '\0';
	return text;
}

static void fails_once_by_default(void **state)
{
	const struct cpuhp_fail fail = { 0 };
	struct ledger *ledger = *state;
	char text[16];

	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_UP, &fail), 0);
	assert_string_equal(try_ups(ledger, text, 5, -EAGAIN), "!....");
}

static void fails_the_nth_call(void **state)
{
	const struct cpuhp_fail once = { .nth = 3, .error = -ENOMEM };
	const struct cpuhp_fail always = { .nth = 3, .error = -ENOMEM, .is_repeated = true };
	struct ledger *ledger = *state;
	char text[16];

	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_UP, &once), 0);
	assert_string_equal(try_ups(ledger, text, 8, -ENOMEM), "..!.....");
	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_UP, &always), 0);
	assert_string_equal(try_ups(ledger, text, 8, -ENOMEM), "..!..!..");
	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_UP, &always), 0);
	assert_string_equal(try_ups(ledger, text, 4, -ENOMEM), "..!.");
}

static void is_disarmed(void **state)
{
	const struct cpuhp_fail fail = { .is_repeated = true };
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 2);
	char text[16];

	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_UP, &fail), 0);
	assert_string_equal(try_ups(ledger, text, 3, -EAGAIN), "!!!");
	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_UP, NULL), 0);
	assert_string_equal(try_ups(ledger, text, 3, -EAGAIN), "...");
	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_UP, &fail), 0);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 2), 0);
	assert_int_equal(cpuhp_setup_state(ledger->hp, 2, &step), 0);
	assert_string_equal(try_ups(ledger, text, 3, -EAGAIN), "...");
}

static void keeps_directions_apart(void **state)
{
	const struct cpuhp_fail fail = { 0 };
	struct ledger *ledger = *state;

	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_DOWN, &fail), 0);
	assert_int_equal(cpu_up(ledger->hp, 0, 3), 0);
	assert_int_equal(cpu_down(ledger->hp, 0, 0), -EAGAIN);
	assert_int_equal(cpuhp_cpu_state(ledger->hp, 0), 3);
	assert_int_equal(cpu_down(ledger->hp, 0, 0), 0);
}

static void spares_the_way_back(void **state)
{
	const struct cpuhp_fail fail = { .is_repeated = true };
	const struct cpuhp_fail back = { .in_rollback = true, .error = -EIO };
	struct ledger *ledger = *state;

	ledger->rungs[3].ret[CPUHP_UP] = -ENOSPC;
	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_DOWN, &fail), 0);
	assert_int_equal(cpu_up(ledger->hp, 0, 3), -ENOSPC);
	assert_int_equal(cpuhp_rollback_failures(ledger->hp), 0);
	ledger_clear(ledger);

	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_DOWN, &back), 0);
	assert_int_equal(cpu_up(ledger->hp, 0, 3), -ENOSPC);
	assert_string_equal(ledger->text, "0+1 0+2 0+3! 0-1 ");
	assert_int_equal(cpuhp_rollback_failures(ledger->hp), 1);
}

static void hits_setup_and_removal_too(void **state)
{
	const struct cpuhp_fail fail = { .nth = 2 };
	struct ledger *ledger = *state;
	struct cpuhp_step step = ledger_step(ledger, 2);

	for (unsigned int cpu = 0; cpu < 3; cpu++)
		assert_int_equal(cpu_up(ledger->hp, cpu, 2), 0);
	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_DOWN, &fail), 0);
	ledger_clear(ledger);
	assert_int_equal(cpuhp_remove_state(ledger->hp, 2), -EAGAIN);
	assert_string_equal(ledger->text, "2-2 2+2 ");
	assert_int_equal(cpuhp_remove_state(ledger->hp, 2), 0);
	assert_int_equal(cpuhp_fail_at(ledger->hp, 2, CPUHP_UP, &fail), 0);
	ledger_clear(ledger);
	assert_int_equal(cpuhp_setup_state(ledger->hp, 2, &step), -EAGAIN);
	assert_string_equal(ledger->text, "0+2 0-2 ");
	assert_int_equal(cpuhp_fail_at(ledger->hp, 0, CPUHP_UP, &fail), -EINVAL);
	assert_int_equal(cpuhp_fail_at(ledger->hp, CPUHP_ONLINE, CPUHP_UP, &fail), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ledger_test(fails_once_by_default), ledger_test(fails_the_nth_call),
		ledger_test(is_disarmed),	    ledger_test(keeps_directions_apart),
		ledger_test(spares_the_way_back),   ledger_test(hits_setup_and_removal_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
