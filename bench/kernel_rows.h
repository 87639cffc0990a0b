/* SPDX-License-Identifier: MIT */
/*
 * kernel_rows - the kernel's steps and calls, joined to ours: the rows of steps.csv and kpark.csv.
 *
 * A kernel step belongs to the step of the block that was under way for its CPU when it began. A
 * call belongs to the innermost kernel step that its caller was executing, and with it to that
 * step's CPU. What belongs to none (CPUs brought up before the plan begins, workers of the kernel,
 * another toggler) has rows too, without seq. Pure: no file, no trace.
 */
#ifndef BENCH_KERNEL_ROWS_H
#define BENCH_KERNEL_ROWS_H

#include "kcall.h"
#include "kstep.h"
#include "run.h"

#include <kpark/cpumask.h>

enum kernel_status {
	KERNEL_OK,
	KERNEL_SPOILED, /* events of its block were lost: it may be a wrong pair */
	KERNEL_BLANK	/* no time: .reason says why */
};

/* What rows of both files say first. */
struct kernel_origin {
	uint32_t block; /* index in the recording */
	bool is_joined;
	uint32_t seq;	 /* if joined */
	bool is_in_step; /* .cpu is known */
	uint32_t cpu;
	bool is_state_known;
	int32_t state;
	const char *state_name; /* owned by the rows, NULL: the kernel does not say */
	bool is_first_online_known;
	bool is_first_online; /* since the kernel was booted: it creates the CPU's threads */
	enum kernel_status status;
	const char *reason; /* a constant, or owned by the rows; NULL with KERNEL_OK */
};

struct kstep_row {
	struct kernel_origin origin;
	struct kstep step;
	const char *function; /* owned by the rows; "" unknown */
	bool is_shown;	      /* there is a step; else the row says that nothing was seen */
};

struct kcall_row {
	struct kernel_origin origin;
	struct kcall call;
	bool is_shown;
};

struct kernel_rows {
	struct kstep_row *steps;
	size_t nr_steps, max_steps;
	struct kcall_row *calls;
	size_t nr_calls, max_calls;

	/* CPUs that have never been online since boot, if that can be told */
	bool is_fresh_known;
	struct cpumask fresh;

	char **names; /* every string that rows point to */
	size_t nr_names, max_names;
	struct kernel_symbol *functions; /* by address */
	size_t nr_functions, max_functions;
	const char **states; /* by number */
	size_t nr_states;
};

/* How to name a function; the answer is copied. */
struct kernel_namer {
	const char *(*function)(void *arg, uint64_t address);
	void *arg;
};

/* What was traced while one block ran. */
struct kernel_block {
	const struct block *block;
	const struct kstep *steps; /* in order of their begin */
	size_t nr_steps;
	const struct kcall *calls; /* likewise */
	size_t nr_calls;
	uint64_t nr_lost;
	bool has_calls; /* the probes were on */
};

/* @states: the text of /sys/devices/system/cpu/hotplug/states, or NULL. 0 or -ENOMEM. */
int kernel_rows_init(struct kernel_rows *rows, const char *states);
void kernel_rows_fini(struct kernel_rows *rows);

/* One block's rows. A step of ours that is done and of which nothing was seen is a blank row. */
int kernel_rows_add(struct kernel_rows *rows, const struct kernel_block *traced,
		    const struct kernel_namer *namer);

/* A block of which nothing could be traced: one blank row. 0 or -ENOMEM. */
int kernel_rows_add_blank_steps(struct kernel_rows *rows, const struct block *block,
				const char *reason);
int kernel_rows_add_blank_calls(struct kernel_rows *rows, const struct block *block,
				const char *reason);

/* "ok", "spoiled", "blank" */
const char *kernel_status_name(enum kernel_status status);

#endif
