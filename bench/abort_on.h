/* SPDX-License-Identifier: MIT */
/*
 * abort_on - signs of trouble that end a run early: --abort-on.
 *
 * Looked for between steps and while the run waits for one, never inside a timed phase
 * (interrupt.h): a kernel that complains, a bystander that could not run for too long, tasks that
 * wait for CPU, memory or disk.
 */
#ifndef BENCH_ABORT_ON_H
#define BENCH_ABORT_ON_H

#include "option_values.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bystanders;

enum pressure { PRESSURE_CPU, PRESSURE_MEMORY, PRESSURE_IO, NR_PRESSURES };

struct abort_terms {
	bool is_any, is_kmsg;
	uint64_t gap_ns;		    /* of a bystander; 0: not asked for */
	unsigned int percent[NR_PRESSURES]; /* "some avg10" above it; 0: not asked for */
};

/* "kmsg,gap:500ms,psi:cpu:40". 0, or -EINVAL with one line in @why. */
int abort_terms_parse(const char *text, struct abort_terms *ret, struct option_why *why);

struct abort_watch;

/**
 * abort_watch_begin() - what the kernel says from now on counts.
 * @root: as in sysfile.h.
 *
 * Return: 0; -ENOMEM; -errno with one line in @why: a condition cannot be looked for here.
 */
int abort_watch_begin(const struct abort_terms *terms, const char *root,
		      struct abort_watch **ret_watch, char *why, size_t why_size);

/* Whose gaps are looked at from now on; NULL: nobody's. @watch may be NULL. */
void abort_watch_bystanders(struct abort_watch *watch, const struct bystanders *bystanders);

/*
 * NULL, or the condition that is met and what was seen. It stays so. A few system calls; context:
 * one thread. @watch is a struct abort_watch, or NULL.
 */
const char *abort_watch_look(void *watch);

/* NULL is allowed. */
void abort_watch_end(struct abort_watch *watch);

#endif
