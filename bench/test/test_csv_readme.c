/* SPDX-License-Identifier: MIT */
/* results/README.md is what the table of columns says. */
#include "csv.h"
#include "golden.h"

static void readme_matches_the_table(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(csv_print_columns(out, true), 0);
	fclose(out);
	assert_golden(text, "../../results/README.md");
	free(text);
}

static void terminal_lists_every_file(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(csv_print_columns(out, false), 0);
	fclose(out);
	for (int file = 0; file < NR_CSV_FILES; file++)
		assert_non_null(strstr(text, csv_file_name((enum csv_file)file)));
	assert_null(strchr(text, '`'));
	free(text);
}

static void full_disk_is_noticed(void **state)
{
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	if (!out)
		skip();
	assert_int_not_equal(csv_print_columns(out, true), 0);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readme_matches_the_table),
		cmocka_unit_test(terminal_lists_every_file),
		cmocka_unit_test(full_disk_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
