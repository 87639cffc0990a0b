/* SPDX-License-Identifier: MIT */
/* Plans as text in memory, for tests. */
#ifndef WORKLOADS_TEST_PLAN_TEXT_H
#define WORKLOADS_TEST_PLAN_TEXT_H

#include "plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* The plan's text, to be freed; its length without the terminator in *@ret_length. */
static inline char *save_text(const struct plan *plan, size_t *ret_length)
{
	char *text = NULL;
	FILE *file = open_memstream(&text, ret_length);

	assert_non_null(file);
	assert_int_equal(plan_save(plan, file), 0);
	fclose(file);
	return text;
}

/* plan_load() of the first plan in @length bytes. */
static inline int load_text(const char *text, size_t length, struct plan *plan, char *why,
			    size_t why_size)
{
	/* fmemopen() refuses a length of 0 in some versions. */
	FILE *file =
		length ? fmemopen((void *)(uintptr_t)text, length, "r") : fopen("/dev/null", "r");
	int ret;

	assert_non_null(file);
	ret = plan_load(file, plan, why, why_size);
	fclose(file);
	return ret;
}

#endif
