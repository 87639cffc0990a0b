/* SPDX-License-Identifier: MIT */
/*
 * ktrace - the kernel's share of each block: traces while it runs, joins the trace to its steps
 * and keeps the rows of steps.csv and kpark.csv. For real hotplug drivers; with others there is
 * nothing to be traced.
 */
#ifndef BENCH_KTRACE_H
#define BENCH_KTRACE_H

#include "kernel_rows.h"

struct ktrace;

/**
 * ktrace_open() - from now on, blocks can be traced; also when the kernel does not let us: then
 * each block gets a blank row with the reason.
 * @max_steps: of one block, for the size of the buffers.
 *
 * Return: 0 or -ENOMEM.
 */
int ktrace_open(const struct topology *topo, size_t max_steps, struct ktrace **ret);
void ktrace_close(struct ktrace *kt);

/*
 * Around all of one block, its tenants' coming and going included; @block->trace says how much.
 * Failures become blank rows. ktrace_end(): 0 or -ENOMEM.
 */
void ktrace_begin(struct ktrace *kt, const struct block *block);
int ktrace_end(struct ktrace *kt, const struct block *block);

/* Takes the instance and the probes out of the kernel; the rows stay. */
void ktrace_stop(struct ktrace *kt);

/* NULL, or in one line what cannot be traced. */
const char *ktrace_why(const struct ktrace *kt);

const struct kernel_rows *ktrace_rows(const struct ktrace *kt);

#endif
