/* SPDX-License-Identifier: MIT */
/* Every line of workloads.def and duties.def is found by its own name, once, and says what it is.
 */
#include "duty.h"
#include "workload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void workloads_are_complete(void **state)
{
	size_t nr;
	const struct workload *const *list = workload_list(&nr);

	(void)state;
	assert_true(nr >= 3);
	for (size_t i = 0; i < nr; i++) {
		assert_ptr_equal(workload_find(list[i]->name), list[i]);
		assert_true(plan_is_name(list[i]->name));
		assert_non_null(list[i]->generate);
		assert_true(strlen(list[i]->summary) > 10);
		assert_true(list[i]->min_cpus >= 1);
		assert_true(list[i]->min_cpus == 1 || strlen(list[i]->collapses) > 10);
	}
	assert_null(workload_find(""));
	assert_null(workload_find("no-such-workload"));
}

static void duties_are_complete(void **state)
{
	size_t nr;
	const struct duty *const *list = duty_list(&nr);

	(void)state;
	assert_true(nr >= 3);
	for (size_t i = 0; i < nr; i++) {
		assert_ptr_equal(duty_find(list[i]->name), list[i]);
		assert_true(plan_is_name(list[i]->name));
		assert_non_null(list[i]->has_work);
		assert_non_null(list[i]->step);
		assert_non_null(list[i]->verify);
		assert_true(!list[i]->prepare == !list[i]->finish);
		assert_true(strlen(list[i]->summary) > 10);
		assert_true(strlen(list[i]->unit) > 0);
	}
	assert_null(duty_find("no-such-duty"));
}

static void dwell_is_dithered_and_sticks(void **state)
{
	struct plan_params params = { .dither_ns = 100 };
	uint64_t least_ns = UINT64_MAX, most_ns = 0, now_ns = UINT64_MAX - 5;
	struct random random;

	(void)state;
	random_init(&random, 1);
	for (int i = 0; i < 5000; i++) {
		uint64_t dwell_ns = workload_dwell(&params, 1000, &random);

		least_ns = dwell_ns < least_ns ? dwell_ns : least_ns;
		most_ns = dwell_ns > most_ns ? dwell_ns : most_ns;
	}
	assert_int_equal(least_ns, 1000);
	assert_int_equal(most_ns, 1100);
	params.dwell_on_ns = 6;
	workload_wait(&params, PLAN_ONLINE, &random, &now_ns);
	assert_true(now_ns == UINT64_MAX);
	params.dither_ns = UINT64_MAX;
	assert_true(workload_dwell(&params, UINT64_MAX, &random) == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workloads_are_complete),
		cmocka_unit_test(duties_are_complete),
		cmocka_unit_test(dwell_is_dithered_and_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
