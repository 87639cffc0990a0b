/* SPDX-License-Identifier: MIT */
/* What a hang report says about a thread: the bits that are set, by name. */
#include "kthread_check.h"

#include <kpark/describe.h>

static void says_what_is_set(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "described");
	char text[KTHREAD_DESCRIBE_BYTES];

	(void)state;
	wait_for_turns(&subject);
	kthread_describe(k, text, sizeof(text));
	assert_string_equal(text, "-, 0 waits, generation 0");
	assert_int_equal(bounded(kthread_park(k)), 0);
	kthread_describe(k, text, sizeof(text));
	assert_string_equal(text, "PARK PARKED SLEEP, 0 waits, generation 0");
	kthread_unpark(k);
	kthread_describe(k, text, sizeof(text));
	assert_string_equal(text, "-, 0 waits, generation 1");
	bounded(kthread_stop(k));
}

static void cuts_and_terminates(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "cut");
	char text[4];
	int length;

	(void)state;
	bounded(kthread_park(k));
	length = kthread_describe(k, text, sizeof(text));
	assert_string_equal(text, "PAR");
	assert_int_equal(length, strlen("PARK PARKED SLEEP, 0 waits, generation 0"));
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_set),
		cmocka_unit_test(cuts_and_terminates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
