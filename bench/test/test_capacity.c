/* SPDX-License-Identifier: MIT */
/* A run that would not fit is refused with the limit's name and the number that would. */
#include "capacity.h"
#include "fake_root.h"

#include <errno.h>

/* A machine that holds 10000 threads and a GiB. */
static void make_machine(const char *root)
{
	fake_file(root, "proc/loadavg", "0.10 0.20 0.30 2/136 6789");
	fake_file(root, "proc/sys/kernel/threads-max", "10200");
	fake_file(root, "proc/sys/kernel/pid_max", "4194304");
	fake_file(root, "proc/sys/vm/max_map_count", "65530");
	fake_file(root, "proc/meminfo", "MemTotal: 2097152 kB\nMemAvailable: 1048576 kB");
}

static void expect(const char *root, uint64_t nr_threads, uint64_t bytes, const char *said)
{
	const struct capacity_need need = { nr_threads, bytes };
	char why[256] = "";
	int ret = capacity_check(root, &need, why, sizeof(why));

	assert_int_equal(ret, said ? -EAGAIN : 0);
	if (said)
		assert_non_null(strstr(why, said));
}

static void the_system_has_a_limit(void **state)
{
	make_machine(*state);
	expect(*state, 10000, 4096, NULL);
	expect(*state, 10001, 4096, "10001 threads do not fit: kernel.threads-max allows 10000;");
	fake_file(*state, "proc/sys/vm/max_map_count", "5000");
	expect(*state, 2436, 4096, NULL);
	expect(*state, 2437, 4096, "vm.max_map_count allows 2436;");
}

static void memory_has_an_end(void **state)
{
	make_machine(*state);
	expect(*state, 896, 1 << 20, NULL);
	expect(*state, 897, 1 << 20, "free memory allows 896;");
}

static void every_group_above_counts(void **state)
{
	const char *root = *state;

	make_machine(root);
	fake_file(root, "proc/self/cgroup", "0::/a/b");
	fake_file(root, "proc/self/mountinfo",
		  "30 20 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n");
	fake_file(root, "sys/fs/cgroup/a/b/pids.max", "max");
	fake_file(root, "sys/fs/cgroup/a/b/pids.current", "7");
	expect(root, 5000, 4096, NULL);
	fake_file(root, "sys/fs/cgroup/a/pids.max", "500");
	fake_file(root, "sys/fs/cgroup/a/pids.current", "20");
	expect(root, 480, 4096, NULL);
	expect(root, 481, 4096, "pids.max of the cgroup allows 480;");
}

static void what_is_not_known_forbids_nothing(void **state)
{
	expect(*state, 1000, 4096, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_system_has_a_limit, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(memory_has_an_end, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(every_group_above_counts, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(what_is_not_known_forbids_nothing, fake_root_setup,
						fake_root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
