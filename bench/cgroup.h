/* SPDX-License-Identifier: MIT */
/*
 * cgroup - where our process is in the hierarchy that has a controller, in both versions.
 *
 * A controller is in one hierarchy only: in one of version 1 when /proc/self/cgroup names it on a
 * line of its own, else in version 2. Paths are looked up below a root as in sysfile.h.
 */
#ifndef BENCH_CGROUP_H
#define BENCH_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

#define CGROUP_PATH_BYTES 1024

/* A group below the hierarchy's mount point, both without a slash at either end. */
struct cgroup_place {
	bool is_v2;
	bool is_visible; /* false: our group is outside of what is mounted, and path is "" */
	char mount[CGROUP_PATH_BYTES];
	char path[CGROUP_PATH_BYTES];
};

/* Is @word one of the @list, which is separated by commas, spaces or line ends? */
bool cgroup_has_word(const char *list, const char *word);

/*
 * The line of /proc/self/cgroup: version, and the path as it stands there with one slash less.
 * -ENOENT when there is no such hierarchy; the mount is not looked for.
 */
int cgroup_find_path(const char *root, const char *controller, struct cgroup_place *ret_place);

/* Our own group and where its files are. -ENOENT also when the hierarchy is mounted nowhere. */
int cgroup_find(const char *root, const char *controller, struct cgroup_place *ret_place);

/* One level towards the root; false when there. */
bool cgroup_go_up(struct cgroup_place *place);

/* As sysfile_read(), of a file of the group. */
int cgroup_read(const char *root, const struct cgroup_place *place, const char *file, char *buf,
		size_t size);

#endif
