/* SPDX-License-Identifier: MIT */
/* Whatever the seed and the set: every generator's plan is valid, exact in its cycles, pure. */
#include "machine.h"

#include "workload.h"

#include <errno.h>

static struct topology topo;

static int load_machine(void **state)
{
	(void)state;
	load_synthetic("package:2 numa:2 l3:2 core:8 pu:2", &topo);
	return 0;
}

static int fini_machine(void **state)
{
	(void)state;
	topology_fini(&topo);
	return 0;
}

static struct plan_params any_params(const char *workload, struct random *random)
{
	struct plan_params params = {
		.workload = workload,
		.cycles = 1 + (unsigned int)random_below(random, 60),
		.max_off = (unsigned int)random_below(random, 9),
		.dwell_off_ns = random_below(random, 3) * 1000,
		.dwell_on_ns = random_below(random, 3) * 1000,
		.dither_ns = random_below(random, 2) * 500,
		.seed = random_next(random),
		.order = (enum plan_order)random_below(random, NR_PLAN_ORDERS),
		.controller_cpu = (unsigned int)random_below(random, 128),
	};
	unsigned int nr_cpus = 1 + (unsigned int)random_below(random, 12);

	for (unsigned int i = 0; i < nr_cpus; i++)
		cpumask_set_cpu((unsigned int)random_below(random, 128), &params.cpus);
	return params;
}

static void check_counts(const struct plan *plan, const struct plan_params *params)
{
	unsigned int nr_off = 0, nr_offlines = 0;
	struct cpumask used = { { 0 } };

	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		nr_offlines += step->action == PLAN_OFFLINE;
		nr_off += step->action == PLAN_OFFLINE ? 1u : -1u;
		if (params->max_off)
			assert_true(nr_off <= params->max_off);
		cpumask_set_cpu(step->cpu, &used);
		assert_int_equal(step->lane, 0);
	}
	assert_int_equal(nr_off, 0);
	assert_int_equal(nr_offlines, params->cycles);
	assert_int_equal(plan->nr_steps, 2 * params->cycles);
	assert_true(cpumask_equal(&plan->cpus, &used));
	assert_true(cpumask_subset(&used, &params->cpus));
}

/* The pause after a step is the one for its action, plus at most the dither. */
static void check_dwell(const struct plan *plan, const struct plan_params *params)
{
	bool is_hurried = workload_find(params->workload)->is_hurried;
	uint64_t at_ns = 0, dwell_ns = is_hurried ? 0 : params->dwell_on_ns;

	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		assert_in_range(step->planned_ns - at_ns, dwell_ns,
				dwell_ns + (is_hurried ? 0 : params->dither_ns));
		at_ns = step->planned_ns;
		dwell_ns =
			step->action == PLAN_OFFLINE ? params->dwell_off_ns : params->dwell_on_ns;
		dwell_ns = is_hurried ? 0 : dwell_ns;
	}
}

static void assert_same(const struct plan *a, const struct plan *b)
{
	assert_int_equal(a->nr_steps, b->nr_steps);
	for (size_t i = 0; i < a->nr_steps; i++) {
		assert_true(a->steps[i].planned_ns == b->steps[i].planned_ns);
		assert_int_equal(a->steps[i].cpu, b->steps[i].cpu);
		assert_int_equal(a->steps[i].action, b->steps[i].action);
	}
}

/* False: the workload finds nothing to do here, and says so. */
static bool one_plan_is_valid_and_exact(const char *name, struct random *random)
{
	struct plan_params params = any_params(name, random);
	struct plan plan, again;
	char why[256] = "";
	int ret = plan_generate(&topo, &params, &plan, why, sizeof(why));

	if (ret == -EOPNOTSUPP && *why)
		return false;
	if (ret)
		fail_msg("%s: %s", name, why);
	assert_int_equal(plan_validate(&plan, why, sizeof(why)), 0);
	assert_int_equal(plan_fits(&plan, &topo, why, sizeof(why)), 0);
	assert_string_equal(plan.workload, name);
	assert_true(plan.seed == params.seed);
	check_counts(&plan, &params);
	check_dwell(&plan, &params);
	assert_int_equal(plan_generate(&topo, &params, &again, why, sizeof(why)), 0);
	assert_same(&plan, &again);
	plan_fini(&plan);
	plan_fini(&again);
	return true;
}

