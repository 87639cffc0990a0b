/* SPDX-License-Identifier: MIT */
/* The second threads go and come together; without any the workload is refused. */
#include "machine.h"

#include "plan.h"

#include <errno.h>

static struct topology topo;

static int load_machine(void **state)
{
	(void)state;
	load_synthetic("package:2 core:4 pu:2", &topo);
	return 0;
}

static int fini_machine(void **state)
{
	(void)state;
	topology_fini(&topo);
	return 0;
}

/* "1- 3- 1+ 3+ " */
static void assert_steps(const char *cpus, unsigned int cycles, unsigned int max_off,
			 const char *expected)
{
	struct plan_params params = { .workload = "smt", .cycles = cycles, .max_off = max_off };
	char why[256] = "", text[512] = "";
	struct plan plan;
	size_t length = 0;

	assert_int_equal(cpumask_parse(cpus, &params.cpus), 0);
	if (plan_generate(&topo, &params, &plan, why, sizeof(why)))
		fail_msg("%s", why);
	for (size_t i = 0; i < plan.nr_steps; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%u%c ",
					   plan.steps[i].cpu,
					   plan.steps[i].action == PLAN_OFFLINE ? '-' : '+');
	assert_string_equal(text, expected);
	plan_fini(&plan);
}

static void second_threads_go_together(void **state)
{
	(void)state;
	assert_steps("0-5", 6, 0, "1- 3- 5- 1+ 3+ 5+ 1- 3- 5- 1+ 3+ 5+ ");
}

static void a_part_at_a_time_under_a_cap(void **state)
{
	(void)state;
	assert_steps("0-5", 4, 2, "1- 3- 1+ 3+ 5- 5+ 1- 1+ ");
}

static void without_second_threads_it_is_refused(void **state)
{
	struct plan_params params = { .workload = "smt", .cycles = 3 };
	char why[256] = "";
	struct plan plan;

	(void)state;
	assert_int_equal(cpumask_parse("0,2,4", &params.cpus), 0);
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EOPNOTSUPP);
	assert_string_equal(why, "none of these CPUs is the second thread of a core: use sweep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(second_threads_go_together),
		cmocka_unit_test(a_part_at_a_time_under_a_cap),
		cmocka_unit_test(without_second_threads_it_is_refused),
	};

	return cmocka_run_group_tests(tests, load_machine, fini_machine);
}
