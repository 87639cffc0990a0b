/* SPDX-License-Identifier: MIT */
/*
 * All threads of all processes. Two small reads each, relative to the directory of their process,
 * into one buffer: with 100000 threads the path walks would be what costs.
 */
#include "census_internal.h"

#include "sysfile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_FIRST_BYTES ((size_t)16 << 10)
/* A status with all 65536 groups that a task may be in, and every CPU and node. */
#define BUFFER_MAX_BYTES ((size_t)4 << 20)

#define KTHREADD 2

/* Fields of /proc/PID/stat, as proc(5) counts them. */
enum stat_field { STAT_STATE = 3, STAT_PPID, STAT_FLAGS = 9, STAT_START = 22, STAT_POLICY = 41 };

static bool is_number(const char *name)
{
	return *name >= '1' && *name <= '9' && name[strspn(name, "0123456789")] == '\0';
}

static int grow_buffer(struct census *census)
{
	const size_t size = census->buffer_size ? census->buffer_size * 2 : BUFFER_FIRST_BYTES;
	char *larger = size > BUFFER_MAX_BYTES ? NULL : realloc(census->buffer, size);

	if (!larger)
		return -ENOMEM;
	census->buffer = larger;
	census->buffer_size = size;
	return 0;
}

/* All of it into the buffer, terminated. The file may end between two reads: tasks exit. */
static int read_open(struct census *census, int fd)
{
	size_t used = 0;
	ssize_t got = 1;

	while (got > 0) {
		if (used + 1 >= census->buffer_size && grow_buffer(census))
			return -ENOMEM;
		got = read(fd, census->buffer + used, census->buffer_size - used - 1);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got < 0)
			return -errno;
		else
			used += (size_t)got;
	}
	census->buffer[used] = '\0';
	return used ? 0 : -ESRCH;
}

static int read_at(struct census *census, int dir, const char *tid, const char *file)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "%s/%s", tid, file);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = read_open(census, fd);
	close(fd);
	return err;
}

/* The text of field @from + @nr, counted from @at, which is field @from; NULL behind the end. */
static const char *skip_fields(const char *at, int nr)
{
	for (; at && nr > 0; nr--) {
		at = strchr(at, ' ');
		at += at ? 1 : 0;
	}
	return at;
}

/* "tid (name) S ppid ...": the name may hold anything, brackets, blanks and newlines included. */
static int parse_stat(char *text, pid_t own_pid, struct census_task *task)
{
	char *name = strchr(text, '('), *end = strrchr(text, ')');
	const char *state, *ppid, *flags, *start, *policy;

	if (!name || !end || end < name || end[1] != ' ')
		return -EINVAL;
	*end = '\0';
	state = end + 2;
	ppid = skip_fields(state, STAT_PPID - STAT_STATE);
	flags = skip_fields(state, STAT_FLAGS - STAT_STATE);
	start = skip_fields(state, STAT_START - STAT_STATE);
	policy = skip_fields(state, STAT_POLICY - STAT_STATE);
	if (!policy)
		return -EINVAL;
	/* Ended, and only not yet waited for: it runs nowhere any more. */
	if (*state == 'Z' || *state == 'X')
		return -ESRCH;
	task->flags = (unsigned int)strtoul(flags, NULL, 10);
	task->start = strtoull(start, NULL, 10);
	task->policy = (unsigned int)strtoul(policy, NULL, 10);
	task->is_own = task->pid == own_pid || strtol(ppid, NULL, 10) == own_pid;
	census_copy_name(task->name, sizeof(task->name), name + 1);
	return 0;
}

static int compare_masks(const void *a, const void *b)
{
	return strcmp(((const struct census_mask *)a)->text, ((const struct census_mask *)b)->text);
}

static int new_mask(struct census *census, const char *text, const struct census_mask **ret)
{
	struct census_mask *mask = calloc(1, sizeof(*mask));
	int err = mask ? cpumask_parse(text, &mask->cpus) : -ENOMEM;

	if (!err && !(mask->text = strdup(text)))
		err = -ENOMEM;
	if (!err && !tsearch(mask, &census->masks, compare_masks)) {
		free(mask->text);
		err = -ENOMEM;
	}
	if (err)
		free(mask);
	else
		*ret = mask;
	return err;
}

static int find_mask(struct census *census, char *text, const struct census_mask **ret)
{
	const struct census_mask wanted = { .text = text };
	void *found = tfind(&wanted, &census->masks, compare_masks);

	if (!found)
		return new_mask(census, text, ret);
	*ret = *(struct census_mask **)found;
	return 0;
}

