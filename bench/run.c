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
	[BLANK_NOT_SPLIT] = "one request for many CPUs, and no trace of this one",
};

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

const char *step_status_name(enum step_status status)
{
	return status_names[status];
}

const char *blank_reason(enum blank blank)
{
	return blank_reasons[blank];
}
