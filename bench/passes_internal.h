/* SPDX-License-Identifier: MIT */
/* What passes.c and passes_counted.c share. */
#ifndef BENCH_PASSES_INTERNAL_H
#define BENCH_PASSES_INTERNAL_H

#include "passes.h"

struct probe;

/* NULL without memory. */
struct block *passes_add_block(struct passes *p, uint32_t cell, uint32_t arm, enum pass pass);

/* driver_run_block(), with @p->why set on failure. */
int passes_run_block(struct passes *p, const struct probe *probe, struct block *block);

/* Call @one for each selected arm of each cell, until it fails. */
int passes_each(struct passes *p, int (*one)(struct passes *p, uint32_t cell, uint32_t arm));

/* The kernel's trace; nothing where there is none. */
int passes_open_trace(struct passes *p);
size_t passes_nr_kernel_blocks(const struct passes *p, uint32_t cell);
void passes_begin_trace(struct passes *p, const struct block *block);
int passes_end_trace(struct passes *p, struct block *block);

/* Of one arm; 0 where no CPU can have one. */
size_t passes_nr_bystander_blocks(const struct passes *p);

#endif
