/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define SUGGEST_MAX 63

static unsigned int min2(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: three rows of the table suffice. */
unsigned int suggest_distance(const char *a, const char *b)
{
	const size_t nr_a = strnlen(a, SUGGEST_MAX), nr_b = strnlen(b, SUGGEST_MAX);
	unsigned int rows[3][SUGGEST_MAX + 1];
	unsigned int *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= nr_b; j++)
		above[j] = j;
	for (size_t i = 1; i <= nr_a; i++) {
		unsigned int *reused = before;

		row[0] = i;
		for (size_t j = 1; j <= nr_b; j++) {
			row[j] = min2(above[j], row[j - 1]) + 1;
			row[j] = min2(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min2(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = reused;
	}
	return above[nr_b];
}

/* A beginning typed in full ("rec" for recreate) is near, however much is missing. */
static unsigned int distance_as_meant(const char *word, const char *name)
{
	const size_t length = strlen(word);

	if (length >= 2 && strncmp(word, name, length) == 0)
		return 1;
	return suggest_distance(word, name);
}

const char *suggest_nearest(const char *word, const char *const *names, size_t nr_names)
{
	const char *nearest = NULL;
	unsigned int least = UINT_MAX;

	for (size_t i = 0; i < nr_names; i++) {
		const unsigned int distance = distance_as_meant(word, names[i]);

		if (distance < least) {
			least = distance;
			nearest = names[i];
		}
	}
	/* A third of the letters wrong is a slip, more is another word. */
	return nearest && least <= (strlen(word) + 2) / 3 ? nearest : NULL;
}

void suggest_unknown(const struct suggest_names *known, const char *word, char *why,
		     size_t why_size)
{
	const char *nearest = suggest_nearest(word, known->names, known->nr_names);
	size_t used;

	if (nearest) {
		snprintf(why, why_size, "unknown %s '%.60s': did you mean '%s'?", known->what, word,
			 nearest);
		return;
	}
	used = snprintf(why, why_size, "unknown %s '%.60s': there %s", known->what, word,
			known->nr_names == 1 ? "is only" : "are");
	for (size_t i = 0; i < known->nr_names && used < why_size; i++)
		used += snprintf(why + used, why_size - used, "%s %s", i ? "," : "",
				 known->names[i]);
}
