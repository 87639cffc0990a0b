/* SPDX-License-Identifier: MIT */
/*
 * passes - all blocks of a run, pass by pass, into one recording.
 *
 * Time is taken alone. Memory, counters, system calls, bystanders and the perf tool change what
 * they look at (M9): each has blocks of its own per arm, whose times are not used. Memory comes
 * first, before this process has made a thread.
 */
#ifndef BENCH_PASSES_H
#define BENCH_PASSES_H

#include "csv.h"
#include "knob.h"
#include "ktrace.h"
#include "options.h"
#include "progress.h"
#include "random.h"
#include "run.h"

struct passes {
	const struct options *options;
	const char *dir; /* for the perf tool's output */
	struct recording rec;
	struct knobs *knobs;	 /* turned before each block; NULL: none */
	const bool *is_selected; /* nr_cells rows of nr_arms */
	struct counter_row *counters;
	size_t nr_counters;
	struct syscall_row *syscalls;
	size_t nr_syscalls;
	struct ktrace *ktrace; /* NULL: a simulated driver, or no kernel pass wanted */
	struct bystander_row *bystanders;
	size_t nr_bystanders;
	char bystander_why[256]; /* what went wrong in that pass, while it goes on */
	struct progress progress;
	struct random random; /* the order of the blocks */
	char why[384];	      /* the first failure, or a pass that was not possible, in one line */
};

/* @p has options, dir, is_selected and the recording's setup, cells and arms. 0 or -ENOMEM. */
int passes_init(struct passes *p);
void passes_fini(struct passes *p);

/* How many blocks there will be. */
size_t passes_nr_blocks(const struct passes *p);

/*
 * The caller is the controller (controller_enter()), except for passes_perf(), which becomes it
 * after perf has been started.
 *
 * Each returns 0, or what driver_run_block() does with @p->why set; -EPERM when the pass is not
 * possible here, and then the run can go on without it.
 */
int passes_memory(struct passes *p);
int passes_timing(struct passes *p, uint32_t cell);
int passes_counting(struct passes *p);
int passes_syscalls(struct passes *p);

/* As many blocks of each arm and kind as there are repetitions. -EPERM also when only a part of
 * it was not possible. */
int passes_bystander(struct passes *p);
int passes_perf(struct passes *p);

/* Start perf and let it go again: is the --perf argument one that works here? 0 or -errno. */
int passes_try_perf(struct passes *p);
/*
 * Blocks with the kernel traced in three ways. To be called first: the first online of a CPU since
 * boot happens only once, and shows how the kernel creates its own threads. The other passes trace
 * the kernel's steps, too, if this pass is wanted. -EPERM also when only a part can be traced.
 */
int passes_kernel(struct passes *p);

/* After the last block: nothing of ours stays in the kernel's tracing. */
void passes_stop_trace(struct passes *p);

/* The n-th timing block of an arm that is no warm-up, or NULL. */
const struct block *passes_timing_block(const struct passes *p, uint32_t cell, uint32_t arm,
					uint32_t nth);

#endif
