/* SPDX-License-Identifier: MIT */
/*
 * suggest - what the user may have meant by a name that does not exist.
 */
#ifndef BENCH_SUGGEST_H
#define BENCH_SUGGEST_H

#include <stddef.h>

/* Edits (insert, delete, change, swap neighbours) from @a to @b, of the first 63 bytes of each. */
unsigned int suggest_distance(const char *a, const char *b);

/* The name nearest to @word, or NULL when none is near enough to be meant. The first one wins. */
const char *suggest_nearest(const char *word, const char *const *names, size_t nr_names);

/* A closed list of names of one kind. */
struct suggest_names {
	const char *what; /* "workload", "event", ... */
	const char *const *names;
	size_t nr_names;
};

/* One line about an unknown name: the nearest match, else as many as fit of those that exist. */
void suggest_unknown(const struct suggest_names *known, const char *word, char *why,
		     size_t why_size);

#endif
