/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char *const names[] = { "park", "recreate", "rebind", "none", "empty" };
static const struct suggest_names known = { "contender", names, 5 };

static void distance_counts_edits(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned int distance;
	} cases[] = {
		{ "", "", 0 },
		{ "park", "park", 0 },
		{ "", "park", 4 },
		{ "park", "", 4 },
		{ "park", "pack", 1 },
		{ "park", "parks", 1 },
		{ "park", "ark", 1 },
		{ "park", "prak", 1 },
		{ "kitten", "sitting", 3 },
		{ "recreate", "recraete", 1 },
		{ "ca", "abc", 3 },
		{ "abcd", "badc", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(suggest_distance(cases[i].a, cases[i].b), cases[i].distance);
}

static void distance_is_bounded_for_long_words(void **state)
{
	char word[1000];

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(suggest_distance(word, "x"), 62);
	assert_int_equal(suggest_distance(word, word), 0);
}

static void slips_find_their_name(void **state)
{
	(void)state;
	assert_string_equal(suggest_nearest("prak", names, 5), "park");
	assert_string_equal(suggest_nearest("recraete", names, 5), "recreate");
	assert_string_equal(suggest_nearest("rec", names, 5), "recreate");
	assert_string_equal(suggest_nearest("nine", names, 5), "none");
}

static void other_words_find_none(void **state)
{
	(void)state;
	assert_null(suggest_nearest("hibernate", names, 5));
	assert_null(suggest_nearest("xyz", names, 5));
	assert_null(suggest_nearest("", names, 5));
	assert_null(suggest_nearest("park", names, 0));
}

static void message_is_one_line_with_a_way_out(void **state)
{
	char why[200], brief[20];

	(void)state;
	suggest_unknown(&known, "prak", why, sizeof(why));
	assert_string_equal(why, "unknown contender 'prak': did you mean 'park'?");
	suggest_unknown(&known, "xyz", why, sizeof(why));
	assert_string_equal(
		why, "unknown contender 'xyz': there are park, recreate, rebind, none, empty");
	suggest_unknown(&known, "xyz", brief, sizeof(brief));
	assert_int_equal(strlen(brief), sizeof(brief) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance_counts_edits),
		cmocka_unit_test(distance_is_bounded_for_long_words),
		cmocka_unit_test(slips_find_their_name),
		cmocka_unit_test(other_words_find_none),
		cmocka_unit_test(message_is_one_line_with_a_way_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
