/* SPDX-License-Identifier: MIT */
/* The perf tool counts what is between enable and disable, in threads of any age. */
#include "perftool.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { NR_PAGES = 3000 };

static char dir[] = "/tmp/test_perftool.XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static struct perftool *start(const char *command)
{
	struct perftool *perftool;
	char why[256] = "";

	if (perftool_start(command, dir, &perftool, why, sizeof(why)))
		fail_msg("%s", why);
	return perftool;
}

static void enable(struct perftool *perftool)
{
	char why[256] = "";

	if (perftool_enable(perftool, why, sizeof(why)))
		fail_msg("%s", why);
}

static void disable(struct perftool *perftool)
{
	char why[256] = "";

	if (perftool_disable(perftool, why, sizeof(why)))
		fail_msg("%s", why);
}

static void finish(struct perftool *perftool)
{
	char why[256] = "";

	if (perftool_finish(perftool, why, sizeof(why)))
		fail_msg("%s", why);
}

/*
 * One fault per page, so small pages only. Not under TSan's eyes and not through its mmap: its
 * shadow memory would fault as well.
 */
__attribute__((no_sanitize_thread)) static void *touch_pages(void *arg)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = (char *)syscall(SYS_mmap, NULL, NR_PAGES * page, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	madvise(memory, NR_PAGES * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < NR_PAGES; i++)
		memory[i * page] = 1;
	syscall(SYS_munmap, memory, NR_PAGES * page);
	return arg;
}

static void run_thread(void)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, touch_pages, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

struct meeting {
	pthread_barrier_t barrier;
	int times;
};

static void *touch_when_met(void *arg)
{
	struct meeting *meeting = arg;

	pthread_barrier_wait(&meeting->barrier);
	touch_pages(NULL);
	pthread_barrier_wait(&meeting->barrier);
	return NULL;
}

/* From the lines of `perf stat -x,`: "6012,,page-faults,...". */
static long counted(const char *event)
{
	FILE *file = fopen(in_dir("perf.stat.txt"), "re");
	char line[256];
	long value = -1;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, event))
			value = strtol(line, NULL, 10);
	fclose(file);
	return value;
}

static void stat_covers_threads_of_any_age(void **state)
{
	struct perftool *perftool;
	struct meeting meeting;
	pthread_t old;

	(void)state;
	pthread_barrier_init(&meeting.barrier, NULL, 2);
	assert_int_equal(pthread_create(&old, NULL, touch_when_met, &meeting), 0);
	perftool = start("stat -x, -e page-faults");
	run_thread();
	enable(perftool);
	pthread_barrier_wait(&meeting.barrier);
	pthread_barrier_wait(&meeting.barrier);
	run_thread();
	disable(perftool);
	run_thread();
	enable(perftool);
	run_thread();
	disable(perftool);
	run_thread();
	finish(perftool);
	pthread_join(old, NULL);
	pthread_barrier_destroy(&meeting.barrier);
	assert_in_range(counted("page-faults"), 3 * NR_PAGES, 3 * NR_PAGES * 5 / 4);
}

static void stat_may_find_nothing(void **state)
{
	struct perftool *perftool = start("  stat   -x ','  -e \"page-faults\"");

	(void)state;
	run_thread();
	finish(perftool);
	assert_in_range(counted("page-faults") + 1, 0, 1);
}

static void record_writes_its_file(void **state)
{
	struct perftool *perftool = start("record -q -e page-faults -c 1");
	struct stat file;

	(void)state;
	enable(perftool);
	run_thread();
	disable(perftool);
	finish(perftool);
	assert_int_equal(stat(in_dir("perf.data"), &file), 0);
	/* A sample is 40 bytes or so; the headers alone are a few thousand. */
	assert_true(file.st_size > NR_PAGES * 20);
}

static void an_output_of_ones_own_is_kept(void **state)
{
	char command[128];
	struct perftool *perftool;

	(void)state;
	snprintf(command, sizeof(command), "stat -e faults -o '%s/my own'", dir);
	perftool = start(command);
	enable(perftool);
	finish(perftool);
	assert_int_equal(access(in_dir("my own"), R_OK), 0);
}

static int remove_files(void **state)
{
	static const char *const names[] = { "perf.stat.txt", "perf.data", "perf.log", "my own" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(in_dir(names[i]));
	return 0;
}

static int remove_dir(void **state)
{
	remove_files(state);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(stat_covers_threads_of_any_age, remove_files),
		cmocka_unit_test_teardown(stat_may_find_nothing, remove_files),
		cmocka_unit_test_teardown(record_writes_its_file, remove_files),
		cmocka_unit_test_teardown(an_output_of_ones_own_is_kept, remove_files),
	};
	struct perftool *perftool;
	char why[256];

	if (!mkdtemp(dir))
		return 1;
	if (perftool_start("stat -e page-faults", dir, &perftool, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		remove_dir(NULL);
		return 77;
	}
	perftool_finish(perftool, why, sizeof(why));
	remove_files(NULL);
	return cmocka_run_group_tests(tests, NULL, remove_dir);
}
