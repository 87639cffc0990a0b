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

/* The NUMA node of @cpu as sysfs has it, or NUMA_NO_NODE. */
int cpu_to_node(unsigned int cpu);

#endif
