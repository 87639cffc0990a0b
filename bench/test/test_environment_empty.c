/* SPDX-License-Identifier: MIT */
/* Where nothing can be read, everything is missing with a reason, and nothing is made up. */
#include "fake_root.h"
#include "run_json.h"

/* What is known of the program itself and of the process, without any file. */
static bool is_about_us(const char *key)
{
	static const char *const keys[] = { "libc",
					    "stack_cache_bytes",
					    "build",
					    "compiler",
					    "build_flags",
					    "version",
					    "commit",
					    "glibc_tunables",
					    "slurm_job",
					    "slurm_nodes",
					    "slurm_cpus",
					    "slurm_array_job",
					    "slurm_array_task" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static void check_all_missing(const char *root)
{
	struct environment env = fake_collect(root);
	size_t nr;
	const struct fact *facts = environment_facts(&nr);

	for (size_t i = 0; i < nr; i++) {
		if (is_about_us(facts[i].key))
			continue;
		if (env.before[i].type != FACT_MISSING)
			fail_msg("%s was made up", facts[i].key);
		if (!env.before[i].text)
			fail_msg("%s has no reason", facts[i].key);
	}
	environment_fini(&env);
}

static void nothing_is_made_up(void **state)
{
	check_all_missing(*state);
}

/* All files are there, and all are empty: still nothing may crash. */
static void empty_files_do_not_hurt(void **state)
{
	static const char *const paths[] = {
		"proc/cpuinfo",
		"proc/meminfo",
		"proc/stat",
		"proc/self/status",
		"proc/self/limits",
		"proc/self/cgroup",
		"proc/self/mountinfo",
		"proc/sys/kernel/osrelease",
		"sys/devices/system/cpu/online",
		"sys/kernel/mm/transparent_hugepage/enabled",
	};
	struct environment env;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		fake_file(*state, paths[i], "");
	env = fake_collect(*state);
	assert_fact_missing(&env, "cpu");
	assert_fact_missing(&env, "memory_gib");
	assert_fact_missing(&env, "steal_ticks");
	assert_fact_missing(&env, "kernel");
	assert_fact_missing(&env, "cpu_quota");
	assert_fact_missing(&env, "thp_enabled");
	assert_fact_missing(&env, "limit_processes");
	assert_fact_number(&env, "nr_online", 0);
	environment_fini(&env);
}

static void missing_is_null_with_a_reason(void **state)
{
	struct environment env = fake_collect(*state);
	char *json = environment_to_json(&env);

	assert_non_null(json);
	assert_non_null(strstr(json, "\"clocksource\":\tnull"));
	assert_non_null(strstr(json, "\"clocksource_reason\":\t\"/sys/devices/system/clocksource/"
				     "clocksource0/current_clocksource: No such file"));
	assert_non_null(strstr(json, "\"after\":\tnull"));
	free(json);
	environment_fini(&env);
}

static void there_is_nothing_to_warn_of(void **state)
{
	struct environment env = fake_collect(*state);
	struct fact_value warnings = { 0 };

	environment_collect_after(&env);
	environment_warnings(&env, &warnings);
	assert_int_equal(warnings.type, FACT_LIST);
	assert_string_equal(warnings.text, "");
	assert_true(environment_steal_percent(&env) < 0);
	fact_fini(&warnings);
	environment_fini(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_made_up, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(empty_files_do_not_hurt, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(missing_is_null_with_a_reason, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(there_is_nothing_to_warn_of, fake_root_setup,
						fake_root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
