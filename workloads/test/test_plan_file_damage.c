/* SPDX-License-Identifier: MIT */
/* A damaged plan file is refused in one line with its number, or it is another valid plan. */
#include "plan_text.h"

#include "random.h"

#include <errno.h>

static const char good[] = "parkbench-plan 1\n"
			   "workload walk\n"
			   "seed 42\n"
			   "cpus 1-3,7\n"
			   "steps 6\n"
			   "0 0 50 3 offline\n"
			   "1 1 60 7 offline\n"
			   "2 0 70 3 online\n"
			   "3 0 80 1 offline\n"
			   "4 1 90 7 online\n"
			   "5 0 18446744073 1 online\n";

#define GOOD_LENGTH (sizeof(good) - 1)

/* @from, which is somewhere in the good text, becomes @to. */
static const struct {
	const char *from, *to, *why;
} damages[] = {
	{ "parkbench-plan 1", "parkbench-plan 2",
	  "line 1: the plan has format 2; only format 1 is known" },
	{ "parkbench-plan 1", "parkbench-plan 01",
	  "line 1: expected \"parkbench-plan\" and the number of its format" },
	{ "parkbench-plan 1", "parkbench-plans 1",
	  "line 1: a plan starts with \"parkbench-plan 1\"; this is something else" },
	{ "parkbench-plan 1\n", "parkbench-plan 1\r\n",
	  "line 1: expected \"parkbench-plan\" and the number of its format" },
	{ "workload walk", "workload Walk",
	  "line 2: expected \"workload\" and a name of a-z, 0-9, _ and -" },
	{ "workload walk", "workload a23456789012345678901234567890123",
	  "line 2: expected \"workload\" and a name of a-z, 0-9, _ and -" },
	{ "seed 42", "seed 18446744073709551616",
	  "line 3: expected \"seed\" and a number up to 18446744073709551615" },
	{ "seed 42", "seed -1",
	  "line 3: expected \"seed\" and a number up to 18446744073709551615" },
	{ "seed 42", "seed 42 ",
	  "line 3: expected \"seed\" and a number up to 18446744073709551615" },
	{ "seed 42\n", "", "line 3: expected \"seed\" and a number up to 18446744073709551615" },
	{ "cpus 1-3,7", "cpus 1,2,3,7", "line 4: write the list of CPUs as 1-3,7" },
	{ "cpus 1-3,7", "cpus 7,1-3", "line 4: write the list of CPUs as 1-3,7" },
	{ "cpus 1-3,7", "cpus 1-3,8192",
	  "line 4: expected \"cpus\" and a list like 4-7,12 of CPUs below 8192" },
	{ "cpus 1-3,7", "cpus 1-3",
	  "line 7: step 1 (CPU 7) takes a CPU that is not of the plan's set" },
	{ "cpus 1-3,7", "cpus ",
	  "line 6: step 0 (CPU 3) takes a CPU that is not of the plan's set" },
	{ "steps 6", "steps 5", "line 10: CPU 1 is not back when the plan ends" },
	{ "steps 6", "steps 0", "line 5: the plan has no step" },
	{ "steps 6", "steps 7", "line 11: the file ends here, after 6 of 7 steps" },
	{ "steps 6", "steps 99999999999",
	  "line 5: expected \"steps\" and a number up to 16777216" },
	{ "0 0 50 3", "1 0 50 3", "line 6: expected step 0" },
	{ "1 1 60 7 offline\n", "", "line 7: expected step 1" },
	{ "1 1 60 7 offline\n", "1 1 60 7 offline\n1 1 60 7 offline\n", "line 8: expected step 2" },
	{ "1 1 60", "1 8192 60", "line 7: the lane is no number up to 8191" },
	{ "1 1 60", "1  60", "line 7: the lane is no number up to 8191" },
	{ "70 3", "9223372036854775808 3",
	  "line 8: planned_ns is no number up to 9223372036854775807" },
	{ "70 3", "1e3 3", "line 8: planned_ns is no number up to 9223372036854775807" },
	{ "70 3", "070 3", "line 8: planned_ns is no number up to 9223372036854775807" },
	{ "70 3", "40 3", "line 8: step 2 (CPU 3) is planned before the step in front of it" },
	{ "90 7", "90 8192", "line 10: the CPU is no number up to 8191" },
	{ "90 7", "90 3", "line 10: step 4 (CPU 3) brings a CPU back that is not away" },
	{ "70 3 online", "70 3 offline",
	  "line 8: step 2 (CPU 3) takes a CPU off that is off already" },
	{ "70 3 online", "70 3 up", "line 8: the action is neither \"offline\" nor \"online\"" },
	{ "70 3 online", "70 3", "line 8: the action is neither \"offline\" nor \"online\"" },
	{ "70 3 online", "70 3 online 4", "line 8: there is something behind the action" },
	{ "70 3 online", "70 3 online ", "line 8: there is something behind the action" },
};

