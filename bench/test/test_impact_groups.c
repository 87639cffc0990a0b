/* SPDX-License-Identifier: MIT */
/* cpusets of both versions, and partitions. */
#include "fake_machine.h"

#define V2 "sys/fs/cgroup/"
#define V1 "sys/fs/cgroup/cpuset/"

static void mount_v2(const char *root)
{
	fake_machine(root, "0-3");
	fake_file(root, "proc/self/mounts",
		  "tmpfs /sys tmpfs rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0");
	fake_file(root, V2 "cgroup.controllers", "cpuset cpu");
}

static void v2_group(const char *root, const char *name, const char *cpus, int populated)
{
	char path[256];

	snprintf(path, sizeof(path), V2 "%s/cpuset.cpus", name);
	fake_file(root, path, cpus);
	snprintf(path, sizeof(path), V2 "%s/cgroup.events", name);
	fake_file(root, path, populated ? "populated 1\nfrozen 0" : "populated 0\nfrozen 0");
}

static void v2_groups_are_found_however_deep(void **state)
{
	struct impact impact;

	mount_v2(*state);
	v2_group(*state, "a.slice", "", 1);
	v2_group(*state, "a.slice/b c.scope", "2", 1);
	v2_group(*state, "a.slice/b c.scope/d", "2-3", 1);
	v2_group(*state, "idle", "2", 0);
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 3);
	assert_string_equal(impact.findings[0].who, "a.slice/b c.scope");
	assert_int_equal(impact.findings[0].severity, IMPACT_BLOCKS);
	assert_string_equal(impact.findings[1].who, "a.slice/b c.scope/d");
	assert_int_equal(impact.findings[1].severity, IMPACT_MOVES);
	assert_string_equal(impact.findings[2].who, "idle");
	assert_int_equal(impact.findings[2].severity, IMPACT_NOTE);
	impact_fini(&impact);
}

/* In a container every task's mask is smaller than the machine; that is no pin. */
static void all_of_a_cpuset_is_no_pin(void **state)
{
	struct impact impact;

	mount_v2(*state);
	v2_group(*state, "box", "1-5", 1);
	fake_task(*state, (struct fake_task){ .pid = 2, .name = "kthreadd", .mask = "0,2" });
	fake_task(*state, (struct fake_task){ .pid = 9, .name = "outside", .mask = "0,2" });
	fake_task(*state, (struct fake_task){ .pid = 10, .name = "inside", .mask = "1-3" });
	fake_task(*state, (struct fake_task){ .pid = 11, .name = "part", .mask = "1-2" });
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 2);
	assert_string_equal(impact.findings[0].who, "11 part");
	assert_string_equal(impact.findings[1].who, "box");
	assert_int_equal(impact.nr_free, 4);
	impact_fini(&impact);
}

static void a_partition_without_cpus_is_invalid(void **state)
{
	struct impact impact;

	mount_v2(*state);
	v2_group(*state, "part", "", 1);
	fake_file(*state, V2 "part/cpuset.cpus.effective", "2");
	fake_file(*state, V2 "part/cpuset.cpus.partition", "isolated");
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_CPUSET, IMPACT_BLOCKS);
	assert_string_equal(impact.findings[0].who, "part, partition isolated");
	impact_fini(&impact);
	fake_file(*state, V2 "part/cpuset.cpus.partition", "root invalid (Cpu list not exclusive)");
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 0);
	impact_fini(&impact);
}

static void mount_v1(const char *root, const char *options)
{
	char text[256];

	fake_machine(root, "0-3");
	snprintf(text, sizeof(text), "cgroup /sys/fs/cgroup/cpuset cgroup rw,%s 0 0", options);
	fake_file(root, "proc/self/mounts", text);
	fake_file(root, V1 "cpuset.cpus", "0-3");
	fake_file(root, V1 "docker/cpuset.cpus", "0-3");
	fake_file(root, V1 "docker/cgroup.procs", "");
	fake_file(root, V1 "docker/c1/cpuset.cpus", "1-2");
	fake_file(root, V1 "docker/c1/cgroup.procs", "4711");
}

static void v1_groups_lose_their_cpus_for_good(void **state)
{
	struct impact impact;

	mount_v1(*state, "relatime,cpuset");
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 2);
	assert_string_equal(impact.findings[0].who, "docker/c1");
	assert_int_equal(impact.findings[0].severity, IMPACT_BLOCKS);
	assert_string_equal(impact.findings[1].who, "docker");
	assert_int_equal(impact.findings[1].severity, IMPACT_NOTE);
	impact_fini(&impact);
}

static void v1_in_v2_mode_gets_them_back(void **state)
{
	struct impact impact;

	mount_v1(*state, "cpuset,cpuset_v2_mode");
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 2);
	assert_int_equal(impact_count(&impact, IMPACT_MOVES), 2);
	impact_fini(&impact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(v2_groups_are_found_however_deep),
		machine_test(all_of_a_cpuset_is_no_pin),
		machine_test(a_partition_without_cpus_is_invalid),
		machine_test(v1_groups_lose_their_cpus_for_good),
		machine_test(v1_in_v2_mode_gets_them_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
