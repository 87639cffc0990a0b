/* SPDX-License-Identifier: MIT */
/* Who closes a turnstile waits neither for who has left nor beyond the deadline. */
#include "clock.h"
#include "turnstile.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_waits_for_those_that_can_come(void **state)
{
	struct turnstile turnstile;

	(void)state;
	turnstile_init(&turnstile);
	assert_int_equal(turnstile_wait_for(&turnstile, 1, clock_now_ns()), -ETIMEDOUT);
	turnstile_leave(&turnstile);
	assert_int_equal(turnstile_wait_for(&turnstile, 1, clock_now_ns()), 0);
	assert_int_equal(turnstile_wait_for(&turnstile, 2, clock_now_ns()), -ETIMEDOUT);
	turnstile_fini(&turnstile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits_for_those_that_can_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
