/* SPDX-License-Identifier: MIT */
/*
 * Recorded streams of cpuhp events: Debian's kernels 6.1 and 6.12 in a guest of 4 CPUs booted with
 * one. A function's "address" is its index in the fixture's list of names, plus one.
 */
#ifndef BENCH_TEST_KSTEP_FIXTURE_H
#define BENCH_TEST_KSTEP_FIXTURE_H

#include "kstep.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#define FIXTURE_MAX_MARKS 2048
#define FIXTURE_MAX_NAMES 256

struct fixture {
	struct kstep_mark marks[FIXTURE_MAX_MARKS];
	size_t nr_marks;
	char names[FIXTURE_MAX_NAMES][64];
	size_t nr_names;
};

static inline const char *fixture_function(const struct fixture *f, uint64_t address)
{
	return address && address <= f->nr_names ? f->names[address - 1] : "";
}

static inline uint64_t fixture_address(struct fixture *f, const char *name)
{
	for (size_t i = 0; i < f->nr_names; i++)
		if (!strcmp(f->names[i], name))
			return i + 1;
	assert_true(f->nr_names < FIXTURE_MAX_NAMES);
	snprintf(f->names[f->nr_names], sizeof(f->names[0]), "%s", name);
	return ++f->nr_names;
}

static inline void fixture_parse(struct fixture *f, const char *line)
{
	struct kstep_mark *m = &f->marks[f->nr_marks];
	char kind[8], last[64];
	unsigned long long ns;
	int target;

	if (sscanf(line, "%llu %u %d %7s %u %d %d %63s", &ns, &m->runs_on, &m->tid, kind, &m->cpu,
		   &target, &m->state, last) != 8)
		fail_msg("not a mark: %s", line);
	m->ns = ns;
	m->kind = *kind == 'm' ? KSTEP_MULTI_ENTER : kind[1] == 'n' ? KSTEP_ENTER : KSTEP_EXIT;
	if (m->kind == KSTEP_EXIT) {
		m->result = atoi(last);
	} else {
		m->target = target;
		m->function = fixture_address(f, last);
	}
	f->nr_marks++;
}

/* To be freed. */
static inline struct fixture *fixture_load(const char *name)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[512], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", BENCH_TEST_DATA, name);
	file = fopen(path, "r");
	if (!file || !f)
		fail_msg("cannot read %s", path);
	while (fgets(line, sizeof(line), file)) {
		assert_true(f->nr_marks < FIXTURE_MAX_MARKS);
		if (*line != '#')
			fixture_parse(f, line);
	}
	fclose(file);
	return f;
}

/* Pair and fail the test if that fails; to be freed. */
static inline struct kstep *fixture_pair(const struct kstep_mark *marks, size_t nr, size_t *ret_nr)
{
	struct kstep *steps;

	assert_int_equal(kstep_pair(marks, nr, &steps, ret_nr), 0);
	return steps;
}

/* How many steps of @function there are. */
static inline size_t fixture_count(const struct fixture *f, const struct kstep *steps, size_t nr,
				   const char *function)
{
	size_t count = 0;

	for (size_t i = 0; i < nr; i++)
		count += !strcmp(fixture_function(f, steps[i].function), function);
	return count;
}

#endif
