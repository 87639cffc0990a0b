/* SPDX-License-Identifier: MIT */
/* Can a child cpuset be made, what is missing if not, and what killed runs have left. */
#include "fake_root.h"
#include "hotplug_cpuset_child.h"

#include <errno.h>
#include <sys/wait.h>

#define GROUP	 "sys/fs/cgroup/u.slice"
#define MOUNT_V2 "30 20 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"
#define MOUNT_V1 "32 30 0:28 / /sys/fs/cgroup rw - cgroup cgroup rw,cpuset"

static void fake_v2(const char *root, const char *controllers)
{
	fake_file(root, "proc/self/cgroup", "0::/u.slice");
	fake_file(root, "proc/self/mountinfo", MOUNT_V2);
	fake_file(root, GROUP "/cgroup.controllers", controllers);
	fake_file(root, GROUP "/cgroup.procs", "");
	fake_file(root, GROUP "/cgroup.subtree_control", "");
}

static void check_refused(const char *root, const char *part)
{
	char why[256] = "";

	assert_true(cpuset_child_check(root, why, sizeof(why)) < 0);
	if (!strstr(why, part))
		fail_msg("'%s' does not say '%s'", why, part);
	assert_null(strchr(why, '\n'));
}

static void check_usable(const char *root)
{
	char why[256] = "";

	if (cpuset_child_check(root, why, sizeof(why)))
		fail_msg("%s", why);
}

static void both_versions_are_usable(void **state)
{
	fake_v2(*state, "cpuset cpu io");
	check_usable(*state);
	fake_file(*state, "proc/self/cgroup", "1:cpuset:/u.slice");
	fake_file(*state, "proc/self/mountinfo", MOUNT_V1);
	fake_file(*state, GROUP "/cpuset.cpus", "0-3");
	check_usable(*state);
}

static void missing_controller_is_named(void **state)
{
	fake_v2(*state, "cpu io memory");
	check_refused(*state, "our cgroup has no cpuset controller");
	check_refused(*state, "Delegate=cpuset");
}

static void missing_mount_is_named(void **state)
{
	fake_file(*state, "proc/self/cgroup", "1:cpuset:/u.slice");
	fake_file(*state, "proc/self/mountinfo", "1 2 0:3 / / rw - ext4 /dev/sda rw");
	check_refused(*state, "mount -t cgroup");
}

static void outside_of_the_namespace_is_named(void **state)
{
	fake_v2(*state, "cpuset");
	fake_file(*state, "proc/self/cgroup", "0::/../elsewhere");
	check_refused(*state, "outside of what /sys/fs/cgroup shows");
}

/* As the user nobody, who may look at the group and not change it. */
static void foreign_group_is_named(void **state)
{
	int status;

	if (geteuid())
		skip();
	fake_v2(*state, "cpuset");
	chmod(*state, 0755);
	if (!fork()) {
		if (setgid(65534) || setuid(65534))
			_exit(2);
		_exit(cpuset_child_check(*state, (char[256]){ "" }, 256) == -EACCES ? 0 : 1);
	}
	wait(&status);
	assert_int_equal(status, 0);
}

static bool is_there(const char *root, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/" GROUP "/%s", root, name);
	return !access(path, F_OK);
}

static pid_t dead_pid(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void make_dir(const char *root, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/" GROUP "/%s", root, name);
	assert_int_equal(mkdir(path, 0777), 0);
}

static void only_what_the_dead_have_left_is_removed(void **state)
{
	struct cgroup_place place = { .is_v2 = true, .mount = "sys/fs/cgroup", .path = "u.slice" };
	const char *stay[] = { "parkbench-", "parkbench-x", "parkbench-0",    "parkbench--5",
			       "other-1",    "parkbench",   "parkbench-1-no", "parkbench-1" };
	char gone[32], mine[32];

	fake_v2(*state, "cpuset");
	snprintf(gone, sizeof(gone), "parkbench-%d", (int)dead_pid());
	snprintf(mine, sizeof(mine), "parkbench-%d-enabled", (int)getpid());
	make_dir(*state, gone);
	make_dir(*state, mine);
	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		make_dir(*state, stay[i]);
	assert_int_equal(cpuset_child_sweep(*state, &place), 1);
	assert_false(is_there(*state, gone));
	assert_true(is_there(*state, mine));
	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		assert_true(is_there(*state, stay[i]));
}

static void check_subtree(const char *root, const char *expected)
{
	struct cgroup_place place = { .mount = "sys/fs/cgroup", .path = "u.slice" };
	char text[64];

	assert_int_equal(cgroup_read(root, &place, "cgroup.subtree_control", text, sizeof(text)),
			 0);
	assert_string_equal(text, expected);
}

/* What a killed run has enabled is taken back, unless others have children by now. */
static void enabled_controller_is_taken_back(void **state)
{
	struct cgroup_place place = { .is_v2 = true, .mount = "sys/fs/cgroup", .path = "u.slice" };
	char gone[32], other[256];

	fake_v2(*state, "cpuset");
	fake_file(*state, GROUP "/cgroup.subtree_control", "cpuset");
	snprintf(gone, sizeof(gone), "parkbench-%d-enabled", (int)dead_pid());
	make_dir(*state, gone);
	make_dir(*state, "other");
	assert_int_equal(cpuset_child_sweep(*state, &place), 1);
	check_subtree(*state, "cpuset");
	snprintf(other, sizeof(other), "%s/" GROUP "/other", (char *)*state);
	assert_int_equal(rmdir(other), 0);
	snprintf(gone, sizeof(gone), "parkbench-%d-enabled", (int)dead_pid());
	make_dir(*state, gone);
	assert_int_equal(cpuset_child_sweep(*state, &place), 1);
	check_subtree(*state, "-cpuset");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_root_setup, fake_root_teardown)
	const struct CMUnitTest tests[] = {
		TEST(both_versions_are_usable),
		TEST(missing_controller_is_named),
		TEST(missing_mount_is_named),
		TEST(outside_of_the_namespace_is_named),
		TEST(foreign_group_is_named),
		TEST(only_what_the_dead_have_left_is_removed),
		TEST(enabled_controller_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
