/* SPDX-License-Identifier: MIT */
/* Calls are paired by call and calling task; what was not seen is said. */
#include "kcall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ENTRY(what, who, when)                                                                     \
	{                                                                                          \
		.call = KCALL_##what, .tid = who, .ns = when, .caller = "init"                     \
	}
#define RETURN(what, who, when, value)                                                             \
	{                                                                                          \
		.call = KCALL_##what, .tid = who, .ns = when, .is_return = true, .result = value   \
	}

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static struct kcall *pair(const struct kcall_mark *marks, size_t nr_marks, size_t *ret_nr)
{
	struct kcall *calls;

	assert_int_equal(kcall_pair(marks, nr_marks, &calls, ret_nr), 0);
	return calls;
}

/* A creation that waits, two tasks that park meanwhile, one of them in vain. */
static void tasks_do_not_mix(void **state)
{
	const struct kcall_mark marks[] = {
		ENTRY(CREATE, 1, 10),	  ENTRY(PARK, 2, 11),	    ENTRY(PARK, 3, 12),
		RETURN(PARK, 2, 20, 0),	  RETURN(PARK, 3, 21, -38), ENTRY(UNPARK, 1, 22),
		RETURN(UNPARK, 1, 23, 0), RETURN(CREATE, 1, 30, 0),
	};
	size_t nr;
	struct kcall *calls = pair(marks, ARRAY_SIZE(marks), &nr);

	(void)state;
	assert_int_equal(nr, 4);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(calls[i].fate, KCALL_WHOLE);
	assert_int_equal(calls[0].end_ns - calls[0].begin_ns, 20);
	assert_int_equal(calls[1].end_ns - calls[1].begin_ns, 9);
	assert_int_equal(calls[2].result, -38);
	assert_string_equal(calls[2].caller, "init");
	assert_int_equal(calls[3].call, KCALL_UNPARK);
	free(calls);
}

/* The thread that a creation made is known at its return only. */
static void creation_is_named_at_its_return(void **state)
{
	struct kcall_mark marks[] = { ENTRY(CREATE, 1, 10), RETURN(CREATE, 1, 30, 0) };
	size_t nr;
	struct kcall *calls;

	(void)state;
	marks[1].thread = (struct kcall_thread){ .task = 4096, .tid = 94, .comm = "cpuhp/1" };
	calls = pair(marks, 2, &nr);
	assert_int_equal(nr, 1);
	assert_string_equal(calls[0].thread.comm, "cpuhp/1");
	assert_int_equal(calls[0].thread.tid, 94);
	free(calls);
}

static void lost_ends_are_said(void **state)
{
	const struct kcall_mark marks[] = {
		RETURN(PARK, 5, 1, 0),
		ENTRY(PARK, 1, 10),
		ENTRY(STOP, 1, 20),
		RETURN(STOP, 1, 30, 0),
	};
	size_t nr;
	struct kcall *calls = pair(marks, ARRAY_SIZE(marks), &nr);

	(void)state;
	assert_int_equal(nr, 3);
	assert_int_equal(calls[0].fate, KCALL_NO_ENTRY);
	assert_int_equal(calls[1].fate, KCALL_NO_RETURN);
	assert_int_equal(calls[2].fate, KCALL_WHOLE);
	free(calls);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tasks_do_not_mix),
		cmocka_unit_test(creation_is_named_at_its_return),
		cmocka_unit_test(lost_ends_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
