/* SPDX-License-Identifier: MIT */
/* Sets of CPU numbers with holes: walking, combining, and numbers that do not fit. */
#include <kpark/cpumask.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void walks_members_across_holes(void **state)
{
	const unsigned int members[] = { 0, 63, 64, 1023, 4097, 8191 };
	const size_t nr = sizeof(members) / sizeof(members[0]);
	struct cpumask mask = { { 0 } };
	unsigned int cpu;
	size_t seen = 0;

	(void)state;
	assert_int_equal(cpumask_first(&mask), CPUMASK_NR_CPUS);
	assert_int_equal(cpumask_last(&mask), CPUMASK_NR_CPUS);
	for (size_t i = 0; i < nr; i++) {
		cpumask_set_cpu(members[i], &mask);
		assert_int_equal(cpumask_last(&mask), members[i]);
	}
	for_each_cpu (cpu, &mask) {
		assert_true(seen < nr);
		assert_int_equal(cpu, members[seen++]);
		cpumask_clear_cpu(cpu, &mask);
	}
	assert_int_equal(seen, nr);
	assert_true(cpumask_empty(&mask));
}

static void ignores_what_it_cannot_hold(void **state)
{
	struct cpumask mask = { { 0 } };

	(void)state;
	cpumask_set_cpu(CPUMASK_NR_CPUS, &mask);
	cpumask_set_cpu(UINT32_MAX, &mask);
	cpumask_clear_cpu(UINT32_MAX, &mask);
	assert_true(cpumask_empty(&mask));
	assert_false(cpumask_test_cpu(CPUMASK_NR_CPUS, &mask));
	assert_int_equal(cpumask_next(UINT32_MAX, &mask), CPUMASK_NR_CPUS);
}

static void combines_sets(void **state)
{
	struct cpumask a, b, both, any, only;

	(void)state;
	assert_int_equal(cpumask_parse("0-7,4097", &a), 0);
	assert_int_equal(cpumask_parse("4-9,4097", &b), 0);
	cpumask_and(&both, &a, &b);
	cpumask_or(&any, &a, &b);
	cpumask_andnot(&only, &a, &b);
	assert_int_equal(cpumask_weight(&both), 5);
	assert_int_equal(cpumask_weight(&any), 11);
	assert_int_equal(cpumask_weight(&only), 4);
	assert_true(cpumask_subset(&both, &a) && cpumask_subset(&a, &any));
	assert_false(cpumask_subset(&a, &both));
	cpumask_or(&any, &both, &only);
	assert_true(cpumask_equal(&any, &a));
	assert_false(cpumask_equal(&any, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_members_across_holes),
		cmocka_unit_test(ignores_what_it_cannot_hold),
		cmocka_unit_test(combines_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
