/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS ", \t\n"

bool cgroup_has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; *at; at += strcspn(at, SEPARATORS)) {
		at += strspn(at, SEPARATORS);
		if (strcspn(at, SEPARATORS) == len && !strncmp(at, word, len))
			return len > 0;
	}
	return false;
}

/* Lines are "4:cpu,cpuacct:/path" (v1) and "0::/path" (v2). A v1 controller is not in v2. */
int cgroup_find_path(const char *root, const char *controller, struct cgroup_place *ret_place)
{
	char *text, *rest;
	int err = sysfile_load(root, "proc/self/cgroup", &text);
	bool is_found = false;

	if (err)
		return err;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *controllers = strchr(line, ':'), *path;

		path = controllers ? strchr(controllers + 1, ':') : NULL;
		if (!path)
			continue;
		*path = '\0';
		if (!cgroup_has_word(controllers + 1, controller) && (controllers[1] || is_found))
			continue;
		ret_place->is_v2 = !controllers[1];
		snprintf(ret_place->path, sizeof(ret_place->path), "%s", path + 1);
		is_found = true;
	}
	free(text);
	return is_found ? 0 : -ENOENT;
}

/* One line of mountinfo: "36 35 98:0 /root /mount/point rw shared:1 - type source options". */
static bool parse_mount(const char *line, const char *controller, struct cgroup_place *place,
			char mount_root[CGROUP_PATH_BYTES])
{
	char type[32], options[1024] = "", mount[CGROUP_PATH_BYTES];
	const char *tail = strstr(line, " - ");

	if (!tail || sscanf(line, "%*d %*d %*s %1023s %1023s", mount_root, mount) != 2)
		return false;
	if (sscanf(tail + 3, "%31s %*s %1023s", type, options) < 1)
		return false;
	if (strcmp(type, place->is_v2 ? "cgroup2" : "cgroup") != 0)
		return false;
	if (!place->is_v2 && !cgroup_has_word(options, controller))
		return false;
	snprintf(place->mount, sizeof(place->mount), "%s", mount + 1);
	return true;
}

/* Make the path relative to the mount: a bind mount may show only a part of the hierarchy. */
static void rebase(struct cgroup_place *place, const char *mount_root)
{
	size_t len = strcmp(mount_root, "/") ? strlen(mount_root) : 0;
	const char *path = place->path;

	if (!strncmp(path, mount_root, len) && (path[len] == '/' || path[len] == '\0'))
		path += len;
	path += strspn(path, "/");
	memmove(place->path, path, strlen(path) + 1);
}

/* A path outside our cgroup namespace begins with "/..": what is mounted is all we can see. */
static bool is_visible(const char *root, const struct cgroup_place *place)
{
	char full[SYSFILE_PATH_BYTES];

	snprintf(full, sizeof(full), "%s/%s", place->mount, place->path);
	return strncmp(place->path, "..", 2) != 0 && sysfile_exists(root, full);
}

/* Of several mounts the first that shows our group, else the first. */
int cgroup_find(const char *root, const char *controller, struct cgroup_place *ret_place)
{
	char *text, *rest, mount_root[CGROUP_PATH_BYTES];
	struct cgroup_place own = { .is_visible = false };
	bool is_found = false;
	int err = cgroup_find_path(root, controller, &own);

	if (!err)
		err = sysfile_load(root, "proc/self/mountinfo", &text);
	if (err)
		return err;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct cgroup_place place = own;

		if (!parse_mount(line, controller, &place, mount_root))
			continue;
		rebase(&place, mount_root);
		place.is_visible = is_visible(root, &place);
		if (!place.is_visible)
			place.path[0] = '\0';
		if (!is_found || (place.is_visible && !ret_place->is_visible))
			*ret_place = place;
		is_found = true;
	}
	free(text);
	return is_found ? 0 : -ENOENT;
}

bool cgroup_go_up(struct cgroup_place *place)
{
	char *slash = strrchr(place->path, '/');

	if (!place->path[0])
		return false;
	*(slash ? slash : place->path) = '\0';
	return true;
}

int cgroup_read(const char *root, const struct cgroup_place *place, const char *file, char *buf,
		size_t size)
{
	char path[SYSFILE_PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s/%s", place->mount, place->path, file);
	return sysfile_read(root, path, buf, size);
}
