/* SPDX-License-Identifier: MIT */
/* A callback or hook that calls back into its own ladder is told so instead of hanging. */
#include "cpuhp_ledger.h"

#include <unistd.h>

struct caller {
	struct ledger *ledger;
	struct cpuhp *other;
	int nr_calls;
};

/* Everything that takes the lock says -EDEADLK; the queries answer; another ladder is free. */
static void call_back(struct caller *caller, unsigned int cpu)
{
	struct cpuhp *hp = caller->ledger->hp;
	const struct cpuhp_step step = { .name = "late" };
	const struct cpuhp_fail fail = { 0 };

	assert_int_equal(cpu_up(hp, cpu, CPUHP_ONLINE), -EDEADLK);
	assert_int_equal(cpu_down(hp, cpu, CPUHP_OFFLINE), -EDEADLK);
	assert_int_equal(cpu_up(hp, cpu + 1, CPUHP_ONLINE), -EDEADLK);
	assert_int_equal(cpuhp_setup_state(hp, 29, &step), -EDEADLK);
	assert_int_equal(cpuhp_remove_state(hp, 28), -EDEADLK);
	assert_int_equal(cpuhp_fail_at(hp, 28, CPUHP_UP, &fail), -EDEADLK);
	assert_int_equal(cpuhp_set_trace(hp, NULL, NULL), -EDEADLK);
	assert_int_equal(cpuhp_lock(hp), -EDEADLK);

	assert_true(cpuhp_cpu_state(hp, cpu) >= 0);
	assert_string_equal(cpuhp_state_name(hp, 28), "rung:28");
	assert_int_equal(cpu_up(caller->other, 0, CPUHP_ONLINE), 0);
	assert_int_equal(cpu_down(caller->other, 0, CPUHP_OFFLINE), 0);
	caller->nr_calls++;
}

static int call_back_up(unsigned int cpu, void *data)
{
	call_back(data, cpu);
	return 0;
}

static void call_back_traced(void *data, const struct cpuhp_event *event)
{
	call_back(data, event->cpu);
}

static void callback_gets_edeadlk(void **state)
{
	struct caller caller = { .ledger = *state };
	const struct cpuhp_step step = { "caller", call_back_up, call_back_up, &caller };
	struct cpuhp *hp = caller.ledger->hp;

	caller.other = cpuhp_create(1);
	assert_non_null(caller.other);
	assert_int_equal(cpuhp_remove_state(hp, 29), 0);
	assert_int_equal(cpuhp_remove_state(hp, 5), 0);
	assert_int_equal(cpu_up(hp, 6, CPUHP_ONLINE), 0);
	assert_int_equal(cpuhp_setup_state(hp, 5, &step), 0);
	assert_int_equal(cpu_down(hp, 6, CPUHP_OFFLINE), 0);
	assert_int_equal(cpu_up(hp, 6, 5), 0);
	assert_int_equal(cpuhp_remove_state(hp, 5), 0);
	assert_int_equal(caller.nr_calls, 4);
	cpuhp_destroy(caller.other);
}

static void hook_gets_edeadlk(void **state)
{
	struct caller caller = { .ledger = *state };
	struct cpuhp *hp = caller.ledger->hp;

	caller.other = cpuhp_create(1);
	assert_non_null(caller.other);
	assert_int_equal(cpuhp_remove_state(hp, 29), 0);
	assert_int_equal(cpuhp_set_trace(hp, call_back_traced, &caller), 0);
	assert_int_equal(cpu_up(hp, 6, 2), 0);
	assert_int_equal(caller.nr_calls, 4);
	cpuhp_destroy(caller.other);
}

static void holder_of_the_lock_gets_edeadlk(void **state)
{
	struct ledger *ledger = *state;

	assert_int_equal(cpuhp_lock(ledger->hp), 0);
	assert_int_equal(cpuhp_lock(ledger->hp), -EDEADLK);
	assert_int_equal(cpu_up(ledger->hp, 0, CPUHP_ONLINE), -EDEADLK);
	cpuhp_unlock(ledger->hp);
	assert_int_equal(cpu_up(ledger->hp, 0, CPUHP_ONLINE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ledger_test(callback_gets_edeadlk),
		ledger_test(hook_gets_edeadlk),
		ledger_test(holder_of_the_lock_gets_edeadlk),
	};

	/* A ladder that hangs is killed here, with SIGALRM for its reason. */
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
