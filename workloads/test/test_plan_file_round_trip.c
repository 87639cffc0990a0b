/* SPDX-License-Identifier: MIT */
/* What was saved is loaded again, byte for byte, whatever the locale and however many plans. */
#include "machine.h"
#include "plan_text.h"

#include "workload.h"

#include <errno.h>
#include <locale.h>
#include <unistd.h>

/* False: this machine has not what the workload is about. */
static bool generate(const char *workload, uint64_t seed, struct plan *plan)
{
	struct plan_params params = {
		.workload = workload,
		.cycles = 50,
		.dwell_off_ns = 3000000000,
		.dither_ns = 1000000,
		.seed = seed,
	};
	struct topology topo;
	char why[256];
	int ret;

	load_synthetic("package:2 numa:2 l3:2 core:8 pu:2", &topo);
	assert_int_equal(cpumask_parse("1,3,5-9,64,127", &params.cpus), 0);
	ret = plan_generate(&topo, &params, plan, why, sizeof(why));
	assert_true(ret == 0 || ret == -EOPNOTSUPP);
	topology_fini(&topo);
	return !ret;
}

static void assert_same_after_load(const struct plan *plan)
{
	size_t length, length_again;
	char *text = save_text(plan, &length), *again;
	struct plan loaded;
	char why[256] = "";

	if (load_text(text, length, &loaded, why, sizeof(why)) != 1)
		fail_msg("%s", why);
	assert_true(loaded.seed == plan->seed);
	assert_true(cpumask_equal(&loaded.cpus, &plan->cpus));
	assert_string_equal(loaded.workload, plan->workload);
	assert_int_equal(loaded.nr_steps, plan->nr_steps);
	again = save_text(&loaded, &length_again);
	assert_string_equal(again, text);
	plan_fini(&loaded);
	free(again);
	free(text);
}

static void every_generator_round_trips(void **state)
{
	size_t nr;
	const struct workload *const *workloads = workload_list(&nr);

	(void)state;
	for (size_t i = 0; i < nr; i++) {
		struct plan plan;

		if (!generate(workloads[i]->name, UINT64_MAX - i, &plan))
			continue;
		assert_same_after_load(&plan);
		plan_fini(&plan);
	}
}

static void the_limits_round_trip(void **state)
{
	struct plan_step steps[] = {
		{ .cpu = 8190, .action = PLAN_OFFLINE, .lane = CPUMASK_NR_CPUS - 1 },
		{ .cpu = 0, .action = PLAN_OFFLINE, .fails = PLAN_FAILS_THREADS },
		{ .cpu = 0, .action = PLAN_OFFLINE, .fails = PLAN_FAILS_OFF_CPU },
		{ .cpu = 0, .action = PLAN_OFFLINE, .fails = PLAN_FAILS_HOTPLUG },
		{ .planned_ns = PLAN_NS_MAX,
		  .cpu = 8190,
		  .action = PLAN_ONLINE,
		  .lane = CPUMASK_NR_CPUS - 1 },
	};
	struct plan plan = { .workload = "a", .steps = steps, .nr_steps = 5 };

	(void)state;
	for (unsigned int cpu = 0; cpu < CPUMASK_NR_CPUS; cpu += 2)
		cpumask_set_cpu(cpu, &plan.cpus);
	assert_same_after_load(&plan);
}

static void the_last_one_round_trips(void **state)
{
	struct plan_step steps[] = {
		{ .cpu = 1, .action = PLAN_OFFLINE },
		{ .cpu = 0, .action = PLAN_OFFLINE, .fails = PLAN_FAILS_LAST },
		{ .cpu = 1, .action = PLAN_ONLINE },
	};
	struct plan plan = { .workload = "last", .steps = steps, .nr_steps = 3 };

	(void)state;
	cpumask_set_cpu(0, &plan.cpus);
	cpumask_set_cpu(1, &plan.cpus);
	assert_same_after_load(&plan);
}

static void several_plans_follow_each_other(void **state)
{
	struct plan plans[3], loaded;
	FILE *file = tmpfile();
	char why[256] = "";

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 3; i++) {
		assert_true(generate("walk", (uint64_t)i, &plans[i]));
		assert_int_equal(plan_save(&plans[i], file), 0);
	}
	fputs("parkbench-plan 1\nworkload", file);
	rewind(file);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(plan_load(file, &loaded, why, sizeof(why)), 1);
		assert_int_equal(loaded.seed, i);
		plan_fini(&loaded);
		plan_fini(&plans[i]);
	}
	assert_int_equal(plan_load(file, &loaded, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "line 317: the line is cut off, too long or no text");
	fclose(file);
}

static void an_ended_file_has_no_plan(void **state)
{
	struct plan plan = { .nr_steps = 77 };
	char why[16];

	(void)state;
	assert_int_equal(load_text("", 0, &plan, why, sizeof(why)), 0);
	assert_int_equal(plan.nr_steps, 77);
}

/* Lines are counted from the plan's start where the file cannot be read twice. */
static void reads_from_a_pipe(void **state)
{
	const char text[] = "parkbench-plan 1\nworkload a\nseed 1\ncpus 1\nsteps 2\n"
			    "0 0 0 1 offline\n1 0 0 1 online\n"
			    "parkbench-plan 1\nworkload A\n";
	struct plan plan;
	char why[256];
	int ends[2];
	FILE *file;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, sizeof(text) - 1), sizeof(text) - 1);
	close(ends[1]);
	file = fdopen(ends[0], "r");
	assert_int_equal(plan_load(file, &plan, why, sizeof(why)), 1);
	plan_fini(&plan);
	assert_int_equal(plan_load(file, &plan, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "line 2: expected \"workload\" and a name of a-z, 0-9, _ and -");
	fclose(file);
}

static void tells_a_full_disk(void **state)
{
	struct plan plan;
	FILE *file = fopen("/dev/full", "w");

	(void)state;
	if (!file)
		skip();
	assert_true(generate("toggle", 1, &plan));
	assert_int_equal(plan_save(&plan, file), -ENOSPC);
	fclose(file);
	plan_fini(&plan);
}

static void does_not_heed_the_locale(void **state)
{
	struct plan plan;

	(void)state;
	setlocale(LC_ALL, "");
	setlocale(LC_ALL, "de_DE.UTF-8");
	assert_true(generate("serial", 5, &plan));
	assert_same_after_load(&plan);
	plan_fini(&plan);
	setlocale(LC_ALL, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_generator_round_trips),
		cmocka_unit_test(the_limits_round_trip),
		cmocka_unit_test(the_last_one_round_trips),
		cmocka_unit_test(several_plans_follow_each_other),
		cmocka_unit_test(an_ended_file_has_no_plan),
		cmocka_unit_test(reads_from_a_pipe),
		cmocka_unit_test(tells_a_full_disk),
		cmocka_unit_test(does_not_heed_the_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
