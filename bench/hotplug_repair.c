/* SPDX-License-Identifier: MIT */
#include "hotplug_repair.h"

#include "sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int set_affinity(void *arg, pid_t tid, const struct cpumask *cpus)
{
	(void)arg;
	return sched_setaffinity(tid, sizeof(*cpus), (const cpu_set_t *)cpus->bits) ? -errno : 0;
}

/* One write: the kernel takes a value whole or not at all. */
static int write_setting(void *arg, const char *path, const char *value)
{
	const size_t length = strlen(value);
	char full[SYSFILE_PATH_BYTES];
	int fd, err = 0;
	ssize_t put;

	(void)arg;
	if (snprintf(full, sizeof(full), "/%s", path) >= (int)sizeof(full))
		return -ENAMETOOLONG;
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	put = write(fd, value, length);
	if (put < 0)
		err = -errno;
	else if ((size_t)put != length)
		err = -EIO;
	close(fd);
	return err;
}

const struct repair_ops hotplug_repair = {
	.set_affinity = set_affinity,
	.write_setting = write_setting,
};
