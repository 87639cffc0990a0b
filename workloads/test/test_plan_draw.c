/* SPDX-License-Identifier: MIT */
/* The picture: who is away when, on one screen however many CPUs there are. */
#include "machine.h"

#include "plan_draw.h"

#define STEP(at, which, what)                                                                      \
	{                                                                                          \
		.planned_ns = (at), .cpu = (which), .action = PLAN_##what                          \
	}

static char *draw(const struct plan *plan, unsigned int nr_columns, unsigned int nr_rows)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(plan_draw(plan, nr_columns, nr_rows, file), 0);
	fclose(file);
	return text;
}

/* 29 columns of 1 ns: up to 28. */
static void shows_who_is_away_when(void **state)
{
	struct plan_step steps[] = {
		STEP(2, 1, OFFLINE), STEP(5, 3, OFFLINE),  STEP(6, 1, ONLINE),
		STEP(9, 3, ONLINE),  STEP(20, 1, OFFLINE), STEP(28, 1, ONLINE)
	};
	struct plan plan = { .workload = "t", .steps = steps, .nr_steps = 6 };
	char *text;

	(void)state;
	steps[4].fails = PLAN_FAILS_HOTPLUG;
	steps[5] = (struct plan_step)STEP(28, 3, OFFLINE);
	steps[5].fails = PLAN_FAILS_THREADS;
	cpumask_set_cpu(1, &plan.cpus);
	cpumask_set_cpu(3, &plan.cpus);
	text = draw(&plan, 40, 40);
	assert_string_equal(text, "t: a column is 1e-06 ms; . up, # away, : both, ! refused\n"
				  "         1 ..####..............!........\n"
				  "         3 .....####...................!\n");
	free(text);
}

static void many_cpus_share_lines(void **state)
{
	struct plan_params params = { .workload = "sweep", .cycles = 2047 };
	struct topology topo;
	struct plan plan;
	char why[256] = "", *text;
	unsigned int nr_lines = 0;

	(void)state;
	load_synthetic("package:8 core:128 pu:2", &topo);
	params.cpus = topo.present;
	cpumask_clear_cpu(0, &params.cpus);
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), 0);
	text = draw(&plan, 80, 40);
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1, nr_lines++)
		assert_in_range(end - line, 60, 80);
	assert_in_range(nr_lines, 20, 41);
	assert_non_null(strstr(text, "steps; . up, # away, 1-9 tenths, ! refused"));
	assert_non_null(strstr(text, "\n      1-52 "));
	free(text);
	plan_fini(&plan);
	topology_fini(&topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_who_is_away_when),
		cmocka_unit_test(many_cpus_share_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
