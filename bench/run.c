/* SPDX-License-Identifier: MIT */
#include "run.h"

static const char *const pass_names[NR_PASSES] = {
	[PASS_TIMING] = "timing",	[PASS_COUNTING] = "counting",
	[PASS_SYSCALLS] = "syscalls",	[PASS_MEMORY] = "memory",
	[PASS_PERF] = "perf",		[PASS_KERNEL] = "kernel",
	[PASS_BYSTANDER] = "bystander", [PASS_FIRST_ONLINE] = "first_online",
};

static const char *const trace_level_names[NR_TRACE_LEVELS] = {
	[TRACE_OFF] = "off",
	[TRACE_STEPS] = "steps",
	[TRACE_CALLS] = "calls",
};

static const char *const status_names[] = {
	[STEP_DONE] = "ok",	    [STEP_REFUSED] = "refused", [STEP_NO_OP] = "no_op",
	[STEP_SPOILED] = "spoiled", [STEP_LOST] = "lost",	[STEP_NOT_TRIED] = "not_tried",
};

static const char *const blank_reasons[] = {
	[BLANK_NONE] = "",
	[BLANK_NO_THREADS] = "the contender has no threads",
	[BLANK_NOT_MOVED] = "the contender leaves its threads alone",
	[BLANK_OTHER_STEP] = "belongs to the other direction",
	[BLANK_NOT_REACHED] = "not reached",
	[BLANK_NOT_OBSERVABLE] = "the kernel does not show when a thread is off its CPU",
	[BLANK_NO_DESCRIPTORS] = "too many open files: raise ulimit -n",
	[BLANK_LANES] = "steps ran in parallel: a test of correctness",
	[BLANK_VIRTUAL] = "virtual CPUs share a real one: a test of correctness",
	[BLANK_NOT_SPLIT] = "one request for many CPUs, and no trace of this one",
};

unsigned int run_real_cpu(const struct run_setup *setup, unsigned int cpu)
{
	unsigned int turn, real;

	if (!setup->real_cpus)
		return cpu;
	turn = cpu % cpumask_weight(setup->real_cpus);
	real = cpumask_first(setup->real_cpus);
	while (turn-- > 0)
		real = cpumask_next(real + 1, setup->real_cpus);
	return real;
}

const char *pass_name(enum pass pass)
{
	return pass_names[pass];
}

const char *pacing_name(enum pacing pacing)
{
	return pacing == PACING_OPEN ? "open" : "pause";
}

const char *trace_level_name(enum trace_level level)
{
	return trace_level_names[level];
}

bool step_is_refused_as_planned(const struct step_sample *step)
{
	return step->status == STEP_REFUSED && (step->fails || step->fail_state);
}

const char *step_status_name(enum step_status status)
{
	return status_names[status];
}

const char *blank_reason(enum blank blank)
{
	return blank_reasons[blank];
}
