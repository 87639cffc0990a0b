/* SPDX-License-Identifier: MIT */
/* stack - a thread's stack with its memory preferred on one NUMA node. */
#ifndef KPARK_STACK_H
#define KPARK_STACK_H

#include <stddef.h>

/* All zero is no stack: the C library makes its own. */
struct stack {
	void *mapping; /* guard page first: stacks grow down */
	size_t mapping_bytes;
	void *base;
	size_t bytes;
};

/* 0; -ENOMEM; -EINVAL no such node. @bytes is rounded up to pages. */
int stack_alloc_on_node(size_t bytes, int node, struct stack *ret_stack);
void stack_free(struct stack *stack);

/* A thread's stack above its guard. */
struct stack_range {
	void *low;
	size_t bytes; /* 0: not known */
};

/* The one that the C library gave the calling thread. 0 or -errno. */
int stack_of_caller(struct stack_range *ret_range);

/*
 * Give back what lies below the caller's own frame, except for the page beneath it, which the next
 * call would need again at once. 0; -EINVAL the caller's frame is not in @range; -errno.
 */
int stack_trim(const struct stack_range *range);

/* The NUMA node of @cpu as sysfs has it, or NUMA_NO_NODE. */
int cpu_to_node(unsigned int cpu);

#endif
