/* SPDX-License-Identifier: MIT */
/* array_grow - room for one more element, doubled when full. */
#ifndef BENCH_ARRAY_GROW_H
#define BENCH_ARRAY_GROW_H

#include <stdlib.h>

/* The array, moved if it had to be; NULL without memory, and then @array is as it was. */
static inline void *array_grow(void *array, size_t nr, size_t *max, size_t size)
{
	size_t wanted = *max ? 2 * *max : 256;
	void *more;

	if (nr < *max)
		return array;
	more = realloc(array, wanted * size);
	if (more)
		*max = wanted;
	return more;
}

#endif
