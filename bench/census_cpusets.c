/* SPDX-License-Identifier: MIT */
/*
 * Groups with a cpuset, v2 and v1, wherever they are mounted. The root of a v1 hierarchy has no
 * row: it follows the online CPUs by itself.
 */
#include "census_internal.h"

#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 64

struct hierarchy {
	struct census *census;
	enum census_kind kind;
	bool is_v2;
	size_t root_length; /* of the mount point's path; names are shown without it */
};

static int walk(const struct hierarchy *h, const char *dir, unsigned int depth);

/* Missing where the controller is off, and then nothing deeper has it either. */
static bool has_cpuset(const struct hierarchy *h, const char *dir)
{
	char path[SYSFILE_PATH_BYTES];

	snprintf(path, sizeof(path), "%.4000s/cpuset.cpus", dir);
	return sysfile_exists(h->census->root, path);
}

static int add_group(const struct hierarchy *h, const char *dir)
{
	char path[SYSFILE_PATH_BYTES], word[16] = "";
	const char *name = dir + h->root_length;
	int err;

	name += *name == '/';
	snprintf(path, sizeof(path), "%.4000s/cpuset.cpus", dir);
	err = census_add_setting(h->census, h->kind, path, name);
	snprintf(path, sizeof(path), "%.4000s/cpuset.cpus.partition", dir);
	if (err || sysfile_read(h->census->root, path, word, sizeof(word)) ||
	    strcmp(word, "member") == 0)
		return err;
	return census_add_setting(h->census, CENSUS_PARTITION, path, name);
}

static int walk_children(const struct hierarchy *h, const char *dir, unsigned int depth)
{
	char **names, path[SYSFILE_PATH_BYTES];
	int err = 0;

	if (sysfile_list(h->census->root, dir, &names) < 0)
		return 0;
	for (size_t i = 0; names[i] && !err; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", dir, names[i]) < 4000 &&
		    has_cpuset(h, path))
			err = walk(h, path, depth + 1);
	}
	sysfile_list_free(names);
	return err;
}

static int walk(const struct hierarchy *h, const char *dir, unsigned int depth)
{
	int err = 0;

	if (depth > 0 || (h->is_v2 && has_cpuset(h, dir)))
		err = add_group(h, dir);
	return err || depth >= MAX_DEPTH ? err : walk_children(h, dir, depth);
}

/* Is @word one of the comma-separated @list? */
static bool has_word(const char *list, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, word, length) && (at[length] == ',' || at[length] == '\0'))
			return true;
	}
	return false;
}

/* "cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset 0 0" */
static bool parse_mount(const char *line, char mount[static 1024], struct hierarchy *h)
{
	char type[32], options[1024];

	if (sscanf(line, "%*s /%1023s %31s %1023s", mount, type, options) != 3)
		return false;
	h->is_v2 = strcmp(type, "cgroup2") == 0;
	if (!h->is_v2 && (strcmp(type, "cgroup") != 0 || !has_word(options, "cpuset")))
		return false;
	h->kind =
		h->is_v2 || has_word(options, "cpuset_v2_mode") ? CENSUS_CPUSET : CENSUS_CPUSET_V1;
	h->root_length = strlen(mount);
	return true;
}

/* There is one hierarchy of each version, though it may be mounted at several places. */
int census_take_cpusets(struct census *census)
{
	struct hierarchy h = { .census = census };
	bool is_taken[2] = { false, false };
	char *text, *rest, mount[1024];
	int err = sysfile_load(census->root, "proc/self/mounts", &text);

	if (err)
		return err == -ENOMEM ? err : 0;
	for (char *line = strtok_r(text, "\n", &rest); line && !err;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (!parse_mount(line, mount, &h) || is_taken[h.is_v2])
			continue;
		is_taken[h.is_v2] = true;
		err = walk(&h, mount, 0);
	}
	free(text);
	return err;
}
