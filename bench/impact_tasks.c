/* SPDX-License-Identifier: MIT */
#include "impact_internal.h"

#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLICY_DEADLINE 6u

/* A process with more descriptors than this is not searched to the end for a guest. */
#define MAX_DESCRIPTORS 256

static const char pin_lost[] =
	"may run nowhere else: moved if they run meanwhile, and then unpinned for good";
static const char restored[] = "run on their other CPUs meanwhile; the kernel restores the mask";
static const char vcpus_moved[] = "may go elsewhere; the guest sees a pause";
static const char deadline_moved[] =
	"the kernel refuses the offline (EBUSY) if their bandwidth does not fit on the rest";
static const char kernel_widened[] = "moved, and the mask stays widened";

static bool has_number_behind(const char *name, const char *start, const char *end)
{
	const size_t length = strlen(start);
	const char *digits = name + length;
	size_t nr_digits;

	if (strncmp(name, start, length) != 0)
		return false;
	nr_digits = strspn(digits, "0123456789");
	return nr_digits && strcmp(digits + nr_digits, end) == 0;
}

/* As QEMU, Firecracker, Cloud Hypervisor and crosvm name them. */
static bool is_named_vcpu(const char *name)
{
	return has_number_behind(name, "CPU ", "/KVM") || has_number_behind(name, "fc_vcpu ", "") ||
	       has_number_behind(name, "vcpu", "") || has_number_behind(name, "crosvm_vcpu", "");
}

/*
 * Whatever it calls itself: a process that holds a virtual CPU runs a guest. Asked of processes
 * with a pinned thread only, so that the rest of the machine costs nothing.
 */
static bool holds_vcpu(const struct census *census, pid_t pid)
{
	char path[64], target[64], **fds;
	bool is_found = false;

	snprintf(path, sizeof(path), "proc/%d/fd", (int)pid);
	if (!sysfile_exists(census->root, "dev/kvm") || sysfile_list(census->root, path, &fds) < 0)
		return false;
	for (size_t i = 0; fds[i] && i < MAX_DESCRIPTORS && !is_found; i++) {
		snprintf(path, sizeof(path), "proc/%d/fd/%.16s", (int)pid, fds[i]);
		is_found = !sysfile_read_link(census->root, path, target, sizeof(target)) &&
			   strncmp(target, "anon_inode:kvm-vcpu", 19) == 0;
	}
	sysfile_list_free(fds);
	return is_found;
}

static enum impact_kind kind_of(const struct inquiry *inquiry, const struct census_task *task,
				enum mask_fate fate)
{
	if (census_is_kernel_thread(task))
		return IMPACT_KERNEL_THREAD;
	if (task->policy == POLICY_DEADLINE)
		return IMPACT_DEADLINE;
	if (is_named_vcpu(task->name) ||
	    (fate == MASK_EMPTIES && holds_vcpu(inquiry->census, task->pid)))
		return IMPACT_VCPU;
	return IMPACT_TASK;
}

static struct impact_finding verdict(enum impact_kind kind, enum mask_fate fate)
{
	struct impact_finding finding = { .severity = IMPACT_MOVES, .kind = kind };

	finding.meaning = restored;
	if (kind == IMPACT_DEADLINE)
		finding.meaning = deadline_moved;
	if (kind == IMPACT_VCPU)
		finding.meaning = vcpus_moved;
	if (fate != MASK_EMPTIES)
		return finding;
	finding.meaning = kind == IMPACT_KERNEL_THREAD ? kernel_widened : pin_lost;
	if (kind != IMPACT_KERNEL_THREAD)
		finding.severity = IMPACT_BLOCKS;
	return finding;
}

/* The row of this process that says the same; rows of a process stand together, the newest last. */
static struct impact_finding *find_row(const struct inquiry *inquiry,
				       const struct impact_finding *like, const char *cpus)
{
	const struct impact *impact = inquiry->impact;

	for (size_t i = impact->nr_findings; i-- > 0;) {
		struct impact_finding *row = &impact->findings[i];

		if (row->pid != like->pid)
			break;
		if (row->kind == like->kind && row->meaning == like->meaning &&
		    strcmp(row->cpus, cpus) == 0)
			return row;
	}
	return NULL;
}

static int add_task(const struct inquiry *inquiry, const struct census_task *task,
		    enum mask_fate fate)
{
	struct impact_finding *row, finding = verdict(kind_of(inquiry, task, fate), fate);

	finding.pid = task->pid;
	row = find_row(inquiry, &finding, task->mask->text);
	if (row) {
		row->nr_threads++;
		return 0;
	}
	finding.nr_threads = 1;
	snprintf(finding.who, sizeof(finding.who), "%d %s", (int)task->tid, task->name);
	return impact_add(inquiry, &finding, task->mask->text);
}

/* Threads that the kernel looks after: bound to their CPU, or following their interrupt. */
static bool is_the_kernels(const struct census_task *task)
{
	return census_is_kernel_bound(task) ||
	       (census_is_kernel_thread(task) && strncmp(task->name, "irq/", 4) == 0);
}

static int judge_task(const struct inquiry *inquiry, const struct census_task *task)
{
	const enum mask_fate fate = impact_fate(inquiry, &task->mask->cpus);
	const bool is_free =
		task->mask->is_default || cpumask_subset(&inquiry->online, &task->mask->cpus);

	if (task->is_own || is_the_kernels(task))
		return 0;
	inquiry->impact->nr_tasks++;
	inquiry->impact->nr_free += is_free;
	if (fate == MASK_UNTOUCHED)
		return 0;
	/* Only who has something to lose, or cannot simply be put elsewhere. */
	if (is_free && fate == MASK_SHRINKS && task->policy != POLICY_DEADLINE &&
	    !is_named_vcpu(task->name))
		return 0;
	return add_task(inquiry, task, fate);
}

int impact_judge_tasks(const struct inquiry *inquiry)
{
	int err = 0;

	for (size_t i = 0; i < inquiry->census->nr_tasks && !err; i++)
		err = judge_task(inquiry, &inquiry->census->tasks[i]);
	return err;
}
