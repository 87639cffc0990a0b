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

static void every_option_is_named(void **state)
{
	const char *name;

	(void)state;
	for (size_t c = 0; c < NR_COMMANDS; c++)
		for (size_t i = 0; (name = options_name(commands[c], i)); i++)
			if (!strstr(options_help(commands[c]), name))
				fail_msg("%s is not in the help", name);
}

static void it_fits_a_screen(void **state)
{
	(void)state;
	for (size_t c = 0; c < NR_COMMANDS; c++) {
		const char *text = options_help(commands[c]);
		size_t nr_lines = 0;

		for (const char *end; (end = strchr(text, '\n')); text = end + 1, nr_lines++)
			if (end - text > 100)
				fail_msg("too wide: %.*s", (int)(end - text), text);
		assert_string_equal(text, "");
		assert_in_range(nr_lines, 24, 40);
	}
}

static void it_has_an_example(void **state)
{
	(void)state;
	for (size_t c = 0; c < NR_COMMANDS; c++)
		assert_non_null(strstr(options_help(commands[c]), "\nexample: parkbench "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_named),
		cmocka_unit_test(it_fits_a_screen),
		cmocka_unit_test(it_has_an_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
