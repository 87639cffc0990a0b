/* SPDX-License-Identifier: MIT */
/* resctrl groups, frequency policies, nohz_full. */
#include "fake_machine.h"

static void resctrl_groups_lose_their_cpus_for_good(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_file(*state, "sys/fs/resctrl/cpus_list", "0-1");
	fake_file(*state, "sys/fs/resctrl/info/last_cmd_status", "ok");
	fake_file(*state, "sys/fs/resctrl/p1/cpus_list", "2-3");
	fake_file(*state, "sys/fs/resctrl/p1/mon_groups/m1/cpus_list", "2");
	fake_file(*state, "sys/fs/resctrl/mon_groups/m0/cpus_list", "1");
	impact = fake_impact(*state, "0,2");
	assert_int_equal(impact.nr_findings, 2);
	assert_string_equal(impact.findings[0].who, "m1");
	assert_string_equal(impact.findings[1].who, "p1");
	assert_int_equal(impact_count(&impact, IMPACT_BLOCKS), 2);
	impact_fini(&impact);
}

static void policies_and_housekeepers_are_notes(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_file(*state, "sys/devices/system/cpu/cpufreq/policy2/affected_cpus", "2 3");
	fake_file(*state, "sys/devices/system/cpu/cpufreq/policy2/scaling_governor", "powersave");
	fake_file(*state, "sys/devices/system/cpu/cpufreq/policy0/affected_cpus", "0 1");
	fake_file(*state, "sys/devices/system/cpu/nohz_full", "0-1,3");
	impact = fake_impact(*state, "2");
	assert_int_equal(impact_count(&impact, IMPACT_NOTE), 2);
	assert_string_equal(impact.findings[0].who, "policy2, powersave");
	assert_int_equal(impact.findings[1].kind, IMPACT_HOUSEKEEPING);
	assert_string_equal(impact.findings[1].cpus, "2");
	assert_false(impact_needs_consent(&impact));
	impact_fini(&impact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(resctrl_groups_lose_their_cpus_for_good),
		machine_test(policies_and_housekeepers_are_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
