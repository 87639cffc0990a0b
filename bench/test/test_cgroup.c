/* SPDX-License-Identifier: MIT */
/* Our group in the hierarchy of a controller: both versions, side by side, in containers. */
#include "cgroup.h"
#include "fake_root.h"

#include <errno.h>

#define MOUNT_V2 "30 20 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
#define MOUNT_V1                                                                                   \
	"31 30 0:27 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"                      \
	"32 30 0:28 / /sys/fs/cgroup/cpuset rw shared:9 - cgroup cgroup rw,cpuset\n"

static struct cgroup_place find(const char *root, const char *cgroup, const char *mountinfo)
{
	struct cgroup_place place;

	fake_file(root, "proc/self/cgroup", cgroup);
	fake_file(root, "proc/self/mountinfo", mountinfo);
	assert_int_equal(cgroup_find(root, "cpuset", &place), 0);
	return place;
}

static void check(const struct cgroup_place *place, bool is_v2, const char *mount, const char *path)
{
	assert_true(place->is_v2 == is_v2);
	assert_string_equal(place->mount, mount);
	assert_string_equal(place->path, path);
}

static void version_1_wins_where_both_are(void **state)
{
	struct cgroup_place place;

	fake_file(*state, "sys/fs/cgroup/cpuset/a/cpuset.cpus", "0-1");
	place = find(*state, "3:cpuset:/a\n1:cpu,cpuacct:/b\n0::/c", MOUNT_V2 MOUNT_V1);
	check(&place, false, "sys/fs/cgroup/cpuset", "a");
	assert_true(place.is_visible);
}

static void version_2_where_1_has_other_controllers(void **state)
{
	struct cgroup_place place;

	fake_file(*state, "sys/fs/cgroup/unified/c/d/cgroup.procs", "");
	place = find(*state, "1:cpu,cpuacct:/b\n0::/c/d", MOUNT_V1 MOUNT_V2);
	check(&place, true, "sys/fs/cgroup/unified", "c/d");
	assert_true(cgroup_go_up(&place));
	assert_string_equal(place.path, "c");
	assert_true(cgroup_go_up(&place));
	assert_false(cgroup_go_up(&place));
}

/* A process that was moved out of its namespace's root. */
static void outside_the_namespace_is_not_visible(void **state)
{
	struct cgroup_place place;

	fake_file(*state, "sys/fs/cgroup/unified/cgroup.procs", "");
	place = find(*state, "0::/../x", MOUNT_V2);
	check(&place, true, "sys/fs/cgroup/unified", "");
	assert_false(place.is_visible);
}

/* A container without a cgroup namespace: the path is the host's, the mount shows a part. */
static void the_mount_that_shows_us_wins(void **state)
{
	struct cgroup_place place;

	fake_file(*state, "sys/fs/cgroup/cpuset/k/cpuset.cpus", "0");
	place = find(*state, "2:cpuset:/docker/abc/k",
		     "9 8 0:28 /docker/other /mnt ro - cgroup cgroup rw,cpuset\n"
		     "9 8 0:28 /docker/abc /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset");
	check(&place, false, "sys/fs/cgroup/cpuset", "k");
	assert_true(place.is_visible);
}

static void nothing_mounted_is_said(void **state)
{
	struct cgroup_place place;

	fake_file(*state, "proc/self/cgroup", "3:cpuset:/a\n0::/");
	fake_file(*state, "proc/self/mountinfo", MOUNT_V2);
	assert_int_equal(cgroup_find(*state, "cpuset", &place), -ENOENT);
}

static void words_are_whole(void **state)
{
	(void)state;
	assert_true(cgroup_has_word("cpu cpuset\nio", "cpuset"));
	assert_true(cgroup_has_word("cpuset", "cpuset"));
	assert_true(cgroup_has_word("rw,cpuset,cpuset_v2_mode", "cpuset"));
	assert_false(cgroup_has_word("cpu,cpuset_v2_mode", "cpuset"));
	assert_false(cgroup_has_word("cpuset", "cpu"));
	assert_false(cgroup_has_word("", "cpu"));
	assert_false(cgroup_has_word(" ,", ""));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_root_setup, fake_root_teardown)
	const struct CMUnitTest tests[] = {
		TEST(version_1_wins_where_both_are),
		TEST(version_2_where_1_has_other_controllers),
		TEST(outside_the_namespace_is_not_visible),
		TEST(the_mount_that_shows_us_wins),
		TEST(nothing_mounted_is_said),
		TEST(words_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
