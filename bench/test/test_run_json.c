/* SPDX-License-Identifier: MIT */
/* run.json: whole or not there, all digits, valid whatever the arguments were. */
#include "fake_root.h"
#include "run_json.h"
#include "sysfile.h"

#include <errno.h>
#include <math.h>

static char *const argv_odd[] = { "parkbench", "a \"b\"\n\t", "\xc3\xa4\xff", NULL };
static const char *const warnings[] = { "mine", NULL };
static const char *const one_file[] = { "samples.csv", NULL };

static int write_run(const char *root, const char *const *files)
{
	const struct environment_origin origin = { .root = root, .argv = argv_odd };
	const struct json_field params[] = { json_number("seed", UINT64_MAX),
					     json_real("share", 0.5), json_real("gap", NAN),
					     json_text("none", NULL), json_truth("is_held", true) };
	const struct json_field cell[] = { json_text("workload", "walk") };
	const struct json_record cells[] = { { cell, 1 } };
	const struct json_field cpu[] = { json_number("cpu", 3), json_text("l3", NULL) };
	const struct json_record cpus[] = { { cpu, 2 } };
	struct run_json_input input = {
		.run_id = "20260101T000000Z-1",
		.params = { params, 5 },
		.cells = { cells, 1 },
		.cpus = { cpus, 1 },
		.warnings = warnings,
		.files = files,
		.exit_code = 5,
	};
	struct environment env;
	int err;

	assert_int_equal(environment_collect(&origin, &env), 0);
	input.env = &env;
	err = run_json_write(root, &input);
	environment_fini(&env);
	return err;
}

static void assert_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
}

static void holds_what_it_was_given(void **state)
{
	char *text;

	fake_file(*state, "samples.csv", "abc");
	assert_int_equal(write_run(*state, one_file), 0);
	assert_int_equal(sysfile_load(*state, "run.json", &text), 0);
	assert_holds(text, "\"schema\":\t\"parkbench-run/1\"");
	assert_holds(text, "\"seed\":\t18446744073709551615");
	assert_holds(text, "\"share\":\t0.5");
	assert_holds(text, "\"gap\":\tnull");
	assert_holds(text, "\"none\":\tnull");
	assert_holds(text, "\"is_held\":\ttrue");
	assert_holds(text, "\"exit_code\":\t5");
	assert_holds(text, "\"end_utc\":\tnull");
	assert_holds(text, "\"warnings\":\t[\"mine\"]");
	assert_holds(text, "\"workload\":\t\"walk\"");
	assert_holds(text, "\"cpu\":\t3");
	assert_holds(text, "\"l3\":\tnull");
	assert_holds(text, "\"argv\":\t[\"parkbench\", \"a \\\"b\\\"\\n\\t\", \"\xc3\xa4?\"]");
	free(text);
}

static void files_are_pinned(void **state)
{
	char *text;

	fake_file(*state, "samples.csv", "abc");
	assert_int_equal(write_run(*state, one_file), 0);
	assert_int_equal(sysfile_load(*state, "run.json", &text), 0);
	assert_holds(text, "\"bytes\":\t4");
	assert_holds(text, "edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb");
	free(text);
}

static void leaves_nothing_else(void **state)
{
	char **names;

	assert_int_equal(write_run(*state, NULL), 0);
	assert_int_equal(sysfile_list(*state, "", &names), 1);
	assert_string_equal(names[0], "run.json");
	sysfile_list_free(names);
}

static void a_missing_file_is_no_run(void **state)
{
	assert_int_equal(write_run(*state, one_file), -ENOENT);
	assert_false(sysfile_exists(*state, "run.json"));
}

static void a_missing_directory_is_an_error(void **state)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/none", (const char *)*state);
	assert_int_equal(write_run(path, NULL), -ENOENT);
}

int main(void)
{
#define with_root(test) cmocka_unit_test_setup_teardown(test, fake_root_setup, fake_root_teardown)
	const struct CMUnitTest tests[] = {
		with_root(holds_what_it_was_given),
		with_root(files_are_pinned),
		with_root(leaves_nothing_else),
		with_root(a_missing_file_is_no_run),
		with_root(a_missing_directory_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
