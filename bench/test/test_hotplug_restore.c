/* SPDX-License-Identifier: MIT */
/* The machine exactly as it was: holes stay holes, siblings come back, what fails is named. */
#include "clock.h"
#include "fake_kernel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct hotplug_control control = { .root = "/nowhere", .io = &fake_kernel_io };
static struct hotplug_state before;
static struct hotplug_repair repair;

static int boot(void **state)
{
	(void)state;
	fake_kernel_boot();
	strcpy(kernel.smt, "on");
	return hotplug_control_state(&control, &before);
}

static int restore(void)
{
	return hotplug_control_restore(&control, &before, clock_now_ns() + 5000000, &repair);
}

static void assert_as_before(void)
{
	struct cpumask now;

	fake_kernel_mask(&now);
	assert_true(cpumask_equal(&now, &before.online));
}

static void nothing_to_do(void **state)
{
	(void)state;
	assert_int_equal(restore(), 0);
	assert_int_equal(kernel.nr_writes, 0);
	assert_true(cpumask_empty(&repair.brought_back));
}

static void holes_stay_holes(void **state)
{
	(void)state;
	kernel.is_online[1] = kernel.is_online[1200] = false;
	kernel.is_online[3] = true;
	assert_int_equal(restore(), 0);
	assert_as_before();
	/* The missing ones first: never is the last one asked to go. */
	assert_string_equal(kernel.order, "1=1 1200=1 3=0 ");
	assert_true(cpumask_test_cpu(1200, &repair.brought_back));
	assert_true(cpumask_test_cpu(3, &repair.taken_off));
}

static void smt_comes_first(void **state)
{
	(void)state;
	strcpy(kernel.smt, "off");
	kernel.is_online[1] = kernel.is_online[5] = false;
	assert_int_equal(restore(), 0);
	assert_true(repair.is_smt_changed);
	assert_string_equal(kernel.smt, "on");
	assert_as_before();
}

static void busy_is_waited_for(void **state)
{
	(void)state;
	kernel.is_online[2] = false;
	kernel.error = EBUSY;
	kernel.nr_errors = 1;
	assert_int_equal(restore(), 0);
	assert_as_before();
}

static void what_fails_is_named(void **state)
{
	(void)state;
	kernel.is_online[1] = kernel.is_online[2] = false;
	kernel.errors_of[1] = EIO;
	assert_int_equal(restore(), -EIO);
	assert_int_equal(repair.error, EIO);
	assert_true(cpumask_test_cpu(1, &repair.failed));
	assert_true(cpumask_test_cpu(2, &repair.brought_back));
	assert_true(kernel.is_online[2]);
}

/* The suite was killed between ordering a failure and the step. */
static void no_failure_is_left_behind(void **state)
{
	(void)state;
	kernel.is_online[2] = false;
	assert_int_equal(hotplug_control_set_fail(&control, 2, 60), 0);
	assert_int_equal(hotplug_control_set_fail(&control, 5, 60), 0);
	assert_int_equal(hotplug_control_fail(&control, 5), 60);
	assert_int_equal(restore(), 0);
	assert_as_before();
	assert_int_equal(hotplug_control_fail(&control, 2), -1);
	assert_int_equal(hotplug_control_fail(&control, 5), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_to_do, boot),
		cmocka_unit_test_setup(holes_stay_holes, boot),
		cmocka_unit_test_setup(smt_comes_first, boot),
		cmocka_unit_test_setup(busy_is_waited_for, boot),
		cmocka_unit_test_setup(what_fails_is_named, boot),
		cmocka_unit_test_setup(no_failure_is_left_behind, boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