static void mark_default(struct census *census, const struct cpumask *cpus)
{
	struct census_mask wanted = { .text = census->buffer };
	void *found;

	if (cpumask_format(cpus, census->buffer, census->buffer_size) >= (int)census->buffer_size)
		return;
	found = tfind(&wanted, &census->masks, compare_masks);
	if (found)
		(*(struct census_mask **)found)->is_default = true;
}

void census_mark_defaults(struct census *census)
{
	struct cpumask online, cpus;

	if (!census->buffer)
		return;
	census_online(census, &online);
	for (size_t i = 0; i < census->nr_settings; i++) {
		const struct census_setting *cpuset = &census->settings[i];

		if ((cpuset->kind != CENSUS_CPUSET && cpuset->kind != CENSUS_CPUSET_V1) ||
		    cpumask_parse(cpuset->value, &cpus))
			continue;
		mark_default(census, &cpus);
		cpumask_and(&cpus, &cpus, &online);
		mark_default(census, &cpus);
	}
	/* What a partition leaves to the rest; new kernel threads inherit it. */
	for (size_t i = 0; i < census->nr_tasks; i++)
		if (census->tasks[i].pid == KTHREADD)
			mark_default(census, &census->tasks[i].mask->cpus);
}

/* The kernel escapes newlines in the Name, so no task can write this line itself. */
static int parse_status(struct census *census, struct census_task *task)
{
	static const char key[] = "\nCpus_allowed_list:";
	char *list = strstr(census->buffer, key);

	if (!list)
		return -EINVAL;
	list += sizeof(key) - 1;
	list += strspn(list, " \t");
	list[strcspn(list, "\n")] = '\0';
	return find_mask(census, list, &task->mask);
}

static int read_task(struct census *census, int dir, const char *tid, struct census_task *task)
{
	int err = read_at(census, dir, tid, "stat");

	if (!err)
		err = parse_stat(census->buffer, census->own_pid, task);
	if (!err)
		err = read_at(census, dir, tid, "status");
	return err ? err : parse_status(census, task);
}

/* What an exiting task answers is no error; what is refused is counted. */
static int count_failure(struct census *census, int err)
{
	if (err == -ENOMEM)
		return err;
	if (err == -ENOENT || err == -ESRCH)
		census->nr_gone++;
	else if (err)
		census->nr_unreadable++;
	return 0;
}

static int add_task(struct census *census, int dir, pid_t pid, const char *tid)
{
	struct census_task task = { .pid = pid, .tid = (pid_t)strtol(tid, NULL, 10) };
	int err = read_task(census, dir, tid, &task);

	if (err)
		return count_failure(census, err);
	err = census_make_room((void **)&census->tasks, census->nr_tasks, &census->max_tasks,
			       sizeof(task));
	if (!err)
		census->tasks[census->nr_tasks++] = task;
	return err;
}

static int add_threads(struct census *census, DIR *threads, pid_t pid)
{
	struct dirent *entry;
	int err = 0;

	while (!err && (entry = readdir(threads)))
		if (is_number(entry->d_name))
			err = add_task(census, dirfd(threads), pid, entry->d_name);
	return err;
}

static int add_process(struct census *census, int proc, const char *pid)
{
	char path[NAME_MAX + 8];
	DIR *threads;
	int fd, err;

	snprintf(path, sizeof(path), "%s/task", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return count_failure(census, -errno);
	threads = fdopendir(fd);
	if (!threads) {
		close(fd);
		return -ENOMEM;
	}
	err = add_threads(census, threads, (pid_t)strtol(pid, NULL, 10));
	closedir(threads);
	return err;
}

int census_take_tasks(struct census *census)
{
	char path[SYSFILE_PATH_BYTES];
	struct dirent *entry;
	DIR *proc;
	int err = 0;

	snprintf(path, sizeof(path), "%s/proc", census->root ? census->root : "");
	proc = opendir(path);
	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc)))
		if (is_number(entry->d_name))
			err = add_process(census, dirfd(proc), entry->d_name);
	closedir(proc);
	return err;
}

int census_reread(struct census *census, const struct census_task *task, struct census_task *ret)
{
	struct census_task now = { .pid = task->pid, .tid = task->tid };
	char path[SYSFILE_PATH_BYTES], tid[16];
	int dir, err;

	snprintf(path, sizeof(path), "%s/proc/%d/task", census->root ? census->root : "",
		 (int)task->pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	snprintf(tid, sizeof(tid), "%d", (int)task->tid);
	err = read_task(census, dir, tid, &now);
	close(dir);
	if (err == -ENOENT || (!err && now.start != task->start))
		err = -ESRCH;
	if (!err)
		*ret = now;
	return err;
}
