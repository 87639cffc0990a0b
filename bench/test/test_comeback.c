/* SPDX-License-Identifier: MIT */
/* A thread that could run elsewhere is counted and bound again; one that is bound is neither. */
#include "comeback.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

static struct cpumask affinity(void)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	assert_true(sched_getaffinity(0, sizeof(mask), (cpu_set_t *)mask.bits) >= 0);
	return mask;
}

static void test_lost_is_counted_and_repaired(void **state)
{
	const struct cpumask before = affinity();
	struct tenant tenant = { .tid = gettid() };
	struct tenancy ty = { .tenants = &tenant, .nr_tenants = 1 };
	struct step_sample s = { 0 };
	struct cpumask after;

	(void)state;
	if (cpumask_weight(&before) < 2)
		skip();
	ty.real_cpu = cpumask_last(&before);
	comeback_check_threads(&ty, &s);
	assert_int_equal(s.nr_affinity_lost, 1);
	assert_false(s.is_affinity_unrepaired);
	after = affinity();
	assert_int_equal(cpumask_weight(&after), 1);
	assert_int_equal(cpumask_first(&after), ty.real_cpu);

	s = (struct step_sample){ 0 };
	comeback_check_threads(&ty, &s);
	assert_int_equal(s.nr_affinity_lost, 0);
	assert_int_equal(s.affinity_repair_ns, 0);

	/* Bound, but to another CPU than its own. */
	ty.real_cpu = cpumask_first(&before);
	comeback_check_others(&ty, &s);
	assert_int_equal(s.nr_others_lost, 1);
	assert_int_equal(comeback_nr_unbound(&ty), 0);
	sched_setaffinity(0, sizeof(before), (const cpu_set_t *)before.bits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lost_is_counted_and_repaired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
