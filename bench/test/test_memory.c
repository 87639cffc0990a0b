/* SPDX-License-Identifier: MIT */
#include "fake_root.h"
#include "memory.h"

#include <errno.h>
#include <pthread.h>

static const struct fake_file usual[] = {
	{ "proc/self/status", "Name:\tx\nVmPeak:\t 999 kB\nVmSize:\t    3060 kB\n"
			      "VmRSS:\t    1640 kB\nRssAnon:\t     112 kB\n"
			      "VmPTE:\t      40 kB\nThreads:\t3" },
	{ "proc/meminfo", "MemTotal: 1000 kB\nKernelStack:        1480 kB" },
	{ "proc/loadavg", "0.25 0.06 0.02 1/92 5898" },
	{ NULL, NULL },
};

static void reads_status(void **state)
{
	struct memory_snapshot snapshot;

	fake_files(*state, usual);
	assert_int_equal(memory_snapshot(*state, &snapshot), 0);
	assert_int_equal(snapshot.nr_threads, 3);
	assert_int_equal(snapshot.virtual_bytes, 3060 * 1024);
	assert_int_equal(snapshot.resident_bytes, 1640 * 1024);
	assert_int_equal(snapshot.anonymous_bytes, 112 * 1024);
	assert_int_equal(snapshot.page_table_bytes, 40 * 1024);
	assert_false(snapshot.is_resident_exact);
}

static void prefers_the_page_tables(void **state)
{
	struct memory_snapshot snapshot;

	fake_files(*state, usual);
	fake_file(*state, "proc/self/smaps_rollup",
		  "0-1 ---p 0 00:00 0 [rollup]\nRss: 2000 kB\nPss: 1 kB\nAnonymous: 300 kB");
	assert_int_equal(memory_snapshot(*state, &snapshot), 0);
	assert_true(snapshot.is_resident_exact);
	assert_int_equal(snapshot.resident_bytes, 2000 * 1024);
	assert_int_equal(snapshot.anonymous_bytes, 300 * 1024);
}

static void rounds_kernel_stacks(void **state)
{
	struct memory_snapshot snapshot;

	fake_files(*state, usual);
	assert_int_equal(memory_snapshot(*state, &snapshot), 0);
	assert_int_equal(snapshot.kernel_stack_bytes, 16384);
	/* A namespace of its own may hide most threads: no stack is that large. */
	fake_file(*state, "proc/loadavg", "0.25 0.06 0.02 1/1 2");
	fake_file(*state, "proc/meminfo", "KernelStack: 900000 kB");
	assert_int_equal(memory_snapshot(*state, &snapshot), 0);
	assert_int_equal(snapshot.kernel_stack_bytes, 0);
}

static void refuses_what_is_not_linux(void **state)
{
	struct memory_snapshot snapshot = { .nr_threads = 77 };

	assert_int_equal(memory_snapshot(*state, &snapshot), -ENOENT);
	fake_file(*state, "proc/self/status", "Name:\tx");
	assert_int_equal(memory_snapshot(*state, &snapshot), -EPROTO);
	assert_int_equal(snapshot.nr_threads, 77);
}

static pthread_barrier_t barrier;

static void *wait_at_barrier(void *arg)
{
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return arg;
}

static void sees_our_own_threads(void **state)
{
	struct memory_snapshot before, after;
	pthread_t threads[8];

	(void)state;
	/* A sanitizer makes a thread of its own beside the first one: not between the snapshots. */
	pthread_barrier_init(&barrier, NULL, 1);
	assert_int_equal(pthread_create(&threads[0], NULL, wait_at_barrier, NULL), 0);
	pthread_join(threads[0], NULL);
	pthread_barrier_destroy(&barrier);

	pthread_barrier_init(&barrier, NULL, 9);
	assert_int_equal(memory_snapshot("", &before), 0);
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, wait_at_barrier, NULL), 0);
	pthread_barrier_wait(&barrier);
	assert_int_equal(memory_snapshot("", &after), 0);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&barrier);
	assert_int_equal(after.nr_threads - before.nr_threads, 8);
	assert_true(after.virtual_bytes > before.virtual_bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_status, fake_root_setup, fake_root_teardown),
		cmocka_unit_test_setup_teardown(prefers_the_page_tables, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(rounds_kernel_stacks, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(refuses_what_is_not_linux, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test(sees_our_own_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
