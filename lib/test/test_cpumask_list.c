/* SPDX-License-Identifier: MIT */
/* A set reads and writes the kernel's list format exactly, and nothing else. */
#include <kpark/cpumask.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct sample {
	const char *text;
	const char *canonical;
	unsigned int weight;
};

static const struct sample lists[] = {
	{ "", "", 0 },
	{ "\n", "", 0 },
	{ "0", "0", 1 },
	{ "0-3,7,16-31\n", "0-3,7,16-31", 21 },
	{ "31,7,16-30,0-3", "0-3,7,16-31", 21 },
	{ "0-5,3-7", "0-7", 8 },
	{ "5-5", "5", 1 },
	{ "63-64", "63-64", 2 },
	{ "007", "7", 1 },
	{ "1,3,1024,2047-2048,4097", "1,3,1024,2047-2048,4097", 6 },
	{ "0-8191", "0-8191", 8192 },
};

static const struct {
	const char *text;
	int ret;
} refused[] = {
	{ "3-1", -EINVAL },
	{ ",", -EINVAL },
	{ "1,", -EINVAL },
	{ "1,,2", -EINVAL },
	{ "-1", -EINVAL },
	{ "1-", -EINVAL },
	{ "1-2-3", -EINVAL },
	{ " 1", -EINVAL },
	{ "1 ", -EINVAL },
	{ "+1", -EINVAL },
	{ "0x3", -EINVAL },
	{ "1\n2", -EINVAL },
	{ "1\n\n", -EINVAL },
	{ "all", -EINVAL },
	{ "9000-3", -EINVAL },
	{ "9000,x", -EINVAL },
	{ "8192", -ERANGE },
	{ "0-8192", -ERANGE },
	{ "4294967296", -ERANGE },
	{ "18446744073709551617", -ERANGE },
	{ "0-99999999999999999999999\n", -ERANGE },
};

static void reads_and_writes_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct cpumask mask;
		char text[64];

		memset(&mask, 0xff, sizeof(mask));
		assert_int_equal(cpumask_parse(lists[i].text, &mask), 0);
		assert_int_equal(cpumask_weight(&mask), lists[i].weight);
		assert_int_equal(cpumask_format(&mask, text, sizeof(text)),
				 strlen(lists[i].canonical));
		assert_string_equal(text, lists[i].canonical);
	}
}

static void refuses_what_is_no_list(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct cpumask mask = { { 0 } };
		int ret = cpumask_parse(refused[i].text, &mask);

		if (ret != refused[i].ret)
			fail_msg("\"%s\" gave %d, not %d", refused[i].text, ret, refused[i].ret);
		assert_true(cpumask_empty(&mask));
	}
}

static void writes_no_further_than_told(void **state)
{
	const char whole[] = "0-3,7,16-31";
	struct cpumask mask;
	char text[16];

	(void)state;
	assert_int_equal(cpumask_parse(whole, &mask), 0);
	assert_int_equal(cpumask_format(&mask, NULL, 0), strlen(whole));
	for (size_t size = 1; size < sizeof(text); size++) {
		size_t expect = size - 1 < strlen(whole) ? size - 1 : strlen(whole);

		memset(text, '#', sizeof(text));
		assert_int_equal(cpumask_format(&mask, text, size), strlen(whole));
		assert_int_equal(strlen(text), expect);
		assert_memory_equal(text, whole, expect);
		assert_int_equal(text[size], '#');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_lists),
		cmocka_unit_test(refuses_what_is_no_list),
		cmocka_unit_test(writes_no_further_than_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
