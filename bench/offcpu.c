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
	for (size_t i = 0; i < ty->nr_tenants; i++) {
		struct tenant *t = &ty->tenants[i];
		pid_t tid = atomic_load_explicit(&t->tid, memory_order_relaxed);

		if (tid == t->watched_tid)
			continue;
		if (t->watched_tid && t->watch_fd >= 0)
			close(t->watch_fd);
		t->watch_fd = open_syscall_file(tid);
		t->watched_tid = tid;
	}
}

static int wait_for_one(int fd, uint64_t deadline_ns)
{
	static const char running[] = "running";
	char text[sizeof(running)];

	for (;;) {
		ssize_t n = pread(fd, text, sizeof(text), 0);

		if (n < 0)
			return errno == ESRCH ? 0 : -errno;
		if ((size_t)n < sizeof(running) - 1 ||
		    memcmp(text, running, sizeof(running) - 1) != 0)
			return 0;
		if (clock_now_ns() > deadline_ns)
			return -ETIMEDOUT;
	}
}

int offcpu_wait(const struct tenancy *ty, uint64_t deadline_ns)
{
	int ret = 0;

	for (size_t i = 0; i < ty->nr_tenants && ret != -ETIMEDOUT; i++) {
		int fd = ty->tenants[i].watch_fd;
		int seen = fd < 0 ? fd : wait_for_one(fd, deadline_ns);

		ret = seen ? seen : ret;
	}
	return ret;
}
