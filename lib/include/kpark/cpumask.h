/* SPDX-License-Identifier: MIT */
/*
 * cpumask - a set of logical CPU numbers, as sysfs counts them.
 *
 * A plain value of one KiB: copy it, put it on the stack, compare it. It holds every CPU that a
 * Linux kernel can be built for (NR_CPUS ends at 8192), so it is never sized by how many CPUs
 * happen to be online, holes cost nothing, and its bits can be handed to sched_setaffinity(),
 * which accepts sets larger than the machine. All zero is the empty set.
 *
 *	struct cpumask allowed, mine;
 *
 *	sched_getaffinity(0, sizeof(allowed), (cpu_set_t *)allowed.bits);
 *	cpumask_parse("1-3", &mine);
 *	cpumask_and(&mine, &mine, &allowed);
 *	for_each_cpu (cpu, &mine)
 *		...
 *
 * Calls here never fail unless they say so, never allocate and may be used from any thread.
 */
#ifndef KPARK_CPUMASK_H
#define KPARK_CPUMASK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CPUMASK_NR_CPUS	      8192u
#define CPUMASK_BITS_PER_LONG (8u * (unsigned int)sizeof(unsigned long))

struct cpumask {
	unsigned long bits[CPUMASK_NR_CPUS / (8 * sizeof(unsigned long))];
};

/* Make @mask the empty set, also one that has never been written. */
static inline void cpumask_clear(struct cpumask *mask)
{
	memset(mask, 0, sizeof(*mask));
}

/* Set, clear and test ignore numbers the set cannot hold; test answers false for them. */
static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *mask)
{
	if (cpu < CPUMASK_NR_CPUS)
		mask->bits[cpu / CPUMASK_BITS_PER_LONG] |= 1ul << (cpu % CPUMASK_BITS_PER_LONG);
}

static inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *mask)
{
	if (cpu < CPUMASK_NR_CPUS)
		mask->bits[cpu / CPUMASK_BITS_PER_LONG] &= ~(1ul << (cpu % CPUMASK_BITS_PER_LONG));
}

static inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *mask)
{
	return cpu < CPUMASK_NR_CPUS &&
	       (mask->bits[cpu / CPUMASK_BITS_PER_LONG] >> (cpu % CPUMASK_BITS_PER_LONG) & 1);
}

/* The smallest member >= @from, or CPUMASK_NR_CPUS when there is none. */
unsigned int cpumask_next(unsigned int from, const struct cpumask *mask);

/* The largest member, or CPUMASK_NR_CPUS when @mask is empty. Arrays are sized by this + 1. */
unsigned int cpumask_last(const struct cpumask *mask);

/* How many members. Not a bound for CPU numbers: a machine may have holes. */
unsigned int cpumask_weight(const struct cpumask *mask);

/* The same members. */
bool cpumask_equal(const struct cpumask *a, const struct cpumask *b);

/* Is every member of @part one of @whole? The empty set is a part of each. */
bool cpumask_subset(const struct cpumask *part, const struct cpumask *whole);

/*
 * @dst becomes what is in both, what is in either, what is in @a and not in @b. @dst may be one of
 * the two.
 */
void cpumask_and(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b);
void cpumask_or(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b);
void cpumask_andnot(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b);

/* The smallest member, or CPUMASK_NR_CPUS. */
static inline unsigned int cpumask_first(const struct cpumask *mask)
{
	return cpumask_next(0, mask);
}

static inline bool cpumask_empty(const struct cpumask *mask)
{
	return cpumask_first(mask) >= CPUMASK_NR_CPUS;
}

/* Members in ascending order; the body may clear the current one. */
#define for_each_cpu(cpu, mask)                                                                    \
	for ((cpu) = cpumask_next(0, (mask)); (cpu) < CPUMASK_NR_CPUS;                             \
	     (cpu) = cpumask_next((cpu) + 1, (mask)))

/**
 * cpumask_parse() - read the kernel's list format, "0-3,7,16-31".
 * @list: text; a trailing newline is accepted, an empty list is the empty set.
 * @ret_mask: the set; untouched on failure.
 *
 * Return: 0; -EINVAL on anything that is not a list (a reversed range is not one); -ERANGE on a
 * number of CPUMASK_NR_CPUS or above.
 */
int cpumask_parse(const char *list, struct cpumask *ret_mask);

/**
 * cpumask_format() - write @mask in the list format.
 * @buf: receives at most @size bytes, always terminated when @size > 0.
 *
 * Return: the length the whole text has without its terminator, as snprintf() counts.
 */
int cpumask_format(const struct cpumask *mask, char *buf, size_t size);

#ifdef __cplusplus
}
#endif
#endif
