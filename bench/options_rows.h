/* SPDX-License-Identifier: MIT */
/*
 * options_rows - the table of all options; private to options*.c.
 */
#ifndef BENCH_OPTIONS_ROWS_H
#define BENCH_OPTIONS_ROWS_H

#include "options.h"

#define FOR_PLAN   (1u << OPTIONS_PLAN)
#define FOR_IMPACT (1u << OPTIONS_IMPACT)
#define FOR_RUN	   (1u << OPTIONS_RUN)

enum option_value {
	VALUE_NEEDED,
	VALUE_REPEATED, /* needed, and the option may be given again */
	VALUE_NONE,
	VALUE_OPTIONAL /* with '=' only */
};

struct option_row {
	const char *name;
	const char *alias; /* another name, or NULL */
	unsigned int commands;
	enum option_value value;
	int (*parse)(struct options *options, const char *value, struct option_why *why);
	const char *refusal; /* instead of parse: why there is no such option here */
};

/* Each ends with a row without name. */
extern const struct option_row option_rows_selection[];
extern const struct option_row option_rows_run[];
extern const struct option_row option_rows_gbench[];

#endif
