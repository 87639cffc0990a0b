/* SPDX-License-Identifier: MIT */
/* A recorded history becomes a plan with its own times; a damaged one names its line. */
#include "history.h"
#include "machine.h"
#include "plan_text.h"

#include <errno.h>

static int load_history(const char *text, struct history *history, char *why)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int ret;

	assert_non_null(file);
	ret = history_load(file, history, why, 256);
	fclose(file);
	return ret;
}

static int plan_history(const char *text, const char *cpus, struct plan *plan, char *why)
{
	struct plan_params params = { .workload = "replay", .cycles = 1 };
	struct topology topo;
	struct history history;
	int ret;

	load_synthetic("core:8 pu:1", &topo);
	assert_int_equal(cpumask_parse(cpus, &params.cpus), 0);
	assert_int_equal(load_history(text, &history, why), 0);
	params.history = &history;
	ret = plan_generate(&topo, &params, plan, why, 256);
	history_fini(&history);
	topology_fini(&topo);
	return ret;
}

/* CPU 3 was away when the recording began and is so at its end; CPU 2 never comes back. */
static void becomes_a_plan(void **state)
{
	static const char seconds[] = "time_s,cpu,state\n7.5,3,online\n8,2,0\n8.25,3,offline\n"
				      "8.25,3,offline\n9.000000001,3,1\n10,5,online\n";
	static const char ns[] = "time_ns,cpu,state\r\n100,2,offline\r\n250000100,3,offline\r\n"
				 "1000000101,3,online\r\n2000000100,5,online";
	static const char expected[] = "parkbench-plan 1\nworkload replay\nseed 0\ncpus 2-3\n"
				       "steps 4\n0 0 0 2 offline\n1 0 250000000 3 offline\n"
				       "2 0 1000000001 3 online\n3 0 2000000000 2 online\n";
	const char *const histories[] = { seconds, ns };
	char why[256] = "", *text;
	struct plan plan;
	size_t length;

	(void)state;
	for (int i = 0; i < 2; i++) {
		if (plan_history(histories[i], "1-7", &plan, why))
			fail_msg("%s", why);
		text = save_text(&plan, &length);
		assert_string_equal(text, expected);
		free(text);
		plan_fini(&plan);
	}
}

static void other_cpus_are_named(void **state)
{
	char why[256] = "";
	struct plan plan;

	(void)state;
	assert_int_equal(plan_history("time_s,cpu,state\n1,5,0\n2,77,0\n", "1-6", &plan, why),
			 -EOPNOTSUPP);
	assert_string_equal(why, "the history takes CPU 77 away, which cannot go here: see --cpus");
}

static void damage_names_its_line(void **state)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ "time,cpu,state\n1,1,0\n", "line 1: a history starts with" },
		{ "time_s,cpu,state\n", "line 1: no CPU goes away in it" },
		{ "time_s,cpu,state\n1,1,0\n-1,1,1\n", "line 3: expected a time" },
		{ "time_s,cpu,state\n1.0000000001,1,0\n", "line 2: expected a time" },
		{ "time_ns,cpu,state\n1.5,1,0\n", "line 2: expected a time" },
		{ "time_s,cpu,state\n1,8192,0\n", "line 2: expected the number of a CPU" },
		{ "time_s,cpu,state\n1,1,off\n", "line 2: expected offline, online, 0 or 1" },
		{ "time_s,cpu,state\n2,1,0\n1,1,1\n", "line 3: it is earlier" },
		{ "time_s,cpu,state\n99999999999999999999,1,0\n", "line 2: expected a time" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct history history = { .nr_events = 77 };
		char why[256] = "";

		assert_int_equal(load_history(bad[i].text, &history, why), -EINVAL);
		if (strncmp(why, bad[i].said, strlen(bad[i].said)) != 0)
			fail_msg("says '%s', not '%s'", why, bad[i].said);
		assert_int_equal(history.nr_events, 77);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(becomes_a_plan),
		cmocka_unit_test(other_cpus_are_named),
		cmocka_unit_test(damage_names_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