static char *damaged(const char *from, const char *to, size_t *ret_length)
{
	const char *at = strstr(good, from);
	char *text = malloc(GOOD_LENGTH + strlen(to) + 1);

	assert_non_null(at);
	assert_non_null(text);
	*ret_length =
		(size_t)sprintf(text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
	return text;
}

static void names_line_and_fault(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct plan plan = { .nr_steps = 77 };
		char why[256] = "";
		size_t length;
		char *text = damaged(damages[i].from, damages[i].to, &length);

		assert_int_equal(load_text(text, length, &plan, why, sizeof(why)), -EINVAL);
		assert_string_equal(why, damages[i].why);
		assert_int_equal(plan.nr_steps, 77);
		free(text);
	}
}

/* Loaded means valid, and that it is written as it was read. */
static bool is_sound(const char *text, size_t length)
{
	struct plan plan;
	char why[256] = "";
	size_t length_again;
	char *again;
	int ret = load_text(text, length, &plan, why, sizeof(why));

	assert_true(ret == 1 || ret == -EINVAL || (ret == 0 && length == 0));
	if (ret != 1) {
		assert_true(length == 0 || strncmp(why, "line ", 5) == 0);
		return false;
	}
	assert_int_equal(plan_validate(&plan, why, sizeof(why)), 0);
	again = save_text(&plan, &length_again);
	assert_memory_equal(again, text, length_again);
	free(again);
	plan_fini(&plan);
	return true;
}

static void no_part_of_a_plan_is_a_plan(void **state)
{
	(void)state;
	for (size_t length = 0; length < GOOD_LENGTH; length++)
		assert_false(is_sound(good, length));
	assert_true(is_sound(good, GOOD_LENGTH));
}

static void every_other_byte_is_refused_or_sound(void **state)
{
	char text[sizeof(good)];
	unsigned int nr_loaded = 0;

	(void)state;
	for (size_t at = 0; at < GOOD_LENGTH; at++)
		for (int byte = 0; byte < 256; byte++) {
			memcpy(text, good, sizeof(good));
			text[at] = (char)byte;
			nr_loaded += is_sound(text, GOOD_LENGTH);
		}
	/* The unchanged text, and times, lanes, names and seeds that may be others. */
	assert_true(nr_loaded > GOOD_LENGTH);
}

static void random_damage_is_refused_or_sound(void **state)
{
	static const char pieces[] = "0123456789 \n-,offlineonlinestepscpus";
	char text[2 * sizeof(good)];
	struct random random;

	(void)state;
	random_init(&random, 3);
	for (int i = 0; i < 20000; i++) {
		size_t length = GOOD_LENGTH;

		memcpy(text, good, sizeof(good));
		for (uint64_t left = 1 + random_below(&random, 4); left > 0; left--) {
			size_t at = random_below(&random, length);
			size_t cut = random_below(&random, 3);

			cut = cut > length - at ? length - at : cut;
			memmove(text + at + 1, text + at + cut, length - at - cut);
			text[at] = pieces[random_below(&random, sizeof(pieces) - 1)];
			length += 1 - cut;
		}
		is_sound(text, length);
	}
}

static void a_line_without_end_is_refused(void **state)
{
	size_t length = 1 << 20;
	char *text = malloc(length);
	struct plan plan;
	char why[256];

	(void)state;
	assert_non_null(text);
	memset(text, '1', length);
	memcpy(text, "parkbench-plan 1", 16);
	assert_int_equal(load_text(text, length, &plan, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "line 1: the line is cut off, too long or no text");
	free(text);
}

static void a_directory_is_an_io_error(void **state)
{
	struct plan plan;
	char why[256] = "";
	FILE *file = fopen("/", "r");

	(void)state;
	assert_non_null(file);
	assert_int_equal(plan_load(file, &plan, why, sizeof(why)), -EIO);
	assert_string_equal(why, "the file cannot be read: Is a directory");
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_line_and_fault),
		cmocka_unit_test(no_part_of_a_plan_is_a_plan),
		cmocka_unit_test(every_other_byte_is_refused_or_sound),
		cmocka_unit_test(random_damage_is_refused_or_sound),
		cmocka_unit_test(a_line_without_end_is_refused),
		cmocka_unit_test(a_directory_is_an_io_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
