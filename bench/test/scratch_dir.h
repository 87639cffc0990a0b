/* SPDX-License-Identifier: MIT */
/* A directory for one test, and what is in it. */
#ifndef BENCH_TEST_SCRATCH_DIR_H
#define BENCH_TEST_SCRATCH_DIR_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct scratch {
	char path[64];
};

static inline int scratch_init(struct scratch *scratch)
{
	strcpy(scratch->path, "/tmp/parkbench-test-XXXXXX");
	return mkdtemp(scratch->path) ? 0 : -1;
}

/* How many files are there, hidden ones included. */
static inline int scratch_nr_files(const struct scratch *scratch)
{
	DIR *dir = opendir(scratch->path);
	int nr = 0;

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		nr += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(dir);
	return nr;
}

/* The whole file as a string, to be freed; NULL when there is none. */
static inline char *scratch_read(const char *dir, const char *name)
{
	char *path, *text = NULL;
	size_t size = 0;
	FILE *file = NULL;

	if (asprintf(&path, "%s/%s", dir, name) >= 0) {
		file = fopen(path, "r");
		free(path);
	}
	if (!file)
		return NULL;
	if (getdelim(&text, &size, '\0', file) < 0 && text)
		text[0] = '\0';
	fclose(file);
	return text;
}

static inline void scratch_fini(const struct scratch *scratch)
{
	DIR *dir = opendir(scratch->path);

	for (struct dirent *entry; dir && (entry = readdir(dir));)
		unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(scratch->path);
}

#endif
