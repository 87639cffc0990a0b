/* SPDX-License-Identifier: MIT */
/*
 * fact - one thing known about the machine, or the reason why it is not known.
 *
 * A value is text, a whole number, a list of lines, or missing with a reason. Missing is never
 * replaced by a likely value.
 */
#ifndef BENCH_FACT_H
#define BENCH_FACT_H

#include <stdarg.h>
#include <stdint.h>

enum fact_type { FACT_MISSING, FACT_TEXT, FACT_NUMBER, FACT_LIST };

/* All zero: missing, for no known reason. */
struct fact_value {
	enum fact_type type;
	int64_t number;
	char *text; /* text; the lines of a list, each ended by '\n'; or why it is missing */
};

/* Each replaces what @value held; without memory the result is a missing value. */
__attribute__((format(printf, 2, 3))) void fact_set_text(struct fact_value *value,
							 const char *format, ...);
__attribute__((format(printf, 2, 3))) void fact_set_missing(struct fact_value *value,
							    const char *why, ...);
void fact_set_number(struct fact_value *value, int64_t number);
void fact_set_empty_list(struct fact_value *value);

/* Missing because @path could not be read: @err is a negative errno. */
void fact_set_unread(struct fact_value *value, const char *path, int err);

/* Append one line, which makes a list of what is not one yet. */
__attribute__((format(printf, 2, 3))) void fact_add_line(struct fact_value *value,
							 const char *format, ...);

/* Release; accepts a zeroed struct and leaves one. */
void fact_fini(struct fact_value *value);

/* The text, or "" for anything but text. */
const char *fact_text(const struct fact_value *value);

/* The number, or @otherwise for anything but a number. */
int64_t fact_number(const struct fact_value *value, int64_t otherwise);

#endif