/* Of kinds of cores test_workload_shapes.c has a machine. */
static void every_plan_is_valid_and_exact(void **state)
{
	size_t nr_workloads;
	const struct workload *const *workloads = workload_list(&nr_workloads);
	struct random random;

	(void)state;
	random_init(&random, 1);
	for (size_t i = 0; i < nr_workloads; i++) {
		unsigned int nr_plans = 0;

		for (int left = 300; left > 0; left--)
			nr_plans += one_plan_is_valid_and_exact(workloads[i]->name, &random);
		if (strcmp(workloads[i]->name, "kind") != 0)
			assert_true(nr_plans > 20);
	}
}

static void toggle_takes_the_highest(void **state)
{
	struct plan_params params = { .workload = "toggle", .cycles = 9 };
	struct plan plan;
	char why[256];

	(void)state;
	assert_int_equal(cpumask_parse("3,9,77", &params.cpus), 0);
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), 0);
	assert_set(&plan.cpus, "77");
	plan_fini(&plan);
}

static void serial_takes_turns(void **state)
{
	const unsigned int order[] = { 3, 9, 77 };
	struct plan_params params = { .workload = "serial", .cycles = 7 };
	struct plan plan;
	char why[256];

	(void)state;
	assert_int_equal(cpumask_parse("3,9,77", &params.cpus), 0);
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), 0);
	for (size_t i = 0; i < plan.nr_steps; i++)
		assert_int_equal(plan.steps[i].cpu, order[i / 2 % 3]);
	plan_fini(&plan);
}

/* A walk that never has two away, or always takes them in one order, is another workload. */
static void walk_reaches_its_cap_and_every_cpu(void **state)
{
	struct plan_params params = { .workload = "walk", .cycles = 400, .max_off = 5 };
	unsigned int nr_off = 0, most_off = 0;
	struct plan plan;
	char why[256];

	(void)state;
	assert_int_equal(cpumask_parse("8-15", &params.cpus), 0);
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), 0);
	for (size_t i = 0; i < plan.nr_steps; i++) {
		nr_off += plan.steps[i].action == PLAN_OFFLINE ? 1u : -1u;
		most_off = nr_off > most_off ? nr_off : most_off;
	}
	assert_int_equal(most_off, 5);
	assert_set(&plan.cpus, "8-15");
	plan_fini(&plan);
}

static void refuses_bad_parameters(void **state)
{
	struct plan_params good = { .workload = "walk", .cycles = 1 }, params;
	struct plan plan = { .nr_steps = 77 };
	char why[256];

	(void)state;
	cpumask_set_cpu(1, &good.cpus);
	params = good;
	params.workload = "nap";
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -ENOENT);
	assert_memory_equal(why, "there is no workload \"nap\": choose from toggle, ", 48);
	params = good;
	params.cycles = 0;
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EINVAL);
	params = good;
	cpumask_clear(&params.cpus);
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EINVAL);
	params = good;
	cpumask_set_cpu(128, &params.cpus);
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "this machine has no CPU 128: choose from 0-127");
	assert_int_equal(plan.nr_steps, 77);
}

static void refuses_more_than_a_plan_holds(void **state)
{
	struct plan_params good = { .workload = "toggle", .cycles = 2 }, params;
	struct plan plan;
	char why[256];

	(void)state;
	cpumask_set_cpu(1, &good.cpus);
	params = good;
	params.cycles = UINT32_MAX;
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EOVERFLOW);
	params = good;
	params.dwell_off_ns = UINT64_MAX;
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EOVERFLOW);
	params = good;
	params.dwell_on_ns = PLAN_NS_MAX / 2;
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), 0);
	plan_fini(&plan);
	params.dwell_off_ns = 2;
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EOVERFLOW);
	params = good;
	params.dither_ns = UINT64_MAX;
	params.dwell_on_ns = UINT64_MAX;
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EOVERFLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_plan_is_valid_and_exact),
		cmocka_unit_test(toggle_takes_the_highest),
		cmocka_unit_test(serial_takes_turns),
		cmocka_unit_test(walk_reaches_its_cap_and_every_cpu),
		cmocka_unit_test(refuses_bad_parameters),
		cmocka_unit_test(refuses_more_than_a_plan_holds),
	};

	return cmocka_run_group_tests(tests, load_machine, fini_machine);
}
