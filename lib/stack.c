/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <kpark/kthread.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/mempolicy.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BITS_PER_LONG (sizeof(unsigned long) * CHAR_BIT)
#define NR_NODES_MAX  1024 /* MAX_NUMNODES of every kernel configuration */

/*
 * Preferred and not bound: a node that has run out of memory must not kill a thread that would
 * work from another one. A kernel without NUMA has exactly node 0.
 */
static int prefer_node(void *addr, size_t bytes, int node)
{
	unsigned long nodes[NR_NODES_MAX / BITS_PER_LONG] = { 0 };

	if (node < 0 || node >= NR_NODES_MAX)
		return -EINVAL;
	nodes[(unsigned int)node / BITS_PER_LONG] = 1ul << ((unsigned int)node % BITS_PER_LONG);
	if (!syscall(SYS_mbind, addr, bytes, MPOL_PREFERRED, nodes, NR_NODES_MAX + 1, 0))
		return 0;
	/* Containers commonly forbid mbind(): a preference is not worth failing for. */
	if (errno == EPERM || (errno == ENOSYS && node == 0))
		return 0;
	return -EINVAL;
}

int stack_alloc_on_node(size_t bytes, int node, struct stack *ret_stack)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t rounded = (bytes + page - 1) / page * page;
	struct stack stack = { .mapping_bytes = rounded + page, .bytes = rounded };
	int ret;

	if (rounded < bytes || stack.mapping_bytes < rounded)
		return -ENOMEM;
	stack.mapping = mmap(NULL, stack.mapping_bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (stack.mapping == MAP_FAILED)
		return -ENOMEM;
	stack.base = (char *)stack.mapping + page;
	ret = mprotect(stack.mapping, page, PROT_NONE) ? -ENOMEM : 0;
	if (!ret)
		ret = prefer_node(stack.base, stack.bytes, node);
	if (ret)
		stack_free(&stack);
	else
		*ret_stack = stack;
	return ret;
}

void stack_free(struct stack *stack)
{
	if (stack->mapping)
		munmap(stack->mapping, stack->mapping_bytes);
	*stack = (struct stack){ 0 };
}

int stack_of_caller(struct stack_range *ret_range)
{
	struct stack_range range;
	pthread_attr_t attr;
	int ret = pthread_getattr_np(pthread_self(), &attr);

	if (ret)
		return -ret;
	ret = pthread_attr_getstack(&attr, &range.low, &range.bytes);
	pthread_attr_destroy(&attr);
	if (!ret)
		*ret_range = range;
	return -ret;
}

int stack_trim(const struct stack_range *range)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), low = (uintptr_t)range->low;
	uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
	uintptr_t high = (frame & -page) - page;

	/* A fiber's stack: what lies between the two belongs to others. */
	if (frame < low || frame - low >= range->bytes)
		return -EINVAL;
	if (high <= low)
		return 0;
	return madvise(range->low, high - low, MADV_DONTNEED) ? -errno : 0;
}

int cpu_to_node(unsigned int cpu)
{
	char path[64];
	struct dirent *entry;
	int node = NUMA_NO_NODE;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u", cpu);
	dir = opendir(path);
	if (!dir)
		return NUMA_NO_NODE;
	while (node == NUMA_NO_NODE && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "node%d", &node) != 1)
			node = NUMA_NO_NODE;
	closedir(dir);
	return node;
}
