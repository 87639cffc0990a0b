/* SPDX-License-Identifier: MIT */
#include "offcpu.h"

#include "clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int open_syscall_file(pid_t tid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

void offcpu_unwatch(struct tenancy *ty)
{
	for (size_t i = 0; i < ty->nr_tenants; i++) {
		struct tenant *t = &ty->tenants[i];

		if (t->watched_tid && t->watch_fd >= 0)
			close(t->watch_fd);
		t->watched_tid = 0;
	}
}

void offcpu_watch(struct tenancy *ty)
{
	offcpu_unwatch(ty);
	for (size_t i = 0; i < ty->nr_tenants; i++) {
		struct tenant *t = &ty->tenants[i];

		t->watched_tid = atomic_load_explicit(&t->tid, memory_order_relaxed);
		t->watch_fd = open_syscall_file(t->watched_tid);
	}
}

/* 1: off its CPU; 0: on it; -errno. */
static int look(int fd, bool has_to_be_gone)
{
	static const char running[] = "running";
	char text[sizeof(running)];
	ssize_t n = pread(fd, text, sizeof(text), 0);

	if (n < 0)
		return errno == ESRCH ? 1 : -errno;
	/* A thread that is to end may sleep on its way out. */
	if (has_to_be_gone)
		return 0;
	return (size_t)n < sizeof(running) - 1 || memcmp(text, running, sizeof(running) - 1) != 0;
}

static int wait_for_one(int fd, bool has_to_be_gone, uint64_t deadline_ns)
{
	int seen;

	while (!(seen = look(fd, has_to_be_gone)))
		if (clock_now_ns() > deadline_ns)
			return -ETIMEDOUT;
	return seen < 0 ? seen : 0;
}

int offcpu_wait(const struct tenancy *ty, bool has_to_be_gone, uint64_t deadline_ns)
{
	int ret = 0;

	for (size_t i = 0; i < ty->nr_tenants && ret != -ETIMEDOUT; i++) {
		const struct tenant *t = &ty->tenants[i];
		int seen = t->watched_tid ? t->watch_fd : -ENODATA;

		if (seen >= 0)
			seen = wait_for_one(t->watch_fd, has_to_be_gone, deadline_ns);
		ret = seen ? seen : ret;
	}
	return ret;
}
