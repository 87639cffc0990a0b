/* SPDX-License-Identifier: MIT */
/*
 * kstep - the kernel's own cpuhp steps: from the marks in its trace to steps with a begin and an
 * end. Pure; where the marks come from is tracesteps.h's.
 *
 * bringup_cpu, takedown_cpu and cpuhp_kick_ap_work enclose steps that the CPU itself executes
 * meanwhile, and several CPUs may be on their way at once. So an exit belongs to the newest open
 * enter of the same CPU and the same state by the same task, and to no other.
 */
#ifndef BENCH_KSTEP_H
#define BENCH_KSTEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kstep_kind { KSTEP_ENTER, KSTEP_MULTI_ENTER, KSTEP_EXIT };

/* One trace event. */
struct kstep_mark {
	enum kstep_kind kind;
	uint64_t ns; /* CLOCK_MONOTONIC */
	uint32_t cpu, runs_on;
	int32_t tid;
	int32_t state;
	int32_t target;	   /* of an enter: where the CPU is being taken */
	uint64_t function; /* of an enter: its address */
	int32_t result;	   /* of an exit */
};

enum kstep_fate {
	KSTEP_WHOLE,
	KSTEP_NO_ENTER, /* only its end was seen: begin, direction, function and depth are unknown
			 */
	KSTEP_NO_EXIT	/* only its begin was seen: end and result are unknown */
};

struct kstep {
	enum kstep_fate fate;
	bool is_up;
	bool is_multi; /* one of several instances of its state */
	uint32_t cpu;  /* that goes or comes */
	uint32_t runs_on;
	int32_t tid; /* of the task that executed it */
	int32_t state;
	uint64_t function;
	uint64_t begin_ns, end_ns;
	int32_t result;
	uint32_t depth; /* steps of the same CPU that were open around it */
};

/**
 * kstep_pair() - @marks in order of time -> steps in order of their begin.
 *
 * Return: 0 with an array to be freed; -ENOMEM.
 */
int kstep_pair(const struct kstep_mark *marks, size_t nr_marks, struct kstep **ret_steps,
	       size_t *ret_nr);

#endif
