/* SPDX-License-Identifier: MIT */
/* The words of --load: what is understood, and what is refused with one line. */
#include "load.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void stressors_in_their_order(void **state)
{
	struct load_terms terms;
	struct option_why why;

	(void)state;
	assert_int_equal(load_terms_parse("stress-ng:cpu=2,membarrier=1", &terms, &why), 0);
	assert_int_equal(terms.nr_stressors, 2);
	assert_string_equal(terms.stressors[0].name, "cpu");
	assert_int_equal(terms.stressors[0].nr, 2);
	assert_string_equal(terms.stressors[1].name, "membarrier");
	assert_int_equal(terms.stressors[1].nr, 1);
}

static void anything_else_is_refused(void **state)
{
	static const struct {
		const char *text, *said;
	} bad[] = {
		{ "cpu=2", "give stress-ng:cpu=2,vm=1" },
		{ "stress-ng", "give stress-ng:cpu=2,vm=1" },
		{ "stress-ng:", "empty" },
		{ "stress-ng:cpu", "give NAME=N" },
		{ "stress-ng:=2", "give NAME=N" },
		{ "stress-ng:--cpu=2", "give NAME=N" },
		{ "stress-ng:cpu;id=2", "give NAME=N" },
		{ "stress-ng:cpu=0", "out of range" },
		{ "stress-ng:cpu=two", "not a whole number" },
		{ "stress-ng:cpu=1,cpu=2", "'cpu' is given twice" },
		{ "stress-ng:cpu=1,reboot=1", "unknown stressor 'reboot'" },
		{ "stress-ng:cpu=1,matrix=1,vm=1,cache=1,stream=1,memcpy=1,mmap=1,brk=1,switch=1,"
		  "yield=1,futex=1,sem=1,pipe=1,sock=1,poll=1,timer=1,fork=1",
		  "more than 16" },
	};
	struct load_terms terms = { .nr_stressors = 7 };
	struct option_why why;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(load_terms_parse(bad[i].text, &terms, &why), -EINVAL);
		if (!strstr(why.text, bad[i].said))
			fail_msg("%s: says '%s'", bad[i].text, why.text);
		assert_int_equal(terms.nr_stressors, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stressors_in_their_order),
		cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
