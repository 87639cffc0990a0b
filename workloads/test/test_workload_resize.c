/* SPDX-License-Identifier: MIT */
/* All CPUs of a resize move at one moment, and who went last is back first. */
#include "machine.h"

#include "plan.h"

#define NR_CYCLES 60

struct stack {
	unsigned int cpus[8];
	size_t nr;
};

static void take_step(struct stack *away, const struct plan_step *step)
{
	if (step->action == PLAN_OFFLINE) {
		assert_int_equal(step->cpu, 8 - away->nr); /* from the highest one down */
		away->cpus[away->nr++] = step->cpu;
		return;
	}
	assert_true(away->nr > 0);
	assert_int_equal(step->cpu, away->cpus[--away->nr]);
}

static void make(unsigned int max_off, struct plan *ret_plan)
{
	struct plan_params params = { .workload = "resize",
				      .cycles = NR_CYCLES,
				      .max_off = max_off,
				      .dwell_off_ns = 1000,
				      .dwell_on_ns = 1000,
				      .seed = 3 };
	struct topology topo;
	char why[256] = "";

	load_synthetic("core:16 pu:1", &topo);
	assert_int_equal(cpumask_parse("1-8", &params.cpus), 0);
	if (plan_generate(&topo, &params, ret_plan, why, sizeof(why)))
		fail_msg("%s", why);
	topology_fini(&topo);
}

static void a_resize_is_one_moment(void **state)
{
	struct stack away = { .nr = 0 };
	size_t nr_together = 0;
	struct plan plan;

	(void)state;
	make(0, &plan);
	assert_int_equal(plan.nr_steps, 2 * NR_CYCLES);
	for (size_t i = 0; i < plan.nr_steps; i++) {
		const struct plan_step *step = &plan.steps[i];
		bool is_same = i > 0 && step->planned_ns == step[-1].planned_ns;

		take_step(&away, step);
		nr_together += is_same;
		if (is_same)
			assert_int_equal(step->action, step[-1].action);
		else if (i > 0)
			assert_int_equal(step->planned_ns, step[-1].planned_ns + 1000);
	}
	assert_int_equal(away.nr, 0);
	/* Sizes are random and far apart more often than not. */
	assert_true(nr_together > NR_CYCLES);
	plan_fini(&plan);
}

static void it_keeps_to_the_cap(void **state)
{
	struct plan plan;

	(void)state;
	make(3, &plan);
	assert_int_equal(plan_most_away(&plan), 3);
	plan_fini(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resize_is_one_moment),
		cmocka_unit_test(it_keeps_to_the_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
