/* SPDX-License-Identifier: MIT */
/*
 * A text that is compared with a committed file. After a change that is meant, run the test with
 * PARKBENCH_UPDATE_GOLDEN=1 and read the difference.
 */
#ifndef BENCH_TEST_GOLDEN_H
#define BENCH_TEST_GOLDEN_H

#include "scratch_dir.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

/* @name is relative to this directory. */
static inline void assert_golden(const char *text, const char *name)
{
	char *dir = strdup(BENCH_TEST_DATA), *path, *golden;
	FILE *file;

	assert_non_null(strrchr(dir, '/'));
	*strrchr(dir, '/') = '\0';
	if (getenv("PARKBENCH_UPDATE_GOLDEN")) {
		assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(text, file);
		assert_int_equal(fclose(file), 0);
		free(path);
	}
	golden = scratch_read(dir, name);
	if (!golden)
		fail_msg("cannot read %s/%s", dir, name);
	assert_string_equal(text, golden);
	free(golden);
	free(dir);
}

#endif
