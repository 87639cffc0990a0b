/* SPDX-License-Identifier: MIT */
/*
 * comeback - what is different once a CPU is back.
 *
 * Looked at after each online, outside of all phases. What a thread has lost is repaired then, so
 * that each step loses anew, and what one step did is never blamed on the next.
 */
#ifndef BENCH_COMEBACK_H
#define BENCH_COMEBACK_H

#include "tenancy.h"

struct comeback {
	bool is_real;  /* a kernel was involved: it may have touched any thread of ours */
	int cpuset_fd; /* the CPUs of our group as it stands; -1: none, or not looked for */
};

/* Finds the files once per block. */
void comeback_init(struct comeback *cb, const struct run_setup *setup);
void comeback_fini(struct comeback *cb);

/* How many threads of @ty could run on another CPU than theirs? Also while that is away. */
uint32_t comeback_nr_unbound(const struct tenancy *ty);

/*
 * Are the threads of @ty bound to their CPU, and to it alone? Fills in how many are not, and in
 * how many ns they all were again.
 */
void comeback_check_threads(const struct tenancy *ty, struct step_sample *s);

/* Those of another CPU that is up: nothing should have happened to them. Counts and repairs. */
void comeback_check_others(const struct tenancy *other, struct step_sample *s);

/* Is the CPU of @s in our cpuset again? */
void comeback_check_cpuset(const struct comeback *cb, struct step_sample *s);

#endif
