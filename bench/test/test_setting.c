/* SPDX-License-Identifier: MIT */
/* What a file of the kernel shows, what to write to have it back, and putting many back. */
#include "fake_root.h"
#include "setting.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>

static void shows_what_was_written(void **state)
{
	(void)state;
	assert_true(setting_shows("performance", "performance"));
	assert_true(setting_shows("4096\t131072\t6291456", "4096 131072 6291456"));
	assert_true(setting_shows("0x10", "16"));
	assert_true(setting_shows("Y", "1"));
	assert_true(setting_shows("N", "0"));
	assert_true(setting_shows("always [madvise] never", "madvise"));
	assert_true(setting_shows("none voluntary (full)", "full"));
}

static void does_not_show_another(void **state)
{
	(void)state;
	assert_false(setting_shows("powersave", "performance"));
	assert_false(setting_shows("4096 131072", "4096 131072 6291456"));
	assert_false(setting_shows("1", "10"));
	assert_false(setting_shows("Y", "0"));
	assert_false(setting_shows("always [madvise] never", "always"));
	assert_false(setting_shows("", "0"));
}

static void assert_word(const char *line, const char *expected)
{
	char word[SETTING_VALUE_BYTES];

	setting_word(line, word);
	assert_string_equal(word, expected);
}

static void the_chosen_one_is_the_word(void **state)
{
	(void)state;
	assert_word("always [madvise] never", "madvise");
	assert_word("none voluntary (full)", "full");
	assert_word("[mq-deadline] none", "mq-deadline");
	assert_word("schedutil", "schedutil");
	assert_word("a [b", "a [b");
	assert_word("f(x) y", "f(x) y");
}

static void assert_file(const char *root, const char *path, const char *expected)
{
	char full[4096], text[64] = "";
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	file = fopen(full, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	assert_string_equal(text, expected);
}

static void only_what_differs_is_put_back(void **state)
{
	const struct hotplug_control control = { .root = *state };
	struct settings settings = { .nr = 0 };
	struct settings_repair repair;

	fake_file(*state, "sys/a", "1");
	fake_file(*state, "sys/b", "performance");
	assert_int_equal(settings_add(&settings, "sys/a", "1"), 0);
	assert_int_equal(settings_add(&settings, "sys/b", "powersave"), 0);
	assert_int_equal(settings_restore(&control, &settings, &repair), 0);
	assert_int_equal(repair.nr_back, 1);
	assert_null(repair.failed);
	assert_file(*state, "sys/a", "1");
	assert_file(*state, "sys/b", "powersave");
	settings_fini(&settings);
}

static void one_that_fails_keeps_no_other_from_it(void **state)
{
	const struct hotplug_control control = { .root = *state };
	struct settings settings = { .nr = 0 };
	struct settings_repair repair;

	fake_file(*state, "sys/a", "5");
	fake_file(*state, "sys/c", "5");
	assert_int_equal(settings_add(&settings, "sys/a", "12"), 0);
	assert_int_equal(settings_add(&settings, "sys/gone", "1"), 0);
	assert_int_equal(settings_add(&settings, "sys/c", "7"), 0);
	assert_int_equal(settings_restore(&control, &settings, &repair), -EIO);
	assert_int_equal(repair.nr_back, 2);
	assert_string_equal(repair.failed->path, "sys/gone");
	assert_int_equal(repair.error, ENOENT);
	assert_file(*state, "sys/a", "12");
	assert_file(*state, "sys/c", "7");
	settings_fini(&settings);
}

static char tunable[4096];

/* Runs before the write that it answers has returned: one thread, and its own signal. */
static void make_tunable(int number)
{
	int fd = open(tunable, O_WRONLY | O_CREAT | O_EXCL, 0666);

	(void)number;
	if (fd >= 0)
		close(fd);
}

static void one_appears_under_another(void **state)
{
	const struct hotplug_control control = { .root = *state };
	struct settings settings = { .nr = 0 };
	struct settings_repair repair;
	char dir[4096];
	int fd;

	fake_file(*state, "sys/policy/governor", "powersave");
	snprintf(dir, sizeof(dir), "%s/sys/policy", (char *)*state);
	snprintf(tunable, sizeof(tunable), "%s/sys/rate", (char *)*state);
	signal(SIGIO, make_tunable);
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	if (fcntl(fd, F_NOTIFY, DN_MODIFY))
		skip();
	assert_int_equal(settings_add(&settings, "sys/policy/governor", "schedutil"), 0);
	assert_int_equal(settings_add(&settings, "sys/rate", "500"), 0);
	assert_int_equal(settings_restore(&control, &settings, &repair), 0);
	assert_int_equal(repair.nr_back, 2);
	assert_file(*state, "sys/rate", "500");
	settings_fini(&settings);
	close(fd);
	signal(SIGIO, SIG_DFL);
}

static void this_machine_is_kept_by_the_variable(void **state)
{
	const struct hotplug_control control = { .root = NULL };

	(void)state;
	assert_int_equal(setenv(HOTPLUG_REAL_VARIABLE, "never", 1), 0);
	assert_int_equal(setting_write(&control, "tmp/parkbench-no-such-file", "1"), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_what_was_written),
		cmocka_unit_test(does_not_show_another),
		cmocka_unit_test(the_chosen_one_is_the_word),
		cmocka_unit_test_setup_teardown(only_what_differs_is_put_back, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(one_that_fails_keeps_no_other_from_it,
						fake_root_setup, fake_root_teardown),
		cmocka_unit_test_setup_teardown(one_appears_under_another, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test(this_machine_is_kept_by_the_variable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
