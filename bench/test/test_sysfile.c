/* SPDX-License-Identifier: MIT */
#include "fake_root.h"
#include "sysfile.h"

#include <errno.h>

static void trims_the_end(void **state)
{
	char text[32];

	fake_file(*state, "sys/a", "value \t");
	assert_int_equal(sysfile_read(*state, "sys/a", text, sizeof(text)), 0);
	assert_string_equal(text, "value");
}

static void cuts_what_is_too_long(void **state)
{
	char text[4];

	fake_file(*state, "sys/a", "value");
	assert_int_equal(sysfile_read(*state, "sys/a", text, sizeof(text)), 0);
	assert_string_equal(text, "val");
}

static void leaves_the_buffer_when_missing(void **state)
{
	char text[8] = "before";

	assert_int_equal(sysfile_read(*state, "sys/none", text, sizeof(text)), -ENOENT);
	assert_string_equal(text, "before");
}

static void loads_what_is_long(void **state)
{
	char *text, line[40000];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	fake_file(*state, "proc/long", line);
	assert_int_equal(sysfile_load(*state, "proc/long", &text), 0);
	assert_string_equal(text, line);
	free(text);
}

static void parses_numbers_and_nothing_else(void **state)
{
	static const char *const bad[] = { "", "x", "12x", "1 2", "0x", "99999999999999999999" };
	int64_t number = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sysfile_parse_number(bad[i], &number), -EINVAL);
	assert_int_equal(number, 7);
	assert_int_equal(sysfile_parse_number(" -12\n", &number), 0);
	assert_int_equal(number, -12);
	assert_int_equal(sysfile_parse_number("0x1f", &number), 0);
	assert_int_equal(number, 31);
	assert_int_equal(sysfile_parse_number("010", &number), 0);
	assert_int_equal(number, 10);
}

static void finds_fields_by_their_whole_name(void **state)
{
	const char *text = "cpu family\t: 6\nCONFIG_HZ_250=y\nCONFIG_HZ=250\nmodel : x : y \n";
	char value[16];

	(void)state;
	assert_int_equal(sysfile_field(text, "CONFIG_HZ", value, sizeof(value)), 0);
	assert_string_equal(value, "250");
	assert_int_equal(sysfile_field(text, "model", value, sizeof(value)), 0);
	assert_string_equal(value, "x : y");
	assert_int_equal(sysfile_field(text, "cpu", value, sizeof(value)), -ENOENT);
	assert_int_equal(sysfile_field(text, "family", value, sizeof(value)), -ENOENT);
}

static void lists_in_order(void **state)
{
	char **names;

	fake_file(*state, "sys/d/b", "");
	fake_file(*state, "sys/d/a", "");
	assert_int_equal(sysfile_list(*state, "sys/d", &names), 2);
	assert_string_equal(names[0], "a");
	assert_string_equal(names[1], "b");
	assert_null(names[2]);
	sysfile_list_free(names);
	assert_int_equal(sysfile_list(*state, "sys/none", &names), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trims_the_end, fake_root_setup, fake_root_teardown),
		cmocka_unit_test_setup_teardown(cuts_what_is_too_long, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(leaves_the_buffer_when_missing, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(loads_what_is_long, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test(parses_numbers_and_nothing_else),
		cmocka_unit_test(finds_fields_by_their_whole_name),
		cmocka_unit_test_setup_teardown(lists_in_order, fake_root_setup,
						fake_root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
