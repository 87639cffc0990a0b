/* SPDX-License-Identifier: MIT */
/* Whatever the seed and the set: every generator's plan is valid, exact in its cycles, pure. */
#include "machine.h"

#include "workload.h"

#include <errno.h>

#define NR_LANES_MAX 5

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
		.nr_lanes = 1 + (unsigned int)random_below(random, NR_LANES_MAX),
	};
	unsigned int nr_cpus = 1 + (unsigned int)random_below(random, 12);

	for (unsigned int i = 0; i < nr_cpus; i++)
		cpumask_set_cpu((unsigned int)random_below(random, 128), &params.cpus);
	return params;
}

/* What is away, and how often it went: as each lane sees it, and over all of them. */
struct away {
	struct cpumask by_lane[NR_LANES_MAX], by_any;
	unsigned int nr_offlines;
};

static void follow(struct away *away, const struct plan_step *step)
{
	assert_in_range(step->lane, 0, NR_LANES_MAX - 1);
	if (step->fails)
		return;
	if (step->action == PLAN_OFFLINE) {
		assert_false(cpumask_test_cpu(step->cpu, &away->by_lane[step->lane]));
		cpumask_set_cpu(step->cpu, &away->by_lane[step->lane]);
	} else {
		assert_true(cpumask_test_cpu(step->cpu, &away->by_lane[step->lane]));
		cpumask_clear_cpu(step->cpu, &away->by_lane[step->lane]);
	}
	away->nr_offlines += step->action == PLAN_OFFLINE;
	cpumask_clear(&away->by_any);
	for (unsigned int lane = 0; lane < NR_LANES_MAX; lane++)
		cpumask_or(&away->by_any, &away->by_any, &away->by_lane[lane]);
}

static void check_counts(const struct plan *plan, const struct plan_params *params)
{
	bool has_lanes = workload_find(params->workload)->has_lanes;
	struct cpumask used = { { 0 } };
	struct away away = { .nr_offlines = 0 };

	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		follow(&away, step);
		if (params->max_off)
			assert_true(cpumask_weight(&away.by_any) <= params->max_off);
		cpumask_set_cpu(step->cpu, &used);
		assert_in_range(step->lane, 0, has_lanes ? params->nr_lanes - 1 : 0);
	}
	assert_true(cpumask_empty(&away.by_any));
	assert_int_equal(away.nr_offlines, params->cycles);
	assert_true(cpumask_equal(&plan->cpus, &used));
	assert_true(cpumask_subset(&used, &params->cpus));
}

static uint64_t dwell_after(const struct plan_params *params, const struct plan_step *step)
{
	return step->action == PLAN_OFFLINE ? params->dwell_off_ns : params->dwell_on_ns;
}

static bool is_same_moment(const struct plan_params *params, const struct plan_step *before,
			   const struct plan_step *step)
{
	return workload_find(params->workload)->is_at_once && before->action == step->action &&
	       before->planned_ns == step->planned_ns;
}

/* The pause after a step of a lane is the one for its action, plus at most the dither. */
static void check_dwell(const struct plan *plan, const struct plan_params *params)
{
	const struct plan_step start = { .action = PLAN_ONLINE };
	const struct plan_step *last[NR_LANES_MAX], *done = &start;

	for (unsigned int lane = 0; lane < NR_LANES_MAX; lane++)
		last[lane] = &start;
	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i], **before = &last[step->lane];
		uint64_t pause_ns = step->planned_ns - (*before)->planned_ns;

		if (workload_find(params->workload)->is_hurried)
			assert_true(step->planned_ns == 0);
		else if (i > 0 && is_same_moment(params, *before, step))
			continue;
		else if (!(*before)->fails && !step->fails)
			assert_in_range(pause_ns, dwell_after(params, *before),
					dwell_after(params, *before) + params->dither_ns);
		assert_true(step->planned_ns >= done->planned_ns);
		done = step;
		*before = step;
	}
}

static void assert_same(const struct plan *a, const struct plan *b)
{
	assert_int_equal(a->nr_steps, b->nr_steps);
	for (size_t i = 0; i < a->nr_steps; i++) {
		assert_true(a->steps[i].planned_ns == b->steps[i].planned_ns);
		assert_int_equal(a->steps[i].cpu, b->steps[i].cpu);
		assert_int_equal(a->steps[i].action, b->steps[i].action);
		assert_int_equal(a->steps[i].lane, b->steps[i].lane);
		assert_int_equal(a->steps[i].fails, b->steps[i].fails);
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
		/* There are no kinds of cores, never all CPUs but one, and no history. */
		if (strcmp(workloads[i]->name, "kind") != 0 &&
		    strcmp(workloads[i]->name, "replay") != 0 &&
		    strcmp(workloads[i]->name, "last") != 0)
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
