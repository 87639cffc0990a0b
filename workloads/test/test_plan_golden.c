/* SPDX-License-Identifier: MIT */
/*
 * A seed gives the same bytes everywhere and for ever. The plans below come from another program
 * (a model of the generators in Python), so that they also say what the generators are to do.
 */
#include "machine.h"

#include "plan.h"

static const char toggle_42[] = "parkbench-plan 1\n"
				"workload toggle\n"
				"seed 42\n"
				"cpus 7\n"
				"steps 6\n"
				"0 0 50275 7 offline\n"
				"1 0 151074 7 online\n"
				"2 0 202066 7 offline\n"
				"3 0 302742 7 online\n"
				"4 0 353264 7 offline\n"
				"5 0 453335 7 online\n";

static const char serial_42[] = "parkbench-plan 1\n"
				"workload serial\n"
				"seed 42\n"
				"cpus 1-3,7\n"
				"steps 10\n"
				"0 0 50275 1 offline\n"
				"1 0 151074 1 online\n"
				"2 0 202066 2 offline\n"
				"3 0 302742 2 online\n"
				"4 0 353264 3 offline\n"
				"5 0 453335 3 online\n"
				"6 0 503638 7 offline\n"
				"7 0 604548 7 online\n"
				"8 0 655351 1 offline\n"
				"9 0 755531 1 online\n";

static const char walk_42[] = "parkbench-plan 1\n"
			      "workload walk\n"
			      "seed 42\n"
			      "cpus 1-3,7\n"
			      "steps 12\n"
			      "0 0 50275 3 offline\n"
			      "1 0 151267 2 offline\n"
			      "2 0 251789 3 online\n"
			      "3 0 302092 7 offline\n"
			      "4 0 402895 7 online\n"
			      "5 0 453867 7 offline\n"
			      "6 0 554737 2 online\n"
			      "7 0 605491 1 offline\n"
			      "8 0 705870 7 online\n"
			      "9 0 756195 2 offline\n"
			      "10 0 856866 2 online\n"
			      "11 0 907713 1 online\n";

/* Generate with the model's parameters: CPUs 1-3,7 of 8, 100 us away, 50 us back, 1 us dither. */
static void assert_plan(const char *workload, unsigned int cycles, unsigned int max_off,
			const char *expected)
{
	struct plan_params params = {
		.workload = workload,
		.cycles = cycles,
		.max_off = max_off,
		.dwell_off_ns = 100000,
		.dwell_on_ns = 50000,
		.dither_ns = 1000,
		.seed = 42,
	};
	struct topology topo;
	struct plan plan;
	char why[256] = "", *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	load_synthetic("core:8 pu:1", &topo);
	assert_int_equal(cpumask_parse("1-3,7", &params.cpus), 0);
	if (plan_generate(&topo, &params, &plan, why, sizeof(why)))
		fail_msg("%s", why);
	assert_int_equal(plan_save(&plan, file), 0);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
	plan_fini(&plan);
	topology_fini(&topo);
}

static void toggle_is_as_ever(void **state)
{
	(void)state;
	assert_plan("toggle", 3, 0, toggle_42);
}

static void serial_is_as_ever(void **state)
{
	(void)state;
	assert_plan("serial", 5, 0, serial_42);
}

static void walk_is_as_ever(void **state)
{
	(void)state;
	assert_plan("walk", 6, 2, walk_42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(toggle_is_as_ever),
		cmocka_unit_test(serial_is_as_ever),
		cmocka_unit_test(walk_is_as_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
