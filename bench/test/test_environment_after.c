/* SPDX-License-Identifier: MIT */
/* What changes during a run and makes it doubtful. */
#include "fake_root.h"

#define CPU   "sys/devices/system/cpu/"
#define CLOCK "sys/devices/system/clocksource/clocksource0/current_clocksource"

static const struct fake_file files[] = {
	{ "proc/stat", "cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 2 3" },
	{ CLOCK, "tsc" },
	{ CPU "online", "0-3" },
	{ CPU "cpu0/thermal_throttle/core_throttle_count", "5" },
	{ "proc/self/cgroup", "0::/" },
	{ "proc/self/mountinfo", "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw" },
	{ "sys/fs/cgroup/cpu.stat", "nr_throttled 10" },
	{ NULL, NULL },
};

/* The warnings after @changed has been written over the usual files. */
static char *warnings_after(const char *root, const struct fake_file *changed)
{
	struct fact_value warnings = { 0 };
	struct environment env;

	fake_files(root, files);
	env = fake_collect(root);
	environment_warnings(&env, &warnings);
	assert_string_equal(warnings.text, "");
	fake_files(root, changed);
	environment_collect_after(&env);
	environment_warnings(&env, &warnings);
	environment_fini(&env);
	return warnings.text;
}

static void check_one(const char *root, const char *path, const char *text, const char *expected)
{
	const struct fake_file changed[] = { { path, text }, { NULL, NULL } };
	char *warnings = warnings_after(root, changed);

	assert_string_equal(warnings, expected);
	free(warnings);
}

static void nothing_changed(void **state)
{
	check_one(*state, "proc/loadavg", "3.0 1.0 0.1 1/2 3", "");
}

static void clock_source(void **state)
{
	check_one(*state, CLOCK, "hpet",
		  "the clock source changed: clocksource was \"tsc\", is \"hpet\"\n");
}

static void online_cpus(void **state)
{
	check_one(*state, CPU "online", "0-2",
		  "the online CPUs are not as found: cpus_online was \"0-3\", is \"0-2\"\n");
}

static void throttled_by_quota(void **state)
{
	check_one(*state, "sys/fs/cgroup/cpu.stat", "nr_throttled 13",
		  "the cgroup's CPU quota ran out: nr_throttled 3 times\n");
}

static void throttled_by_heat(void **state)
{
	check_one(*state, CPU "cpu0/thermal_throttle/core_throttle_count", "6",
		  "the CPU got too hot: nr_thermal_throttles 1 times\n");
}

static void steal_up_to_the_limit(void **state)
{
	check_one(*state, "proc/stat", "cpu  100 0 100 1780 0 0 0 20 0 0", "");
}

static void steal_above_the_limit(void **state)
{
	check_one(*state, "proc/stat", "cpu  100 0 100 1770 0 0 0 30 0 0",
		  "the hypervisor took CPU time: steal 3.0 %, limit 2 %\n");
}

static void only_watched_facts_are_read_again(void **state)
{
	struct environment env;
	size_t nr;
	const struct fact *facts = environment_facts(&nr);

	fake_files(*state, files);
	env = fake_collect(*state);
	environment_collect_after(&env);
	for (size_t i = 0; i < nr; i++)
		if (!facts[i].is_watched)
			assert_int_equal(env.after[i].type, FACT_MISSING);
	assert_int_equal(strlen(env.after_utc), strlen("2026-01-01T00:00:00Z"));
	assert_true(env.after_ns >= env.before_ns);
	environment_fini(&env);
}

int main(void)
{
#define with_root(test) cmocka_unit_test_setup_teardown(test, fake_root_setup, fake_root_teardown)
	const struct CMUnitTest tests[] = {
		with_root(nothing_changed),	  with_root(clock_source),
		with_root(online_cpus),		  with_root(throttled_by_quota),
		with_root(throttled_by_heat),	  with_root(steal_up_to_the_limit),
		with_root(steal_above_the_limit), with_root(only_watched_facts_are_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
