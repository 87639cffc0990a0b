/* SPDX-License-Identifier: MIT */
#include <kpark/cpumask.h>

#include <errno.h>
#include <stdio.h>

#define NR_LONGS (CPUMASK_NR_CPUS / CPUMASK_BITS_PER_LONG)

/* Numbers stop growing here: far enough above CPUMASK_NR_CPUS that ranges still compare right. */
#define NUMBER_MAX 1000000000ul

unsigned int cpumask_next(unsigned int from, const struct cpumask *mask)
{
	unsigned int i = from / CPUMASK_BITS_PER_LONG;
	unsigned long word;

	if (from >= CPUMASK_NR_CPUS)
		return CPUMASK_NR_CPUS;
	word = mask->bits[i] & (~0ul << (from % CPUMASK_BITS_PER_LONG));
	while (!word && ++i < NR_LONGS)
		word = mask->bits[i];
	if (!word)
		return CPUMASK_NR_CPUS;
	return i * CPUMASK_BITS_PER_LONG + (unsigned int)__builtin_ctzl(word);
}

unsigned int cpumask_last(const struct cpumask *mask)
{
	unsigned int i = NR_LONGS;

	while (i-- > 0)
		if (mask->bits[i])
			return (i + 1) * CPUMASK_BITS_PER_LONG - 1 -
			       (unsigned int)__builtin_clzl(mask->bits[i]);
	return CPUMASK_NR_CPUS;
}

unsigned int cpumask_weight(const struct cpumask *mask)
{
	unsigned int weight = 0;

	for (unsigned int i = 0; i < NR_LONGS; i++)
		weight += (unsigned int)__builtin_popcountl(mask->bits[i]);
	return weight;
}

bool cpumask_equal(const struct cpumask *a, const struct cpumask *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool cpumask_subset(const struct cpumask *part, const struct cpumask *whole)
{
	for (unsigned int i = 0; i < NR_LONGS; i++)
		if (part->bits[i] & ~whole->bits[i])
			return false;
	return true;
}

void cpumask_and(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b)
{
	for (unsigned int i = 0; i < NR_LONGS; i++)
		dst->bits[i] = a->bits[i] & b->bits[i];
}

void cpumask_or(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b)
{
	for (unsigned int i = 0; i < NR_LONGS; i++)
		dst->bits[i] = a->bits[i] | b->bits[i];
}

void cpumask_andnot(struct cpumask *dst, const struct cpumask *a, const struct cpumask *b)
{
	for (unsigned int i = 0; i < NR_LONGS; i++)
		dst->bits[i] = a->bits[i] & ~b->bits[i];
}

/* Not strtoul(): it takes blanks and signs, and its digits depend on nobody's list format. */
static int parse_number(const char **at, unsigned long *ret_number)
{
	const char *p = *at;
	unsigned long number = 0;

	if (*p < '0' || *p > '9')
		return -EINVAL;
	for (; *p >= '0' && *p <= '9'; p++)
		if (number < NUMBER_MAX)
			number = number * 10 + (unsigned long)(*p - '0');
	*at = p;
	*ret_number = number;
	return 0;
}

/* Adds what fits; what does not is told by *ret_is_too_large, for the text may yet be no list. */
static int parse_range(const char **at, struct cpumask *mask, bool *ret_is_too_large)
{
	unsigned long first, last;

	if (parse_number(at, &first))
		return -EINVAL;
	last = first;
	if (**at == '-') {
		++*at;
		if (parse_number(at, &last) || last < first)
			return -EINVAL;
	}
	if (last >= CPUMASK_NR_CPUS)
		*ret_is_too_large = true;
	for (; first <= last && first < CPUMASK_NR_CPUS; first++)
		cpumask_set_cpu((unsigned int)first, mask);
	return 0;
}

int cpumask_parse(const char *list, struct cpumask *ret_mask)
{
	struct cpumask mask = { { 0 } };
	bool is_too_large = false;
	bool is_more = *list && *list != '\n';

	while (is_more) {
		if (parse_range(&list, &mask, &is_too_large))
			return -EINVAL;
		is_more = *list == ',';
		if (is_more)
			list++;
	}
	if (*list == '\n')
		list++;
	if (*list)
		return -EINVAL;
	if (is_too_large)
		return -ERANGE;
	*ret_mask = mask;
	return 0;
}

int cpumask_format(const struct cpumask *mask, char *buf, size_t size)
{
	unsigned int first, last;
	int length = 0;

	if (size)
		*buf = '\0';
	for (first = cpumask_first(mask); first < CPUMASK_NR_CPUS;
	     first = cpumask_next(last + 1, mask)) {
		size_t used = (size_t)length < size ? (size_t)length : size;
		char *end = used < size ? buf + used : NULL;
		const char *comma = length ? "," : "";

		last = first;
		while (cpumask_test_cpu(last + 1, mask))
			last++;
		if (first == last)
			length += snprintf(end, size - used, "%s%u", comma, first);
		else
			length += snprintf(end, size - used, "%s%u-%u", comma, first, last);
	}
	return length;
}
