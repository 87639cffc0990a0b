/* SPDX-License-Identifier: MIT */
/* A perf that is missing, dies, hangs or is told nonsense is one line and an errno, no harm. */
#include "perftool.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/test_perftool_errors.XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* From now on "perf" is this shell script; its control socket is descriptor 3. */
static void pretend(const char *script)
{
	FILE *file = fopen(in_dir("perf"), "w");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	assert_int_equal(chmod(in_dir("perf"), 0755), 0);
}

static const struct {
	const char *command, *says;
} nonsense[] = {
	{ "", "stat or record" },	   { "top", "stat or record" },
	{ "perf stat", "stat or record" }, { "stat -e 'cycles", "quote" },
	{ "stat -e \"cycles'", "quote" },  { "stat --delay=5", "--delay" },
	{ "stat -D 5", "--delay" },	   { "record --control fd:1", "--control" },
	{ "stat -- sleep 1", "--" },
};

static void nonsense_is_refused(void **state)
{
	(void)state;
	pretend("exit 0");
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		struct perftool *perftool = NULL;
		char why[256] = "";

		assert_int_equal(
			perftool_start(nonsense[i].command, dir, &perftool, why, sizeof(why)),
			-EINVAL);
		if (!strstr(why, nonsense[i].says))
			fail_msg("'%s' is refused with '%s'", nonsense[i].command, why);
		assert_null(perftool);
	}
}

static void a_missing_perf_is_named(void **state)
{
	struct perftool *perftool = NULL;
	char why[256] = "";

	(void)state;
	unlink(in_dir("perf"));
	assert_int_equal(perftool_start("stat", dir, &perftool, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "linux-perf"));
}

static void the_last_words_are_quoted(void **state)
{
	struct perftool *perftool = NULL;
	char why[256] = "";

	(void)state;
	pretend("echo 'Error:'; echo; echo '  No permission to enable cycles event.'; exit 255");
	assert_int_equal(perftool_start("stat", dir, &perftool, why, sizeof(why)), -EPIPE);
	assert_non_null(strstr(why, "perf ended by itself: No permission to enable"));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* It answers once, to the question whether it is there; then it is gone. */
static void an_early_death_is_seen(void **state)
{
	struct perftool *perftool = NULL;
	char why[256] = "";

	(void)state;
	pretend("read line <&3; echo ack >&3; read line <&3; exit 3");
	assert_int_equal(perftool_start("stat", dir, &perftool, why, sizeof(why)), 0);
	assert_int_equal(perftool_enable(perftool, why, sizeof(why)), -EPIPE);
	assert_int_equal(perftool_disable(perftool, why, sizeof(why)), -EPIPE);
	assert_int_equal(perftool_finish(perftool, why, sizeof(why)), 3);
	assert_non_null(strstr(why, "perf failed"));
}

/* What perf gets to see for @command, one <word> per line. */
static void read_words(const char *command, char *words, size_t size)
{
	struct perftool *perftool = NULL;
	char why[256] = "";
	FILE *log;
	size_t n;

	pretend("for word; do echo \"<$word>\"; done; "
		"while read line <&3; do echo ack >&3; done");
	assert_int_equal(perftool_start(command, dir, &perftool, why, sizeof(why)), 0);
	assert_int_equal(perftool_finish(perftool, why, sizeof(why)), 0);
	log = fopen(in_dir("perf.log"), "re");
	assert_non_null(log);
	n = fread(words, 1, size - 1, log);
	words[n] = '\0';
	fclose(log);
}

static void the_arguments_arrive_as_quoted(void **state)
{
	char words[512], expected[512];

	(void)state;
	read_words("stat -a 'two words' a\\ b \"it's\" '' x\"\"y", words, sizeof(words));
	snprintf(expected, sizeof(expected),
		 "<stat>\n<--control>\n<fd:3,3>\n<--delay=-1>\n<-o>\n<%s/perf.stat.txt>\n"
		 "<-a>\n<two words>\n<a b>\n<it's>\n<>\n<xy>\n",
		 dir);
	assert_string_equal(words, expected);
}

/* Ours is not there beside it: the two together would be an error to some perfs. */
static void an_output_or_target_of_ones_own_stands_alone(void **state)
{
	char words[512];

	(void)state;
	read_words("record --output=x --pid 1", words, sizeof(words));
	assert_string_equal(words, "<record>\n<--control>\n<fd:3,3>\n<--delay=-1>\n"
				   "<--output=x>\n<--pid>\n<1>\n");
}

static int remove_dir(void **state)
{
	(void)state;
	unlink(in_dir("perf"));
	unlink(in_dir("perf.log"));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(a_missing_perf_is_named),
		cmocka_unit_test(the_last_words_are_quoted),
		cmocka_unit_test(an_early_death_is_seen),
		cmocka_unit_test(the_arguments_arrive_as_quoted),
		cmocka_unit_test(an_output_or_target_of_ones_own_stands_alone),
	};

	if (!mkdtemp(dir) || setenv("PATH", dir, 1))
		return 1;
	return cmocka_run_group_tests(tests, NULL, remove_dir);
}
