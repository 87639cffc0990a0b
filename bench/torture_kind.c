/* SPDX-License-Identifier: MIT */
/* A kind of per-CPU threads that is registered and unregistered at once. */
#include "torture_internal.h"

#include <kpark/smpboot.h>

#include <errno.h>
#include <stdlib.h>

struct short_life {
	struct torture *t;
	struct kthread **store;
	bool *is_set_up; /* by CPU, the thread's own */
};

static bool has_work(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	return false;
}

static void do_work(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
}

static void check(struct short_life *life, bool is_right, const char *what, unsigned int cpu)
{
	torture_checked(life->t, 8);
	if (!is_right)
		torture_violation(life->t, 8, "%s of CPU %u's short-lived thread", what, cpu);
}

static void set_up(unsigned int cpu, void *data)
{
	struct short_life *life = data;

	check(life, !life->is_set_up[cpu], "a second setup", cpu);
	life->is_set_up[cpu] = true;
}

static void clean_up(unsigned int cpu, bool is_online, void *data)
{
	struct short_life *life = data;

	(void)is_online;
	check(life, life->is_set_up[cpu], "cleanup without setup", cpu);
	life->is_set_up[cpu] = false;
}

static int come_and_go(struct short_life *life, struct smpboot *sb, unsigned int nr_cpus)
{
	struct smp_hotplug_thread kind = {
		.store = life->store,
		.thread_should_run = has_work,
		.thread_fn = do_work,
		.setup = set_up,
		.cleanup = clean_up,
		.data = life,
		.thread_comm = "short/%u",
		.stack_bytes = TORTURE_STACK_BYTES,
	};
	int ret = smpboot_register_percpu_thread(sb, &kind);

	if (!ret)
		ret = smpboot_unregister_percpu_thread(sb, &kind);
	for (unsigned int cpu = 0; cpu < nr_cpus; cpu++)
		check(life, !life->is_set_up[cpu], "setup without cleanup", cpu);
	return ret ? ret : 1;
}

int torture_short_kind(struct torture *t, struct smpboot *sb, unsigned int nr_cpus)
{
	struct short_life life = {
		.t = t,
		.store = calloc(nr_cpus, sizeof(*life.store)),
		.is_set_up = calloc(nr_cpus, sizeof(*life.is_set_up)),
	};
	int ret = -ENOMEM;

	if (life.store && life.is_set_up)
		ret = come_and_go(&life, sb, nr_cpus);
	free(life.store);
	free(life.is_set_up);
	return ret;
}
