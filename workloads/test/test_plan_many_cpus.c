/* SPDX-License-Identifier: MIT */
/* A plan over 2048 CPUs works like one over two, with memory in proportion to its steps. */
#include "machine.h"
#include "plan_text.h"

#include "workload.h"

#include <errno.h>

#define NR_CYCLES 20480u

static void holds_2048_cpus(void **state)
{
	size_t nr, length;
	const struct workload *const *workloads = workload_list(&nr);
	struct topology topo;

	(void)state;
	load_synthetic("package:8 numa:2 l3:2 core:32 pu:2", &topo);
	for (size_t i = 0; i < nr; i++) {
		struct plan_params params = {
			.workload = workloads[i]->name,
			.cpus = topo.present,
			.cycles = NR_CYCLES,
			.max_off = 1024,
			.dither_ns = 1000,
		};
		struct plan plan, loaded;
		char why[256] = "", *text;

		int ret = plan_generate(&topo, &params, &plan, why, sizeof(why));

		if (ret == -EOPNOTSUPP)
			continue;
		if (ret)
			fail_msg("%s", why);
		assert_in_range(plan.nr_steps, 2 * NR_CYCLES, 7 * NR_CYCLES);
		assert_in_range(plan.max_steps, plan.nr_steps, 2 * plan.nr_steps);
		text = save_text(&plan, &length);
		assert_int_equal(load_text(text, length, &loaded, why, sizeof(why)), 1);
		assert_true(cpumask_equal(&loaded.cpus, &plan.cpus));
		assert_in_range(loaded.max_steps, loaded.nr_steps, 2 * loaded.nr_steps);
		plan_fini(&loaded);
		plan_fini(&plan);
		free(text);
	}
	topology_fini(&topo);
}

/* A count is only a claim: nothing is set aside for it. */
static void a_claimed_count_takes_no_memory(void **state)
{
	const char text[] = "parkbench-plan 1\nworkload a\nseed 1\ncpus 1\nsteps 16777216\n"
			    "0 0 0 1 offline\n";
	struct plan plan;
	char why[256];

	(void)state;
	assert_int_equal(load_text(text, sizeof(text) - 1, &plan, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "line 6: the file ends here, after 1 of 16777216 steps");
}

static void ends_at_its_limit(void **state)
{
	const struct plan_step step = { .cpu = 1 };
	struct plan plan = { .nr_steps = PLAN_STEPS_MAX, .max_steps = PLAN_STEPS_MAX };

	(void)state;
	assert_int_equal(plan_add(&plan, &step), -EOVERFLOW);
	assert_int_equal(plan.nr_steps, PLAN_STEPS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_2048_cpus),
		cmocka_unit_test(a_claimed_count_takes_no_memory),
		cmocka_unit_test(ends_at_its_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
