/* SPDX-License-Identifier: MIT */
/* The help names every option, has an example and fits a screen. */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const enum options_command commands[] = { OPTIONS_PLAN, OPTIONS_IMPACT, OPTIONS_RUN };

#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

static bool is_named(enum options_command command, const char *name)
{
	for (enum options_page page = OPTIONS_HELP; page < NR_OPTIONS_PAGES; page++) {
		const char *text = options_help(command, page);

		if (text && strstr(text, name))
			return true;
	}
	return false;
}

static void every_option_is_named(void **state)
{
	const char *name;

	(void)state;
	for (size_t c = 0; c < NR_COMMANDS; c++)
		for (size_t i = 0; (name = options_name(commands[c], i)); i++)
			if (!is_named(commands[c], name))
				fail_msg("%s is not in the help", name);
}

static void check_page(const char *text)
{
	size_t nr_lines = 0;

	assert_non_null(strstr(text, "\nexample: parkbench "));
	for (const char *end; (end = strchr(text, '\n')); text = end + 1, nr_lines++)
		if (end - text > 100)
			fail_msg("too wide: %.*s", (int)(end - text), text);
	assert_string_equal(text, "");
	assert_in_range(nr_lines, 24, 40);
}

static void each_page_fits_a_screen_and_has_an_example(void **state)
{
	(void)state;
	for (size_t c = 0; c < NR_COMMANDS; c++) {
		check_page(options_help(commands[c], OPTIONS_HELP));
		if (options_help(commands[c], OPTIONS_HELP_MORE))
			check_page(options_help(commands[c], OPTIONS_HELP_MORE));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_named),
		cmocka_unit_test(each_page_fits_a_screen_and_has_an_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
