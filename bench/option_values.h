/* SPDX-License-Identifier: MIT */
/*
 * option_values - the text of one option's value -> the value. Pure.
 *
 * All return 0 or -EINVAL with one line in @why: what is wrong and what would be right. Results
 * are untouched on failure. A number is decimal digits and nothing else: no sign, no blank.
 */
#ifndef BENCH_OPTION_VALUES_H
#define BENCH_OPTION_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTION_WHY_SIZE 512

struct option_why {
	char text[OPTION_WHY_SIZE];
};

/* Fill @why; always -EINVAL. */
int option_refuse(struct option_why *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct option_range {
	uint64_t min, max;
};

int option_number(const char *text, struct option_range range, uint64_t *ret,
		  struct option_why *why);

/* Bytes, or with one of the suffixes K M G (powers of 1024): "256K". */
int option_size(const char *text, struct option_range range, size_t *ret, struct option_why *why);

/* A number and one of ns us ms s; a bare 0 needs none. Result in ns. */
int option_time(const char *text, uint64_t max_ns, uint64_t *ret_ns, struct option_why *why);

/* "200/s", or per ms, min or h: the time between two of them in ns; at most 10^9 a second. */
int option_rate(const char *text, uint64_t *ret_period_ns, struct option_why *why);

/* What Google Benchmark takes: true false yes no on off 1 0; NULL, the bare flag, is true. */
int option_flag(const char *text, bool *ret, struct option_why *why);

/* One of @names (NULL-terminated): its index. */
int option_choice(const char *text, const char *const *names, size_t *ret, struct option_why *why);

/**
 * option_each() - visit each item of a comma separated list.
 * @visit: 0 or -EINVAL with @why filled, which ends the walk. Items are not empty.
 */
int option_each(const char *text,
		int (*visit)(const char *item, void *visit_arg, struct option_why *why),
		void *visit_arg, struct option_why *why);

#endif
