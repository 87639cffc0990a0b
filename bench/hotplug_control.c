/* SPDX-License-Identifier: MIT */
#include "hotplug_control.h"

#include "clock.h"
#include "sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CPU_DIR	  "sys/devices/system/cpu"
#define SMT_PATH  CPU_DIR "/smt/control"
#define MASK_PATH CPU_DIR "/online"

#define LIST_BYTES 32768 /* the longest list of 8192 CPUs */
#define PAUSE_NS   2000000u

static bool is_this_machine(const struct hotplug_control *c)
{
	return !c->io && (!c->root || !*c->root);
}

int hotplug_control_allowed(const struct hotplug_control *c, char *why, size_t why_size)
{
	const char *word = getenv(HOTPLUG_REAL_VARIABLE);

	if (!is_this_machine(c) || !word || strcmp(word, "never") != 0)
		return 0;
	snprintf(why, why_size, "%s=never is set: unset it to take CPUs off",
		 HOTPLUG_REAL_VARIABLE);
	return -EPERM;
}

static int read_text(const struct hotplug_control *c, const char *path, char *buf, size_t size)
{
	return c->io ? c->io->read(c, path, buf, size) : sysfile_read(c->root, path, buf, size);
}

static int open_for_writing(const struct hotplug_control *c, const char *path)
{
	char full[SYSFILE_PATH_BYTES];
	int fd;

	if (snprintf(full, sizeof(full), "%s/%s", c->root ? c->root : "", path) >=
	    (int)sizeof(full))
		return -ENAMETOOLONG;
	fd = open(full, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* One write of the whole text: the kernel takes each write for a request of its own. */
static int write_file(const struct hotplug_control *c, const char *path, const char *text)
{
	int fd = open_for_writing(c, path), ret = 0;
	char why[128];
	ssize_t n;

	if (fd < 0)
		return fd;
	if (hotplug_control_allowed(c, why, sizeof(why))) {
		close(fd);
		return -EPERM;
	}
	do
		n = write(fd, text, strlen(text));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int write_text(const struct hotplug_control *c, const char *path, const char *text)
{
	return c->io ? c->io->write(c, path, text) : write_file(c, path, text);
}

static const char *cpu_path(unsigned int cpu, char path[static 64])
{
	snprintf(path, 64, CPU_DIR "/cpu%u/online", cpu);
	return path;
}

int hotplug_control_read(const struct hotplug_control *c, unsigned int cpu)
{
	char path[64], text[16];
	int ret = read_text(c, cpu_path(cpu, path), text, sizeof(text));

	if (ret)
		return ret;
	if (strcmp(text, "0") == 0 || strcmp(text, "1") == 0)
		return text[0] - '0';
	return -EIO;
}

int hotplug_control_write(const struct hotplug_control *c, unsigned int cpu, bool is_online)
{
	char path[64];

	return write_text(c, cpu_path(cpu, path), is_online ? "1" : "0");
}

int hotplug_control_writable(const struct hotplug_control *c, unsigned int cpu)
{
	char path[64];
	int fd;

	if (c->io) {
		int ret = hotplug_control_read(c, cpu);

		return ret < 0 ? ret : 0;
	}
	fd = open_for_writing(c, cpu_path(cpu, path));
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* "cpu12" -> 12; -1: another name. */
static long cpu_of_name(const char *name)
{
	char *end;
	unsigned long cpu;

	if (strncmp(name, "cpu", 3) != 0 || name[3] < '0' || name[3] > '9')
		return -1;
	cpu = strtoul(name + 3, &end, 10);
	return *end || cpu >= CPUMASK_NR_CPUS ? -1 : (long)cpu;
}

/* CPUs that the kernel has a directory for, online or not. */
static int known_cpus(const struct hotplug_control *c, struct cpumask *ret_cpus)
{
	char **names;
	int nr = sysfile_list(c->root, CPU_DIR, &names);

	if (nr < 0)
		return nr;
	cpumask_clear(ret_cpus);
	for (int i = 0; i < nr; i++)
		if (cpu_of_name(names[i]) >= 0)
			cpumask_set_cpu((unsigned int)cpu_of_name(names[i]), ret_cpus);
	sysfile_list_free(names);
	return 0;
}

static int mask_from_files(const struct hotplug_control *c, struct cpumask *ret_online)
{
	struct cpumask known;
	unsigned int cpu;
	int ret = known_cpus(c, &known);

	if (ret)
		return ret;
	for_each_cpu (cpu, &known)
		if (hotplug_control_read(c, cpu) == 0)
			cpumask_clear_cpu(cpu, &known);
	*ret_online = known;
	return 0;
}

int hotplug_control_mask(const struct hotplug_control *c, struct cpumask *ret_online)
{
	char list[LIST_BYTES];
	int ret = read_text(c, MASK_PATH, list, sizeof(list));

	if (ret == -ENOENT)
		return mask_from_files(c, ret_online);
	return ret ? ret : cpumask_parse(list, ret_online);
}

int hotplug_control_read_smt(const struct hotplug_control *c, char *buf, size_t size)
{
	return read_text(c, SMT_PATH, buf, size);
}

int hotplug_control_write_smt(const struct hotplug_control *c, bool is_online)
{
	return write_text(c, SMT_PATH, is_online ? "on" : "off");
}

int hotplug_control_siblings(const struct hotplug_control *c, unsigned int cpu,
			     struct cpumask *ret_siblings)
{
	char path[96], list[LIST_BYTES];
	int ret;

	snprintf(path, sizeof(path), CPU_DIR "/cpu%u/topology/thread_siblings_list", cpu);
	ret = read_text(c, path, list, sizeof(list));
	return ret ? ret : cpumask_parse(list, ret_siblings);
}

int hotplug_control_state(const struct hotplug_control *c, struct hotplug_state *ret_state)
{
	struct hotplug_state state = { .smt = "" };
	int ret = hotplug_control_mask(c, &state.online);

	if (ret)
		return ret;
	if (read_text(c, SMT_PATH, state.smt, sizeof(state.smt)))
		state.smt[0] = '\0';
	*ret_state = state;
	return 0;
}

/* "notsupported" and the like are states that nobody can write. */
static bool is_writable_smt(const char *smt)
{
	return strcmp(smt, "on") == 0 || strcmp(smt, "off") == 0 || strcmp(smt, "forceoff") == 0;
}

static void restore_smt(const struct hotplug_control *c, const struct hotplug_state *state,
			struct hotplug_repair *repair)
{
	char now[16];
	int ret;

	if (!is_writable_smt(state->smt) || read_text(c, SMT_PATH, now, sizeof(now)) ||
	    strcmp(now, state->smt) == 0)
		return;
	ret = write_text(c, SMT_PATH, state->smt);
	if (ret)
		repair->error = -ret;
	else
		repair->is_smt_changed = true;
}

/* Until the kernel shows what was asked for, or the deadline: busy may end, and others write. */
static int move_back(const struct hotplug_control *c, unsigned int cpu, bool is_online,
		     uint64_t deadline_ns)
{
	for (;;) {
		int ret = hotplug_control_write(c, cpu, is_online);

		if (!ret && hotplug_control_read(c, cpu) == is_online)
			return 0;
		if ((ret && ret != -EBUSY && ret != -EAGAIN) || clock_now_ns() >= deadline_ns)
			return ret ? ret : -EIO;
		clock_sleep_until_ns(clock_now_ns() + PAUSE_NS);
	}
}

/* All of @cpus one way; those that moved into @ret_moved. */
static void move_all(const struct hotplug_control *c, const struct cpumask *cpus, bool is_online,
		     uint64_t deadline_ns, struct hotplug_repair *repair)
{
	struct cpumask *moved = is_online ? &repair->brought_back : &repair->taken_off;
	unsigned int cpu;

	for_each_cpu (cpu, cpus) {
		int ret = move_back(c, cpu, is_online, deadline_ns);

		if (!ret) {
			cpumask_set_cpu(cpu, moved);
			continue;
		}
		cpumask_set_cpu(cpu, &repair->failed);
		repair->error = -ret;
	}
}

int hotplug_control_restore(const struct hotplug_control *c, const struct hotplug_state *state,
			    uint64_t deadline_ns, struct hotplug_repair *ret_repair)
{
	struct hotplug_repair repair = { .error = 0 };
	struct cpumask now, missing, extra;
	int ret;

	restore_smt(c, state, &repair);
	ret = hotplug_control_mask(c, &now);
	if (ret) {
		repair.error = -ret;
	} else {
		cpumask_andnot(&missing, &state->online, &now);
		move_all(c, &missing, true, deadline_ns, &repair);
		cpumask_andnot(&extra, &now, &state->online);
		move_all(c, &extra, false, deadline_ns, &repair);
		ret = hotplug_control_mask(c, &now);
	}
	*ret_repair = repair;
	return ret || !cpumask_equal(&now, &state->online) || repair.error ? -EIO : 0;
}
