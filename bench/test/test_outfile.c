/* SPDX-License-Identifier: MIT */
/* A file that the user named is there complete, or not at all. */
#include "outfile.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/outfile.XXXXXX";

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/outfile.XXXXXX");
	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	unlink("file");
	return rmdir(dir); /* fails when anything else was left behind */
}

static int write_file(const char *text, bool is_replacing)
{
	struct outfile out;
	int err = outfile_open(&out, "file");

	if (err)
		return err;
	fputs(text, out.file);
	return outfile_commit(&out, is_replacing);
}

static void expect_text(const char *text)
{
	char read[32] = "";
	FILE *file = fopen("file", "r");

	assert_non_null(file);
	assert_non_null(fgets(read, sizeof(read), file));
	fclose(file);
	assert_string_equal(read, text);
}

static void commit_gives_the_name(void **state)
{
	struct outfile out;

	(void)state;
	assert_int_equal(outfile_open(&out, "file"), 0);
	fputs("text", out.file);
	assert_int_equal(access("file", F_OK), -1);
	assert_int_equal(outfile_commit(&out, false), 0);
	expect_text("text");
}

static void existing_file_is_kept_unless_replaced(void **state)
{
	(void)state;
	assert_int_equal(write_file("old", false), 0);
	assert_int_equal(write_file("new", false), -EEXIST);
	expect_text("old");
	assert_int_equal(write_file("new", true), 0);
	expect_text("new");
}

static void what_is_no_file_is_never_replaced(void **state)
{
	(void)state;
	assert_int_equal(mkfifo("file", 0600), 0);
	assert_int_equal(write_file("new", true), -EEXIST);
}

static void abandoned_leaves_nothing(void **state)
{
	struct outfile out;

	(void)state;
	assert_int_equal(outfile_open(&out, "file"), 0);
	outfile_abandon(&out);
	assert_int_equal(access("file", F_OK), -1);
}

static void failed_write_leaves_nothing(void **state)
{
	struct outfile out;

	(void)state;
	assert_int_equal(outfile_open(&out, "file"), 0);
	out.file = freopen("/dev/full", "w", out.file);
	fputs("text", out.file);
	assert_int_equal(outfile_commit(&out, false), -ENOSPC);
	assert_int_equal(access("file", F_OK), -1);
}

static void missing_directory_is_said(void **state)
{
	struct outfile out;

	(void)state;
	assert_int_equal(outfile_open(&out, "nowhere/file"), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(commit_gives_the_name),
		TEST(existing_file_is_kept_unless_replaced),
		TEST(what_is_no_file_is_never_replaced),
		TEST(abandoned_leaves_nothing),
		TEST(failed_write_leaves_nothing),
		TEST(missing_directory_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
