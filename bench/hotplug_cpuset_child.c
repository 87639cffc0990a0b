/* SPDX-License-Identifier: MIT */
#include "hotplug_cpuset_child.h"

#include "clock.h"
#include "sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define NAME_PREFIX  "parkbench-"
#define NAME_ENABLER "-enabled"

#define LIST_BYTES 16384 /* of CPUs, as text */

/* For the kernel to do what it has accepted: it does so before write() returns, as far as seen. */
#define DEADLINE_NS 1000000000u

/* What to do comes before paths: they may be long, and a line may be cut. */
#define DELEGATE "start it with systemd-run --scope -p Delegate=cpuset"

static int __attribute__((format(printf, 4, 5)))
refuse(int error, char *why, size_t why_size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, why_size, format, args);
	va_end(args);
	return error;
}

static void absolute_dir(const char *root, const struct cgroup_place *place, char *dir, size_t size)
{
	snprintf(dir, size, "%s/%s%s%s", root ? root : "", place->mount, place->path[0] ? "/" : "",
		 place->path);
}

static int open_in(const char *dir, const char *file, int flags)
{
	char path[CPUSET_CHILD_PATH_BYTES + 64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int write_fd(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n = pwrite(fd, text, len, 0);

	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

static int write_in(const char *dir, const char *file, const char *text)
{
	int ret, fd = open_in(dir, file, O_WRONLY);

	if (fd < 0)
		return fd;
	ret = write_fd(fd, text);
	close(fd);
	return ret;
}

static const char *effective_file(const struct cgroup_place *place)
{
	return place->is_v2 ? "cpuset.cpus.effective" : "cpuset.effective_cpus";
}

/* Version 2, parent: has @controller been enabled for its children, may it be? */
static bool is_listed(const char *root, const struct cgroup_place *place, const char *file)
{
	char text[SYSFILE_LINE_BYTES];

	return !cgroup_read(root, place, file, text, sizeof(text)) &&
	       cgroup_has_word(text, "cpuset");
}

/*
 * What of the group is there and ours?
 */

static int check_files(const char *root, const struct cgroup_place *place, char *why, size_t size)
{
	if (!place->is_v2 && cgroup_read(root, place, "cpuset.cpus", (char[2]){ "" }, 2))
		return refuse(-EOPNOTSUPP, why, size,
			      "the cpuset hierarchy at /%s has no cpuset.cpus: mount it without "
			      "noprefix",
			      place->mount);
	if (place->is_v2 && !is_listed(root, place, "cgroup.controllers"))
		return refuse(-EOPNOTSUPP, why, size,
			      "our cgroup has no cpuset controller: " DELEGATE "; it is /%s",
			      place->path);
	return 0;
}

static int check_access(const char *dir, const struct cgroup_place *place, char *why, size_t size)
{
	static const char *const files[] = { "", "cgroup.procs", "cgroup.subtree_control" };
	char path[CPUSET_CHILD_PATH_BYTES + 64];
	struct statvfs fs;

	if (!statvfs(dir, &fs) && fs.f_flag & ST_RDONLY)
		return refuse(-EROFS, why, size,
			      "/%s is read-only, as in a container: run outside, or with cgroups "
			      "writable",
			      place->mount);
	for (int i = 0; i < 2 + place->is_v2; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		if (access(path, W_OK))
			return refuse(-errno, why, size,
				      "our cgroup is not ours to divide (%s): be root or " DELEGATE
				      " --user; it is /%s",
				      strerror(errno), place->path);
	}
	return 0;
}

static int find_parent(const char *root, struct cgroup_place *place, char *why, size_t why_size)
{
	char dir[CPUSET_CHILD_PATH_BYTES];
	int err = cgroup_find(root, "cpuset", place);

	if (err)
		return refuse(err, why, why_size,
			      "no cgroup hierarchy with cpuset is mounted: mount -t cgroup2 none "
			      "/sys/fs/cgroup, as root");
	if (!place->is_visible)
		return refuse(-EOPNOTSUPP, why, why_size,
			      "our cgroup is outside of what /%s shows, as in a container: run "
			      "outside",
			      place->mount);
	err = check_files(root, place, why, why_size);
	if (err)
		return err;
	absolute_dir(root, place, dir, sizeof(dir));
	return check_access(dir, place, why, why_size);
}

int cpuset_child_check(const char *root, char *why, size_t why_size)
{
	struct cgroup_place place;

	return find_parent(root, &place, why, why_size);
}

/*
 * What others have left.
 */

/* "parkbench-12" and "parkbench-12-enabled" are 12, anything else is 0. */
static pid_t pid_of_name(const char *name, bool *ret_is_enabler)
{
	char *end;
	long pid;

	if (strncmp(name, NAME_PREFIX, strlen(NAME_PREFIX)) != 0)
		return 0;
	name += strlen(NAME_PREFIX);
	if (*name < '1' || *name > '9')
		return 0;
	pid = strtol(name, &end, 10);
	*ret_is_enabler = !strcmp(end, NAME_ENABLER);
	return !*end || *ret_is_enabler ? (pid_t)pid : 0;
}

static bool has_children(const char *dir)
{
	struct stat st;

	/* Each directory in a cgroup directory is one link more than its own two. */
	return stat(dir, &st) || st.st_nlink > 2;
}

/* With children left they may be somebody else's who relies on it by now. */
static int disable_in_parent(const char *dir)
{
	return has_children(dir) ? 0 : write_in(dir, "cgroup.subtree_control", "-cpuset");
}

static bool sweep_one(const char *dir, const char *name)
{
	char path[CPUSET_CHILD_PATH_BYTES + 256];
	bool is_enabler = false;
	pid_t pid = pid_of_name(name, &is_enabler);

	if (!pid || !kill(pid, 0) || errno != ESRCH)
		return false;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (rmdir(path))
		return false;
	if (is_enabler)
		disable_in_parent(dir);
	return true;
}

unsigned int cpuset_child_sweep(const char *root, const struct cgroup_place *place)
{
	char dir[CPUSET_CHILD_PATH_BYTES], **names;
	unsigned int nr_removed = 0;

	absolute_dir(NULL, place, dir, sizeof(dir));
	if (sysfile_list(root, dir + 1, &names) < 0)
		return 0;
	absolute_dir(root, place, dir, sizeof(dir));
	for (char **name = names; *name; name++)
		nr_removed += sweep_one(dir, *name);
	sysfile_list_free(names);
	return nr_removed;
}

/*
 * In and out.
 */

static int make_child(struct cpuset_child *child)
{
	child->is_enabler =
		child->parent.is_v2 && !is_listed(NULL, &child->parent, "cgroup.subtree_control");
	snprintf(child->path, sizeof(child->path), "%.*s/" NAME_PREFIX "%d%s",
		 CPUSET_CHILD_PATH_BYTES - 64, child->dir, (int)getpid(),
		 child->is_enabler ? NAME_ENABLER : "");
	if (mkdir(child->path, 0755)) {
		child->path[0] = '\0';
		child->is_enabler = false;
		return -errno;
	}
	return 0;
}

/* The files of the cpuset controller: there, and with a memory node. */
static int ready_child(struct cpuset_child *child)
{
	char mems[SYSFILE_LINE_BYTES];
	int ret;

	if (child->parent.is_v2) {
		ret = write_in(child->path, "cgroup.type", "threaded");
		if (!ret && child->is_enabler)
			ret = write_in(child->dir, "cgroup.subtree_control", "+cpuset");
		return ret;
	}
	ret = cgroup_read(NULL, &child->parent, "cpuset.mems", mems, sizeof(mems));
	return ret ? ret : write_in(child->path, "cpuset.mems", mems);
}

static int open_files(struct cpuset_child *child)
{
	child->cpus_fd = open_in(child->path, "cpuset.cpus", O_WRONLY);
	child->effective_fd = open_in(child->path, effective_file(&child->parent), O_RDONLY);
	return child->cpus_fd < 0	 ? child->cpus_fd
	       : child->effective_fd < 0 ? child->effective_fd
					 : 0;
}

static int write_cpus(const struct cpuset_child *child, const struct cpumask *cpus)
{
	char list[LIST_BYTES];

	if (cpumask_format(cpus, list, sizeof(list)) >= (int)sizeof(list))
		return -EOVERFLOW;
	/* No CPU at all is refused by version 1; in version 2 it would mean all of the parent's. */
	return list[0] ? write_fd(child->cpus_fd, list) : -ENOSPC;
}

static int fill_child(struct cpuset_child *child, const struct cpumask *cpus)
{
	char list[SYSFILE_LINE_BYTES];
	struct cpumask parents;
	/* A group of version 2 for which cpuset is not enabled has no such file, but its parent's.
	 */
	struct cgroup_place place = child->parent;
	int ret;

	do
		ret = cgroup_read(NULL, &place, effective_file(&place), list, sizeof(list));
	while (ret == -ENOENT && cgroup_go_up(&place));
	if (!ret)
		ret = cpumask_parse(list, &parents);
	if (ret)
		return ret;
	cpumask_and(&child->whole, cpus, &parents);
	child->cpus = child->whole;
	return write_cpus(child, &child->cpus);
}

int cpuset_child_enter(const struct cpumask *cpus, struct cpuset_child *ret_child, char *why,
		       size_t why_size)
{
	struct cpuset_child child = { .cpus_fd = -1, .effective_fd = -1 };
	int ret = find_parent(NULL, &child.parent, why, why_size);

	if (ret)
		return ret;
	if (sched_getaffinity(0, sizeof(child.affinity), (cpu_set_t *)child.affinity.bits) < 0)
		return refuse(-errno, why, why_size, "sched_getaffinity: %s", strerror(errno));
	absolute_dir(NULL, &child.parent, child.dir, sizeof(child.dir));
	cpuset_child_sweep(NULL, &child.parent);
	ret = make_child(&child);
	if (!ret)
		ret = ready_child(&child);
	if (!ret)
		ret = open_files(&child);
	if (!ret)
		ret = fill_child(&child, cpus);
	if (!ret)
		ret = write_in(child.path, "cgroup.procs", "0");
	if (!ret) {
		*ret_child = child;
		return 0;
	}
	cpuset_child_leave(&child);
	return refuse(ret, why, why_size, "cannot make a cpuset (%s): " DELEGATE "; ours is %s",
		      strerror(-ret), child.dir);
}

/* Who else is in the child: what this process has started, and what that has. */
static void move_others(const struct cpuset_child *child)
{
	const char *tasks = child->parent.is_v2 ? "cgroup.threads" : "tasks";
	char *text, *rest, path[CPUSET_CHILD_PATH_BYTES + 64];

	snprintf(path, sizeof(path), "%s/%s", child->path, tasks);
	if (sysfile_load(NULL, path + 1, &text))
		return;
	for (char *tid = strtok_r(text, "\n", &rest); tid; tid = strtok_r(NULL, "\n", &rest))
		write_in(child->dir, "cgroup.procs", tid);
	free(text);
}

/* A process may fork while it is moved, and one that ends stays for a moment. */
static int remove_child(const struct cpuset_child *child)
{
	uint64_t deadline_ns = clock_now_ns() + DEADLINE_NS;

	while (rmdir(child->path)) {
		if (errno != EBUSY || clock_now_ns() > deadline_ns)
			return -errno;
		move_others(child);
	}
	return 0;
}

int cpuset_child_leave(struct cpuset_child *child)
{
	int ret = 0, err;

	if (child->cpus_fd >= 0)
		close(child->cpus_fd);
	if (child->effective_fd >= 0)
		close(child->effective_fd);
	child->cpus_fd = child->effective_fd = -1;
	if (!child->path[0])
		return 0;
	write_in(child->dir, "cgroup.procs", "0");
	ret = remove_child(child);
	child->path[0] = '\0';
	if (child->is_enabler && !ret)
		ret = disable_in_parent(child->dir);
	err = sched_setaffinity(0, sizeof(child->affinity), (cpu_set_t *)child->affinity.bits);
	return ret || !err ? ret : -errno;
}

/*
 * The step.
 */

static bool has_cpu(const struct cpuset_child *child, unsigned int cpu)
{
	char list[LIST_BYTES];
	struct cpumask effective;
	ssize_t n = pread(child->effective_fd, list, sizeof(list) - 1, 0);

	if (n < 0)
		return false;
	list[n] = '\0';
	return !cpumask_parse(list, &effective) && cpumask_test_cpu(cpu, &effective);
}

static int wait_for(const struct cpuset_child *child, unsigned int cpu, bool is_in)
{
	uint64_t deadline_ns = clock_now_ns() + DEADLINE_NS;

	while (has_cpu(child, cpu) != is_in)
		if (clock_now_ns() > deadline_ns)
			return -EAGAIN;
	return 0;
}

static void pin_again(const struct cpumask *before)
{
	struct cpumask now;

	cpumask_clear(&now);
	if (cpumask_weight(before) != 1 ||
	    sched_getaffinity(0, sizeof(now), (cpu_set_t *)now.bits) < 0 ||
	    cpumask_equal(before, &now))
		return;
	/* Pinned to the CPU that has just gone it cannot be: the kernel has moved us. */
	sched_setaffinity(0, sizeof(*before), (const cpu_set_t *)before->bits);
}

static int change(struct cpuset_child *child, const struct cpumask *next, unsigned int cpu)
{
	struct cpumask pin;
	int ret;

	cpumask_clear(&pin);
	sched_getaffinity(0, sizeof(pin), (cpu_set_t *)pin.bits);
	ret = write_cpus(child, next);
	if (ret)
		return ret;
	ret = wait_for(child, cpu, cpumask_test_cpu(cpu, next));
	if (ret)
		write_cpus(child, &child->cpus);
	else
		child->cpus = *next;
	pin_again(&pin);
	return ret;
}

int cpuset_child_take(struct cpuset_child *child, unsigned int cpu)
{
	struct cpumask next = child->cpus;

	if (!cpumask_test_cpu(cpu, &child->whole))
		return -EINVAL;
	if (!cpumask_test_cpu(cpu, &next))
		return 0;
	cpumask_clear_cpu(cpu, &next);
	return change(child, &next, cpu);
}

int cpuset_child_give(struct cpuset_child *child, unsigned int cpu)
{
	struct cpumask next = child->cpus;

	if (!cpumask_test_cpu(cpu, &child->whole))
		return -EINVAL;
	if (cpumask_test_cpu(cpu, &next))
		return 0;
	cpumask_set_cpu(cpu, &next);
	return change(child, &next, cpu);
}
