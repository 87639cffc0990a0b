/* SPDX-License-Identifier: MIT */
/* A file that cannot be written completely is reported and leaves nothing behind. */
#include "csv_writer.h"
#include "scratch_dir.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <cmocka.h>

static int write_bytes(const char *dir, size_t nr_bytes)
{
	struct csv_writer csv;
	int ret = csv_open(&csv, dir, "x.csv");

	if (ret)
		return ret;
	for (size_t i = 0; i < nr_bytes; i += 10) {
		csv_put_text(&csv, "123456789");
		csv_end_row(&csv);
	}
	return csv_commit(&csv);
}

/* Small enough to fail at the last flush only, large enough to fail in the middle. */
static const size_t sizes[] = { 20000, 5000000 };

static void size_limit_is_noticed(void **state)
{
	const struct rlimit limit = { 8192, RLIM_INFINITY };
	struct scratch scratch;
	struct rlimit before;

	(void)state;
	assert_int_equal(scratch_init(&scratch), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(write_bytes(scratch.path, sizes[i]), -EFBIG);
		assert_int_equal(scratch_nr_files(&scratch), 0);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(write_bytes(scratch.path, sizes[0]), 0);
	assert_int_equal(scratch_nr_files(&scratch), 1);
	scratch_fini(&scratch);
}

static void full_disk_is_noticed(void **state)
{
	struct scratch scratch;

	(void)state;
	assert_int_equal(scratch_init(&scratch), 0);
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", scratch.path, "tmpfs", 0, "size=8k")) {
		scratch_fini(&scratch);
		print_message("no tmpfs without root\n");
		skip();
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(write_bytes(scratch.path, sizes[i]), -ENOSPC);
		assert_int_equal(scratch_nr_files(&scratch), 0);
	}
	umount(scratch.path);
	scratch_fini(&scratch);
}

static void missing_directory_is_refused(void **state)
{
	(void)state;
	assert_int_equal(write_bytes("/nonexistent", 10), -ENOENT);
}

static void an_older_file_is_kept(void **state)
{
	struct scratch scratch;
	char *text;

	(void)state;
	assert_int_equal(scratch_init(&scratch), 0);
	assert_int_equal(write_bytes(scratch.path, 10), 0);
	assert_int_equal(write_bytes(scratch.path, 20), -EEXIST);
	assert_int_equal(scratch_nr_files(&scratch), 1);
	text = scratch_read(scratch.path, "x.csv");
	assert_string_equal(text, "123456789\n");
	free(text);
	scratch_fini(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(size_limit_is_noticed),
		cmocka_unit_test(full_disk_is_noticed),
		cmocka_unit_test(missing_directory_is_refused),
		cmocka_unit_test(an_older_file_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
