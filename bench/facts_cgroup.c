/* SPDX-License-Identifier: MIT */
/*
 * The CPU quota of a process is the tightest one on the way from its group to the root of what it
 * can see; in a container the groups of the host above that are invisible.
 */
#include "facts.h"
#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_GROUP "no group with CPU control in /proc/self/cgroup"

/* Our group below the hierarchy's mount point, both without a slash at either end. */
struct group_place {
	bool is_v2;
	char mount[SYSFILE_PATH_BYTES / 4];
	char path[SYSFILE_PATH_BYTES / 4];
};

/* Is @word one of the comma-separated @list? */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, word, len) && (at[len] == ',' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* Lines are "4:cpu,cpuacct:/path" (v1) and "0::/path" (v2). A v1 controller is not in v2. */
static int find_path(const struct environment_origin *origin, struct group_place *place)
{
	char *text, *rest;
	int err = sysfile_load(origin->root, "proc/self/cgroup", &text);
	bool is_found = false;

	if (err)
		return err;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *controllers = strchr(line, ':'), *path;

		path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		*path = '\0';
		if (!has_word(controllers + 1, "cpu") && (controllers[1] || is_found))
			continue;
		place->is_v2 = !controllers[1];
		snprintf(place->path, sizeof(place->path), "%s", path + 1);
		is_found = true;
	}
	free(text);
	return is_found ? 0 : -ENOENT;
}

/* One line of mountinfo: "36 35 98:0 /root /mount/point rw shared:1 - type source options". */
static bool parse_mount(const char *line, struct group_place *place, char *root, size_t root_size)
{
	char type[32], options[1024] = "", from[SYSFILE_PATH_BYTES / 4];
	const char *tail = strstr(line, " - ");

	if (!tail || sscanf(line, "%*d %*d %*s %1023s %1023s", from, place->mount) != 2)
		return false;
	if (sscanf(tail + 3, "%31s %*s %1023s", type, options) < 1)
		return false;
	snprintf(root, root_size, "%s", from);
	if (place->is_v2)
		return !strcmp(type, "cgroup2");
	return !strcmp(type, "cgroup") && has_word(options, "cpu");
}

/* Make the path relative to the mount: a bind mount may show only a part of the hierarchy. */
static void rebase(struct group_place *place, const char *mount_root)
{
	size_t len = strcmp(mount_root, "/") ? strlen(mount_root) : 0;
	const char *path = place->path;

	if (!strncmp(path, mount_root, len) && (path[len] == '/' || path[len] == '\0'))
		path += len;
	path += strspn(path, "/");
	memmove(place->path, path, strlen(path) + 1);
	memmove(place->mount, place->mount + 1, strlen(place->mount));
}

static int find_group(const struct environment_origin *origin, struct group_place *place)
{
	char *text, *rest, mount_root[SYSFILE_PATH_BYTES / 4], full[SYSFILE_PATH_BYTES];
	int err = find_path(origin, place);

	if (!err)
		err = sysfile_load(origin->root, "proc/self/mountinfo", &text);
	if (err)
		return err;
	err = -ENOENT;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (!parse_mount(line, place, mount_root, sizeof(mount_root)))
			continue;
		err = 0;
		break;
	}
	free(text);
	if (err)
		return err;
	rebase(place, mount_root);
	snprintf(full, sizeof(full), "%s/%s", place->mount, place->path);
	/* A path outside our cgroup namespace: what is mounted is all that we can see. */
	if (!sysfile_exists(origin->root, full))
		place->path[0] = '\0';
	return 0;
}

/* One level towards the root; false when there. */
static bool go_up(struct group_place *place)
{
	char *slash = strrchr(place->path, '/');

	if (!place->path[0])
		return false;
	*(slash ? slash : place->path) = '\0';
	return true;
}

static int read_in_group(const struct environment_origin *origin, const struct group_place *place,
			 const char *file, char *buf, size_t size)
{
	char path[SYSFILE_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s/%s", place->mount, place->path, file);
	return sysfile_read(origin->root, path, buf, size);
}

/* Quota and period of one group in microseconds; false: it has none. */
static bool read_quota(const struct environment_origin *origin, const struct group_place *place,
		       long long *quota_us, long long *period_us)
{
	char text[64], period[64];

	if (place->is_v2)
		return !read_in_group(origin, place, "cpu.max", text, sizeof(text)) &&
		       sscanf(text, "%lld %lld", quota_us, period_us) == 2 && *period_us > 0;
	return !read_in_group(origin, place, "cpu.cfs_quota_us", text, sizeof(text)) &&
	       !read_in_group(origin, place, "cpu.cfs_period_us", period, sizeof(period)) &&
	       sscanf(text, "%lld", quota_us) == 1 && sscanf(period, "%lld", period_us) == 1 &&
	       *quota_us > 0 && *period_us > 0;
}

FACT_READER(fact_read_cgroup_path)
{
	struct group_place place = { .is_v2 = false };

	(void)arg;
	if (find_path(origin, &place))
		fact_set_missing(ret_value, NO_GROUP);
	else
		fact_set_text(ret_value, "%s%s", place.is_v2 ? "v2:" : "v1:", place.path);
}

FACT_READER(fact_read_cpu_quota)
{
	struct group_place place = { .is_v2 = false };
	long long quota_us, period_us;
	double tightest = 0;

	(void)arg;
	if (find_group(origin, &place)) {
		fact_set_missing(ret_value, NO_GROUP);
		return;
	}
	fact_set_text(ret_value, "none");
	do {
		if (!read_quota(origin, &place, &quota_us, &period_us))
			continue;
		if (tightest > 0 && (double)quota_us / (double)period_us >= tightest)
			continue;
		tightest = (double)quota_us / (double)period_us;
		fact_set_text(ret_value, "%lld/%lld", quota_us, period_us);
	} while (go_up(&place));
}

/* A group above ours that runs out of quota stops us too, but counts it in its own file. */
FACT_READER(fact_read_nr_throttled)
{
	struct group_place place = { .is_v2 = false };
	char text[SYSFILE_LINE_BYTES];
	long long sum = 0, number;
	unsigned int nr = 0;

	(void)arg;
	if (find_group(origin, &place)) {
		fact_set_missing(ret_value, NO_GROUP);
		return;
	}
	do {
		const char *at;

		if (read_in_group(origin, &place, "cpu.stat", text, sizeof(text)))
			continue;
		at = strstr(text, "nr_throttled ");
		if (!at || sscanf(at, "nr_throttled %lld", &number) != 1)
			continue;
		sum += number;
		nr++;
	} while (go_up(&place));
	if (nr)
		fact_set_number(ret_value, sum);
	else
		fact_set_missing(ret_value, "no cpu.stat with nr_throttled in our group");
}
