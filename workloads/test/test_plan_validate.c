/* SPDX-License-Identifier: MIT */
/* A plan that cannot be run and undone is refused, and the reason names the step. */
#include "machine.h"

#include "plan.h"

#include <errno.h>

#define STEPS_MAX 4

static const struct {
	struct plan_step steps[STEPS_MAX];
	size_t nr_steps;
	const char *why;
} invalid[] = {
	{ { { 0 } }, 0, "the plan has no step" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE } }, 1, "CPU 2 is not back when the plan ends" },
	{ { { .cpu = 2, .action = PLAN_ONLINE } },
	  1,
	  "step 0 (CPU 2) brings a CPU back that is not away" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE }, { .cpu = 2, .action = PLAN_OFFLINE } },
	  2,
	  "step 1 (CPU 2) takes a CPU off that is off already" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE },
	    { .cpu = 2, .action = PLAN_ONLINE },
	    { .cpu = 2, .action = PLAN_ONLINE } },
	  3,
	  "step 2 (CPU 2) brings a CPU back that is not away" },
	{ { { .cpu = 4, .action = PLAN_OFFLINE }, { .cpu = 4, .action = PLAN_ONLINE } },
	  2,
	  "step 0 (CPU 4) takes a CPU that is not of the plan's set" },
	{ { { .planned_ns = 9, .cpu = 2, .action = PLAN_OFFLINE },
	    { .planned_ns = 8, .cpu = 2, .action = PLAN_ONLINE } },
	  2,
	  "step 1 (CPU 2) is planned before the step in front of it" },
	{ { { .planned_ns = PLAN_NS_MAX + 1, .cpu = 2, .action = PLAN_OFFLINE } },
	  1,
	  "step 0 (CPU 2) is planned later than 292 years after the start" },
	{ { { .lane = CPUMASK_NR_CPUS, .cpu = 2, .action = PLAN_OFFLINE } },
	  1,
	  "step 0 (CPU 2) is in a lane beyond the last one" },
	{ { { .cpu = 2, .action = (enum plan_action)2 } },
	  1,
	  "step 0 (CPU 2) is neither an offline nor an online" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE }, { .cpu = 2, .lane = 1, .action = PLAN_ONLINE } },
	  2,
	  "step 1 (CPU 2) brings a CPU back that is not away" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE },
	    { .cpu = 2, .lane = 1, .action = PLAN_OFFLINE },
	    { .cpu = 2, .action = PLAN_ONLINE } },
	  3,
	  "CPU 2 is not back when the plan ends" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE, .fails = PLAN_FAILS_HOTPLUG },
	    { .cpu = 2, .action = PLAN_ONLINE } },
	  2,
	  "step 1 (CPU 2) brings a CPU back that is not away" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE, .fails = NR_PLAN_FAILS } },
	  1,
	  "step 0 (CPU 2) fails in a way that does not exist" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE },
	    { .cpu = 2, .action = PLAN_ONLINE, .fails = PLAN_FAILS_OFF_CPU } },
	  2,
	  "step 1 (CPU 2) is to fail off its CPU on its way up, where nothing can fail" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE },
	    { .cpu = 2, .action = PLAN_ONLINE, .fails = PLAN_FAILS_LAST } },
	  2,
	  "step 1 (CPU 2) is to be refused as the last CPU, but comes online" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE },
	    { .cpu = 3, .lane = 1, .action = PLAN_OFFLINE, .fails = PLAN_FAILS_LAST },
	    { .cpu = 2, .action = PLAN_ONLINE } },
	  3,
	  "step 1 (CPU 3) is to be refused as the last CPU, which nobody knows in a plan of "
	  "several lanes" },
	{ { { .cpu = 2, .action = PLAN_OFFLINE }, { .cpu = 3, .action = PLAN_ONLINE } },
	  2,
	  "step 1 (CPU 3) brings a CPU back that is not away" },
};

static struct plan plan_of(struct plan_step *steps, size_t nr_steps)
{
	struct plan plan = { .workload = "test", .steps = steps, .nr_steps = nr_steps };

	cpumask_set_cpu(2, &plan.cpus);
	cpumask_set_cpu(3, &plan.cpus);
	return plan;
}

static void refuses_and_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		struct plan_step steps[STEPS_MAX];
		struct plan plan = plan_of(steps, invalid[i].nr_steps);
		char why[128] = "";

		memcpy(steps, invalid[i].steps, sizeof(steps));
		assert_int_equal(plan_validate(&plan, why, sizeof(why)), -EINVAL);
		assert_string_equal(why, invalid[i].why);
	}
}

static void accepts_the_limits(void **state)
{
	struct plan_step steps[] = {
		{ .cpu = 2, .action = PLAN_OFFLINE, .lane = CPUMASK_NR_CPUS - 1 },
		{ .cpu = 3, .action = PLAN_OFFLINE },
		{ .cpu = 2, .action = PLAN_ONLINE, .lane = CPUMASK_NR_CPUS - 1 },
		{ .planned_ns = PLAN_NS_MAX, .cpu = 3, .action = PLAN_ONLINE },
	};
	struct plan plan = plan_of(steps, 4);
	char why[128];

	(void)state;
	assert_int_equal(plan_validate(&plan, why, sizeof(why)), 0);
}

static void wants_a_proper_name(void **state)
{
	struct plan_step steps[] = { { .cpu = 2, .action = PLAN_OFFLINE },
				     { .cpu = 2, .action = PLAN_ONLINE } };
	struct plan plan = plan_of(steps, 2);
	char why[128];

	(void)state;
	assert_true(plan_is_name("a-1_b"));
	assert_false(plan_is_name(""));
	assert_false(plan_is_name("1a"));
	assert_false(plan_is_name("two words"));
	assert_false(plan_is_name("line\n"));
	strcpy(plan.workload, "Walk");
	assert_int_equal(plan_validate(&plan, why, sizeof(why)), -EINVAL);
	memset(plan.workload, 'a', sizeof(plan.workload));
	assert_int_equal(plan_validate(&plan, why, sizeof(why)), -EINVAL);
}

static void fits_where_its_cpus_are(void **state)
{
	struct topology topo;
	struct plan plan = plan_of(NULL, 0);
	char why[128];

	(void)state;
	load_synthetic("core:4 pu:1", &topo);
	assert_int_equal(plan_fits(&plan, &topo, why, sizeof(why)), 0);
	topology_fini(&topo);
	load_synthetic("core:3 pu:1", &topo);
	assert_int_equal(plan_fits(&plan, &topo, why, sizeof(why)), -ENOENT);
	assert_string_equal(why, "this machine has no CPU 3: choose from 0-2");
	topology_fini(&topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_and_says_why),
		cmocka_unit_test(accepts_the_limits),
		cmocka_unit_test(wants_a_proper_name),
		cmocka_unit_test(fits_where_its_cpus_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
