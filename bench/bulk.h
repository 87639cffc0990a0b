/* SPDX-License-Identifier: MIT */
/*
 * bulk - what one request that moved many CPUs cost for each of them.
 *
 * The request's time is told with every step that it was part of, never divided. A CPU's own part
 * is what the kernel's trace shows: from the begin of its first step in that direction to the end
 * of its last. Without a trace it is blank, and so is the total that it belongs to.
 */
#ifndef BENCH_BULK_H
#define BENCH_BULK_H

#include "kernel_rows.h"

/* The step was part of a request that took @bulk_ns and moved @nr CPUs; its part is not known. */
void bulk_mark(struct step_sample *s, uint64_t bulk_ns, size_t nr);

/*
 * After a block, with its rows in @rows (NULL: not traced) from @first_row on: split its requests.
 * Steps of which events were lost stay blank.
 */
void bulk_split(struct block *block, const struct kernel_rows *rows, size_t first_row);

#endif
