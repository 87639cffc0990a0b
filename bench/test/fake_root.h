/* SPDX-License-Identifier: MIT */
/* fake_root - a directory laid out like a machine, for what reads /proc and /sys. */
#ifndef BENCH_TEST_FAKE_ROOT_H
#define BENCH_TEST_FAKE_ROOT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "environment.h"

#include <sys/stat.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A cmocka setup: *state becomes the path of a new empty root. */
static int fake_root_setup(void **state)
{
	char *root = strdup("/tmp/parkbench-root-XXXXXX");

	*state = root && mkdtemp(root) ? root : NULL;
	return *state ? 0 : -1;
}

static inline int fake_root_remove(const char *path, const struct stat *st, int type,
				   struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

static int fake_root_teardown(void **state)
{
	nftw(*state, fake_root_remove, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

/* Make the directories above @full. */
static inline void fake_parents(char *full)
{
	for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0777);
		*slash = '/';
	}
}

/* One file with a newline at its end, as the kernel writes them. */
static inline void fake_file(const char *root, const char *path, const char *text)
{
	char full[4096];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	fake_parents(full);
	file = fopen(full, "w");
	assert_non_null(file);
	fprintf(file, "%s\n", text);
	assert_int_equal(fclose(file), 0);
}

static inline void fake_link(const char *root, const char *path, const char *target)
{
	char full[4096];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	fake_parents(full);
	unlink(full);
	assert_int_equal(symlink(target, full), 0);
}

struct fake_file {
	const char *path, *text;
};

/* Files up to a row without a path. */
static inline void fake_files(const char *root, const struct fake_file *files)
{
	for (; files->path; files++)
		fake_file(root, files->path, files->text);
}

static inline struct environment fake_collect(const char *root)
{
	const struct environment_origin origin = { .root = root };
	struct environment env;

	assert_int_equal(environment_collect(&origin, &env), 0);
	return env;
}

#define assert_fact(env, key, expected)                                                            \
	assert_string_equal(fact_text(environment_get(env, key)), expected)
#define assert_fact_number(env, key, expected)                                                     \
	assert_int_equal(fact_number(environment_get(env, key), -12345), expected)
#define assert_fact_missing(env, key)                                                              \
	assert_int_equal(environment_get(env, key)->type, FACT_MISSING)

#endif
