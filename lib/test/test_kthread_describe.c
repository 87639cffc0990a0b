/* SPDX-License-Identifier: MIT */
/* What a hang report says about a thread: the bits that are set, by name. */
#include "kthread_check.h"

#include <kpark/describe.h>

static const char *described(struct kthread *k)
{
	static char text[KTHREAD_DESCRIBE_BYTES];

	assert_in_range(kthread_describe(k, text, sizeof(text)), 1, sizeof(text) - 1);
	return text;
}

static void says_what_is_set(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "described");

	(void)state;
	wait_for_turns(&subject);
	assert_string_equal(described(k), "-, 0 parkers, generation 0");
	assert_int_equal(bounded(kthread_park(k)), 0);
	/* A futex that returned for no reason has stirred it. */
	if (strcmp(described(k), "PARK PARKED SLEEP STIRRED, 1 parkers, generation 0"))
		assert_string_equal(described(k), "PARK PARKED SLEEP, 1 parkers, generation 0");
	kthread_unpark(k);
	assert_string_equal(described(k), "-, 0 parkers, generation 1");
	bounded(kthread_stop(k));
}

static void says_that_a_controller_sleeps(void **state)
{
	struct subject subject = { .is_deaf = true };
	struct kthread *k = kthread_run(count_turns, &subject, "deaf");
	struct caller parker;

	(void)state;
	wait_for_turns(&subject);
	caller_start(&parker, kthread_park, k);
	wait_until(strcmp(described(k), "PARK AWAITED, 1 parkers, generation 0") == 0);
	atomic_store(&subject.is_deaf, false);
	assert_int_equal(caller_join(&parker), 0);
	assert_null(strstr(described(k), "AWAITED"));
	bounded(kthread_stop(k));
}

static void says_that_it_was_stirred(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "stirred");

	(void)state;
	wait_for_turns(&subject);
	assert_int_equal(bounded(kthread_park(k)), 0);
	hold(k);
	release();
	wait_until(strcmp(described(k), "PARK PARKED SLEEP STIRRED, 1 parkers, generation 0") == 0);
	kthread_unpark(k);
	assert_string_equal(described(k), "-, 0 parkers, generation 1");
	bounded(kthread_stop(k));
}

static void says_what_is_left_of_it(void **state)
{
	struct subject subject = { .has_to_end = true };
	struct kthread *k = kthread_run(count_turns, &subject, "ended");

	(void)state;
	wait_for_end(k);
	assert_string_equal(described(k), "EXITED, 0 parkers, generation 1");
	bounded(kthread_stop(k));
}

static void cuts_and_terminates(void **state)
{
	struct subject subject = { 0 };
	struct kthread *k = kthread_run(count_turns, &subject, "cut");
	int length = (int)strlen("-, 0 parkers, generation 0");
	char text[4];

	(void)state;
	wait_for_turns(&subject);
	assert_int_equal(kthread_describe(k, text, sizeof(text)), length);
	assert_string_equal(text, "-, ");
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_set),
		cmocka_unit_test(says_that_a_controller_sleeps),
		cmocka_unit_test(says_that_it_was_stirred),
		cmocka_unit_test(says_what_is_left_of_it),
		cmocka_unit_test(cuts_and_terminates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
