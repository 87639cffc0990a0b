/* SPDX-License-Identifier: MIT */
/* Every field comes out as RFC 4180 wants it, with "." in numbers whatever the locale. */
#include "csv_writer.h"
#include "scratch_dir.h"

#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const expected =
	"plain,\"a,b\",\"say \"\"no\"\"\",\"\"\"\",\"two\nlines\",\"cr\r\",,\n"
	"0,7,18446744073709551615\n"
	"0.5,-0.25,0.30000000000000004,123456789.125,1e-09,9007199254740992,1e+22,,,\n"
	"\xc3\xa4\n";

static void put_all(struct csv_writer *csv)
{
	const char *const texts[] = { "plain",	    "a,b",  "say \"no\"", "\"",
				      "two\nlines", "cr\r", NULL,	  "" };
	const double numbers[] = { 0.5,	 -0.25, 0.1 + 0.2, 123456789.125, 1e-9, 9007199254740992.0,
				   1e22, NAN,	INFINITY };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		csv_put_text(csv, texts[i]);
	csv_end_row(csv);
	csv_put_u64(csv, 0);
	csv_put_u64(csv, 7);
	csv_put_u64(csv, UINT64_MAX);
	csv_end_row(csv);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		csv_put_double(csv, numbers[i]);
	csv_put_empty(csv);
	csv_end_row(csv);
	csv_put_text(csv, "\xc3\xa4");
	csv_end_row(csv);
}

static void fields_are_the_same_in_all_locales(void **state)
{
	const char *const locales[] = { "C", "C.UTF-8", "de_DE.UTF-8" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct scratch scratch;
		struct csv_writer csv;
		char *text;

		if (!setlocale(LC_ALL, locales[i])) {
			print_message("no locale %s here\n", locales[i]);
			continue;
		}
		assert_int_equal(scratch_init(&scratch), 0);
		assert_int_equal(csv_open(&csv, scratch.path, "x.csv"), 0);
		put_all(&csv);
		assert_int_equal(csv_commit(&csv), 0);
		text = scratch_read(scratch.path, "x.csv");
		assert_string_equal(text, expected);
		free(text);
		scratch_fini(&scratch);
	}
	setlocale(LC_ALL, "C");
}

/* Across the end of the writer's buffer, with one field larger than it. */
static void long_fields_stay_whole(void **state)
{
	const size_t size = 3 << 20;
	struct scratch scratch;
	struct csv_writer csv;
	char *field = malloc(size + 1), *text;

	(void)state;
	for (size_t i = 0; i < size; i++)
		field[i] = (char)('a' + i % 26);
	field[size] = '\0';
	assert_int_equal(scratch_init(&scratch), 0);
	assert_int_equal(csv_open(&csv, scratch.path, "x.csv"), 0);
	for (int row = 0; row < 2; row++) {
		csv_put_text(&csv, field);
		csv_end_row(&csv);
	}
	assert_int_equal(csv_commit(&csv), 0);
	text = scratch_read(scratch.path, "x.csv");
	assert_int_equal(strlen(text), 2 * size + 2);
	assert_memory_equal(text, field, size);
	assert_memory_equal(text + size + 1, field, size);
	free(text);
	free(field);
	scratch_fini(&scratch);
}

/* Words are copied while they are looked at, numbers by pairs of digits: around all lengths. */
static void every_length_comes_out_whole(void **state)
{
	char expected_row[256], word[100] = "";
	struct scratch scratch;
	struct csv_writer csv;
	uint64_t power = 1;
	char *text, *line, *rest;

	(void)state;
	assert_int_equal(scratch_init(&scratch), 0);
	assert_int_equal(csv_open(&csv, scratch.path, "x.csv"), 0);
	for (size_t i = 0; i < sizeof(word) - 1; i++, power = i % 20 ? power * 10 : 1) {
		word[i] = 'a';
		csv_put_text(&csv, word);
		csv_put_u64(&csv, power - 1);
		csv_put_u64(&csv, power);
		word[i] = ',';
		csv_put_text(&csv, word);
		word[i] = 'a';
		csv_end_row(&csv);
	}
	assert_int_equal(csv_commit(&csv), 0);
	text = scratch_read(scratch.path, "x.csv");
	line = strtok_r(text, "\n", &rest);
	power = 1;
	for (int i = 0; i < (int)sizeof(word) - 1; i++, power = i % 20 ? power * 10 : 1) {
		snprintf(expected_row, sizeof(expected_row),
			 "%.*s,%" PRIu64 ",%" PRIu64 ",\"%.*s,\"", i + 1, word, power - 1, power, i,
			 word);
		assert_non_null(line);
		assert_string_equal(line, expected_row);
		line = strtok_r(NULL, "\n", &rest);
	}
	assert_null(line);
	free(text);
	scratch_fini(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_the_same_in_all_locales),
		cmocka_unit_test(long_fields_stay_whole),
		cmocka_unit_test(every_length_comes_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
