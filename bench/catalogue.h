/* SPDX-License-Identifier: MIT */
/*
 * catalogue - everything that can be named on the command line, kind by kind, in one form.
 *
 * `parkbench list`, the options and the suggestions read it, so that what is added to a .def list
 * appears in all of them by itself.
 */
#ifndef BENCH_CATALOGUE_H
#define BENCH_CATALOGUE_H

#include "option_values.h"

#include <stddef.h>

enum catalogue {
	CATALOGUE_WORKLOADS,
	CATALOGUE_DUTIES,
	CATALOGUE_CONTENDERS,
	CATALOGUE_HOTPLUG,
	NR_CATALOGUES
};

struct catalogue_entry {
	const char *name, *summary;
	const void *object; /* struct workload, duty, contender or hotplug */
};

/* "workloads", "duties", "contenders", "hotplug"; and one of it: "workload", "duty", ... */
const char *catalogue_title(enum catalogue catalogue);
const char *catalogue_word(enum catalogue catalogue);

size_t catalogue_size(enum catalogue catalogue);

/* @index is below catalogue_size(). */
struct catalogue_entry catalogue_entry(enum catalogue catalogue, size_t index);

/* The object of that name, or NULL with one line in @why. */
const void *catalogue_find(enum catalogue catalogue, const char *name, struct option_why *why);

#endif
