/* SPDX-License-Identifier: MIT */
/* A kernel with control files that do what a test wants, holes and high numbers included. */
#ifndef BENCH_TEST_FAKE_KERNEL_H
#define BENCH_TEST_FAKE_KERNEL_H

#include "hotplug_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FAKE_CPUS 2048

static struct {
	bool is_present[FAKE_CPUS], has_file[FAKE_CPUS], is_online[FAKE_CPUS];
	bool is_deaf[FAKE_CPUS]; /* takes a write and stays as it is */
	int error;		 /* of the next nr_errors writes; positive */
	unsigned int nr_errors;
	int errors_of[FAKE_CPUS]; /* of each write; positive */
	unsigned int nr_writes;
	char smt[16];
	int smt_error;	 /* of each request to switch off, once its first CPU has gone; positive */
	char order[512]; /* what was written, in order */
} kernel;

static inline void fake_kernel_mask(struct cpumask *mask)
{
	cpumask_clear(mask);
	for (unsigned int cpu = 0; cpu < FAKE_CPUS; cpu++)
		if (kernel.is_present[cpu] && kernel.is_online[cpu])
			cpumask_set_cpu(cpu, mask);
}

static inline int fake_kernel_read(const struct hotplug_control *c, const char *path, char *buf,
				   size_t size)
{
	struct cpumask online;
	unsigned int cpu;

	(void)c;
	if (strcmp(path, "sys/devices/system/cpu/online") == 0) {
		fake_kernel_mask(&online);
		cpumask_format(&online, buf, size);
		return 0;
	}
	if (strcmp(path, "sys/devices/system/cpu/smt/control") == 0) {
		snprintf(buf, size, "%s", kernel.smt);
		return *kernel.smt ? 0 : -ENOENT;
	}
	if (sscanf(path, "sys/devices/system/cpu/cpu%u/", &cpu) != 1 || cpu >= FAKE_CPUS)
		return -ENOENT;
	/* 2n and 2n + 1 are one core. */
	if (strstr(path, "/topology/thread_siblings_list")) {
		if (kernel.is_present[cpu ^ 1] && kernel.is_online[cpu ^ 1])
			snprintf(buf, size, "%u-%u", cpu & ~1u, cpu | 1);
		else
			snprintf(buf, size, "%u", cpu);
		return kernel.is_present[cpu] && kernel.is_online[cpu] ? 0 : -ENOENT;
	}
	if (!strstr(path, "/online") || !kernel.has_file[cpu])
		return -ENOENT;
	snprintf(buf, size, "%d", kernel.is_online[cpu]);
	return 0;
}

/* As the kernel does it: at the first CPU that fails it stops, and what has gone stays off. */
static inline int fake_kernel_write_smt(const char *text)
{
	bool is_online = strcmp(text, "on") == 0;

	/* What it says already is no request. */
	if (strcmp(kernel.smt, text) == 0)
		return 0;
	for (unsigned int cpu = 1; cpu < FAKE_CPUS; cpu += 2) {
		if (!kernel.is_present[cpu] || kernel.is_online[cpu] == is_online)
			continue;
		kernel.is_online[cpu] = is_online;
		if (!is_online && kernel.smt_error)
			return -kernel.smt_error;
	}
	snprintf(kernel.smt, sizeof(kernel.smt), "%s", text);
	return 0;
}

static inline int fake_kernel_write_cpu(unsigned int cpu, const char *text)
{
	size_t length = strlen(kernel.order);

	snprintf(kernel.order + length, sizeof(kernel.order) - length, "%u=%s ", cpu, text);
	kernel.nr_writes++;
	if (kernel.nr_errors) {
		kernel.nr_errors--;
		return -kernel.error;
	}
	/* A sibling that smt/control keeps off (M5). */
	if (strcmp(kernel.smt, "off") == 0 && cpu % 2 && text[0] == '1')
		return -EPERM;
	if (kernel.errors_of[cpu])
		return -kernel.errors_of[cpu];
	if (!kernel.is_deaf[cpu])
		kernel.is_online[cpu] = text[0] == '1';
	return 0;
}

static inline int fake_kernel_write(const struct hotplug_control *c, const char *path,
				    const char *text)
{
	unsigned int cpu;

	(void)c;
	if (strcmp(path, "sys/devices/system/cpu/smt/control") == 0)
		return fake_kernel_write_smt(text);
	if (sscanf(path, "sys/devices/system/cpu/cpu%u/online", &cpu) != 1 || cpu >= FAKE_CPUS ||
	    !kernel.has_file[cpu])
		return -ENOENT;
	return fake_kernel_write_cpu(cpu, text);
}

static const struct hotplug_io fake_kernel_io = { fake_kernel_read, fake_kernel_write };

/* CPU 0 without a control file, 1, 2, 3, 5 and 1200; 3 is offline, 4 does not exist. */
static inline void fake_kernel_boot(void)
{
	static const unsigned int cpus[] = { 0, 1, 2, 3, 5, 1200 };

	memset(&kernel, 0, sizeof(kernel));
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		kernel.is_present[cpus[i]] = true;
		kernel.has_file[cpus[i]] = cpus[i] != 0;
		kernel.is_online[cpus[i]] = cpus[i] != 3;
	}
}

#endif
