/* SPDX-License-Identifier: MIT */
#include "capacity.h"

#include "cgroup.h"
#include "sysfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Its stack in the kernel, the pages of its own stack that every thread writes to, page tables. */
#define KERNEL_BYTES 16384
#define OWN_BYTES    20480

/* Left for everybody else: of threads, and one in so many of what memory is free. */
#define SPARE_THREADS 64
#define SPARE_MEMORY  8

/* A stack and its guard. */
#define MAPPINGS_PER_THREAD 2

struct limit {
	const char *name;
	uint64_t nr_fit; /* how many threads */
};

uint64_t capacity_bytes_per_thread(void)
{
	return KERNEL_BYTES + OWN_BYTES;
}

static uint64_t less(uint64_t number, uint64_t used)
{
	return number > used ? number - used : 0;
}

static void lower(struct limit *least, const char *name, uint64_t nr_fit)
{
	if (nr_fit < least->nr_fit)
		*least = (struct limit){ name, nr_fit };
}

/* The running and all threads of the system, as in "0.10 0.20 0.30 2/345 6789". */
static uint64_t nr_threads_of_system(const char *root)
{
	char text[128], *slash;

	if (sysfile_read(root, "proc/loadavg", text, sizeof(text)))
		return 0;
	slash = strchr(text, '/');
	return slash ? strtoull(slash + 1, NULL, 10) : 0;
}

static void ask_system(const char *root, struct limit *least)
{
	uint64_t nr_used = nr_threads_of_system(root) + SPARE_THREADS;
	int64_t max;

	if (!sysfile_read_number(root, "proc/sys/kernel/threads-max", &max) && max >= 0)
		lower(least, "kernel.threads-max", less((uint64_t)max, nr_used));
	if (!sysfile_read_number(root, "proc/sys/kernel/pid_max", &max) && max >= 0)
		lower(least, "kernel.pid_max", less((uint64_t)max, nr_used));
	if (!sysfile_read_number(root, "proc/sys/vm/max_map_count", &max) && max >= 0)
		lower(least, "vm.max_map_count",
		      less((uint64_t)max / MAPPINGS_PER_THREAD, SPARE_THREADS));
}

/* Whoever may exceed it is not held to it; threads of the user that we do not see are not ours. */
static void ask_user(struct limit *least)
{
	struct rlimit limit;

	if (geteuid() == 0 || getrlimit(RLIMIT_NPROC, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return;
	lower(least, "ulimit -u", less(limit.rlim_cur, SPARE_THREADS));
}

/* Every group from ours up to the root counts for itself. "max" is no number: no limit. */
static void ask_cgroup(const char *root, struct limit *least)
{
	struct cgroup_place place;
	char text[32];
	int64_t max, current;

	if (cgroup_find(root, "pids", &place) || !place.is_visible)
		return;
	do
		if (!cgroup_read(root, &place, "pids.max", text, sizeof(text)) &&
		    !sysfile_parse_number(text, &max) &&
		    !cgroup_read(root, &place, "pids.current", text, sizeof(text)) &&
		    !sysfile_parse_number(text, &current) && max >= 0 && current >= 0)
			lower(least, "pids.max of the cgroup",
			      less((uint64_t)max, (uint64_t)current));
	while (cgroup_go_up(&place));
}

static uint64_t nr_available_bytes(const char *root)
{
	char *text = NULL, value[64];
	uint64_t kib = UINT64_MAX;

	if (sysfile_load(root, "proc/meminfo", &text))
		return UINT64_MAX;
	if (!sysfile_field(text, "MemAvailable", value, sizeof(value)))
		kib = strtoull(value, NULL, 10);
	free(text);
	return kib < UINT64_MAX / 1024 ? kib * 1024 : UINT64_MAX;
}

int capacity_check(const char *root, const struct capacity_need *need, char *why, size_t why_size)
{
	struct limit least = { "", UINT64_MAX };
	uint64_t bytes = nr_available_bytes(root);

	ask_system(root, &least);
	ask_user(&least);
	ask_cgroup(root, &least);
	if (bytes != UINT64_MAX && need->bytes_per_thread)
		lower(&least, "free memory",
		      (bytes - bytes / SPARE_MEMORY) / need->bytes_per_thread);
	if (need->nr_threads <= least.nr_fit)
		return 0;
	snprintf(why, why_size,
		 "%" PRIu64 " threads do not fit: %s allows %" PRIu64
		 "; take fewer CPUs (--cpus) or lower --threads-per-cpu",
		 need->nr_threads, least.name, least.nr_fit);
	return -EAGAIN;
}
