/* SPDX-License-Identifier: MIT */
/* An arrival is noted whichever the thread meets first: the expectation or the work. */
#include "tenant.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct duty_cpu duty;
static struct arrivals arrivals;
static struct tenant tenant;

static int set_up(void **state)
{
	(void)state;
	duty_cpu_init(&duty, duty_find("sleep"), 0);
	arrivals_init(&arrivals);
	tenant = (struct tenant){ .duty = &duty, .arrivals = &arrivals };
	arrivals_begin(&arrivals, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arrivals_fini(&arrivals);
	return 0;
}

static void expect_arrived(void)
{
	assert_int_equal(arrivals_wait(&arrivals, true, 0), 0);
	assert_true(tenant.arrival.first_ns > 0);
	assert_true(tenant.arrival.first_work_ns >= tenant.arrival.first_ns);
	assert_false(tenant_work(&tenant));
}

static void test_expected_before_it_looks(void **state)
{
	(void)state;
	tenant_expect(&tenant);
	tenant_arrive(&tenant);
	assert_true(tenant_work(&tenant));
	expect_arrived();
}

/* A thread that runs on may have looked already when the work comes. */
static void test_expected_after_it_looked(void **state)
{
	(void)state;
	tenant_arrive(&tenant);
	tenant_expect(&tenant);
	assert_true(tenant_work(&tenant));
	expect_arrived();
}

static void test_taken_back(void **state)
{
	(void)state;
	tenant_expect(&tenant);
	tenant_unexpect(&tenant);
	tenant_arrive(&tenant);
	assert_false(tenant_work(&tenant));
	assert_int_equal(arrivals_wait(&arrivals, true, 0), -ETIMEDOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_expected_before_it_looks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_expected_after_it_looked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_taken_back, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
