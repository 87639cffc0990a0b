/* SPDX-License-Identifier: MIT */
/* Runs that prove something instead of measuring it: in lanes, or with more CPUs than there are. */
#include "capacity.h"
#include "cmd_run_internal.h"

#include <sched.h>
#include <string.h>
#include <sys/resource.h>

static bool has_lanes(const struct selection *selection)
{
	for (size_t i = 0; i < selection->nr_plans; i++)
		if (plan_nr_lanes(&selection->plans[i]) > 1)
			return true;
	return false;
}

void run_settle_scale(struct run *run)
{
	bool is_virtual = run->options.virtual_machine != NULL;

	if (is_virtual &&
	    !sched_getaffinity(0, sizeof(run->real_cpus), (cpu_set_t *)run->real_cpus.bits))
		run->setup.real_cpus = &run->real_cpus;
	if (!is_virtual && !has_lanes(&run->selection))
		return;
	/* The others count what phases cost, and there are none. */
	memset(run->options.passes, 0, sizeof(run->options.passes));
	run->options.passes[PASS_TIMING] = true;
	run_warn(run, is_virtual ? "virtual CPUs share real ones: correctness is tested, no time "
				   "is given, and only the timing pass runs"
				 : "parallel lanes: correctness is tested, no time is given, and "
				   "only the timing pass runs");
}

static uint64_t most_cpus(const struct selection *selection)
{
	unsigned int most = 0;

	for (size_t i = 0; i < selection->nr_plans; i++)
		if (cpumask_weight(&selection->plans[i].cpus) > most)
			most = cpumask_weight(&selection->plans[i].cpus);
	return most;
}

int run_check_capacity(const struct run *run, struct option_why *why)
{
	const struct options *o = &run->options;
	struct capacity_need need = { .bytes_per_thread = capacity_bytes_per_thread() };
	unsigned int most = 0;

	for (size_t i = 0; i < o->nr_threads_per_cpu; i++)
		if (o->threads_per_cpu[i] > most)
			most = o->threads_per_cpu[i];
	need.nr_threads = most_cpus(&run->selection) * most;
	need.bytes_per_thread += o->stack_touch_bytes + o->data_touch_bytes;
	return capacity_check(o->sysfs_root ? o->sysfs_root : "", &need, why->text,
			      sizeof(why->text));
}

/* Threads are watched through a descriptor each: as many as this process may have. */
void run_raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}
