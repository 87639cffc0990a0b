/* SPDX-License-Identifier: MIT */
/* The CPU quota that holds for us, in both versions of cgroups, in and outside containers. */
#include "fake_root.h"

#define MOUNT_V2 "30 20 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw"
#define MOUNT_V1                                                                                   \
	"31 30 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"                        \
	"32 30 0:28 / /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu,cpuacct"

static void check_quota(const char *root, const char *quota, int64_t nr_throttled)
{
	struct environment env = fake_collect(root);

	assert_fact(&env, "cpu_quota", quota);
	assert_fact_number(&env, "nr_throttled", nr_throttled);
	environment_fini(&env);
}

static void the_tightest_level_counts(void **state)
{
	static const struct fake_file files[] = {
		{ "proc/self/cgroup", "0::/a.slice/b.scope" },
		{ "proc/self/mountinfo", MOUNT_V2 },
		{ "sys/fs/cgroup/a.slice/cpu.max", "150000 100000" },
		{ "sys/fs/cgroup/a.slice/cpu.stat", "usage_usec 9\nnr_throttled 4" },
		{ "sys/fs/cgroup/a.slice/b.scope/cpu.max", "400000 100000" },
		{ "sys/fs/cgroup/a.slice/b.scope/cpu.stat", "nr_periods 8\nnr_throttled 3" },
		{ NULL, NULL },
	};

	fake_files(*state, files);
	check_quota(*state, "150000/100000", 7);
}

static void no_limit_is_none(void **state)
{
	fake_file(*state, "proc/self/cgroup", "0::/a.slice");
	fake_file(*state, "proc/self/mountinfo", MOUNT_V2);
	fake_file(*state, "sys/fs/cgroup/a.slice/cpu.max", "max 100000");
	fake_file(*state, "sys/fs/cgroup/a.slice/cpu.stat", "nr_throttled 0");
	check_quota(*state, "none", 0);
}

/* A container has its group as the root of what it sees; the path is the namespace's. */
static void container_in_its_namespace(void **state)
{
	struct environment env;

	fake_file(*state, "proc/self/cgroup", "0::/");
	fake_file(*state, "proc/self/mountinfo",
		  "700 650 0:26 /../../.. /sys/fs/cgroup ro - cgroup2 cgroup rw");
	fake_file(*state, "sys/fs/cgroup/cpu.max", "50000 100000");
	fake_file(*state, "sys/fs/cgroup/cpu.stat", "nr_throttled 12");
	fake_file(*state, "run/.containerenv", "");
	fake_link(*state, "proc/self/ns/pid", "pid:[4026532500]");
	check_quota(*state, "50000/100000", 12);
	env = fake_collect(*state);
	assert_fact(&env, "container", "podman");
	environment_fini(&env);
}

/* Without a cgroup namespace the path is the host's, and the mount shows only our part of it. */
static void container_with_the_path_of_the_host(void **state)
{
	struct environment env;

	fake_file(*state, "proc/self/cgroup",
		  "3:cpu,cpuacct:/docker/abc\n2:cpuset:/docker/abc\n0::/system.slice");
	fake_file(*state, "proc/self/mountinfo",
		  "700 650 0:28 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct");
	fake_file(*state, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000");
	fake_file(*state, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
	fake_file(*state, "sys/fs/cgroup/cpu/cpu.stat", "nr_throttled 1");
	fake_link(*state, "proc/self/ns/pid", "pid:[4026532500]");
	check_quota(*state, "200000/100000", 1);
	env = fake_collect(*state);
	assert_fact(&env, "cgroup", "v1:/docker/abc");
	assert_fact(&env, "container", "docker");
	environment_fini(&env);
}

static void v1_without_limit(void **state)
{
	fake_file(*state, "proc/self/cgroup", "9:name=systemd:/x\n1:cpu,cpuacct:/\n0::/");
	fake_file(*state, "proc/self/mountinfo", MOUNT_V1 "\n" MOUNT_V2);
	fake_file(*state, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1");
	fake_file(*state, "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000");
	fake_file(*state, "sys/fs/cgroup/cpu/cpu.stat", "nr_throttled 0");
	check_quota(*state, "none", 0);
}

static void groups_that_nobody_mounted(void **state)
{
	struct environment env;

	fake_file(*state, "proc/self/cgroup", "0::/a.slice");
	fake_file(*state, "proc/self/mountinfo", "1 0 8:1 / / rw - ext4 /dev/sda1 rw");
	env = fake_collect(*state);
	assert_fact(&env, "cgroup", "v2:/a.slice");
	assert_fact_missing(&env, "cpu_quota");
	assert_fact_missing(&env, "nr_throttled");
	environment_fini(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_tightest_level_counts, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(no_limit_is_none, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(container_in_its_namespace, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(container_with_the_path_of_the_host,
						fake_root_setup, fake_root_teardown),
		cmocka_unit_test_setup_teardown(v1_without_limit, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(groups_that_nobody_mounted, fake_root_setup,
						fake_root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
