/* SPDX-License-Identifier: MIT */
/* What the driver makes of each answer that a kernel can give. */
#include "fake_kernel.h"
#include "hotplug.h"
#include "hotplug_sysfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct hotplug *driver;
static struct hotplug_step step;

static int boot(void **state)
{
	const struct hotplug_sysfs_terms terms = {
		.control = { .root = "/nowhere", .io = &fake_kernel_io },
		.settle_ns = 5000000,
		.busy_ns = 20000000,
	};

	(void)state;
	fake_kernel_boot();
	hotplug_sysfs_begin(&terms);
	driver = hotplug_find("sysfs");
	step = (struct hotplug_step){ .nr_retries = 0 };
	return driver && !driver->was_disturbed() ? 0 : -1;
}

static void off_and_on(void **state)
{
	(void)state;
	assert_false(driver->is_simulated);
	assert_int_equal(driver->offline(1200, &step), 0);
	assert_false(kernel.is_online[1200]);
	assert_int_equal(driver->online(1200, &step), 0);
	assert_true(kernel.is_online[1200]);
	assert_false(step.is_unchanged);
	assert_false(driver->was_disturbed());
	assert_string_equal(kernel.order, "1200=0 1200=1 ");
}

static void already_there_is_unchanged(void **state)
{
	(void)state;
	assert_int_equal(driver->online(1, &step), 0);
	assert_true(step.is_unchanged);
	assert_int_equal(kernel.nr_writes, 0);
}

static void deaf_cpu_is_no_op(void **state)
{
	(void)state;
	kernel.is_deaf[2] = true;
	assert_int_equal(driver->offline(2, &step), HOTPLUG_NO_OP);
	kernel.is_online[2] = false;
	assert_int_equal(driver->online(2, &step), HOTPLUG_NO_OP);
	assert_null(driver->remark(0));
}

static void refusals_are_answers(void **state)
{
	static const int errors[] = { ENOSPC, EINVAL, EPERM, ERANGE, EIO, EOPNOTSUPP, EAGAIN };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		kernel.error = errors[i];
		kernel.nr_errors = 1;
		assert_int_equal(driver->offline(5, &step), -errors[i]);
		assert_true(kernel.is_online[5]);
		assert_int_equal(step.nr_retries, 0);
		assert_non_null(strstr(driver->remark(i), strerrorname_np(errors[i])));
	}
	assert_int_equal(driver->offline(5, &step), 0);
	assert_null(driver->remark(i));
}

static void no_space_is_learnt_as_the_limit(void **state)
{
	(void)state;
	assert_int_equal(driver->offline(1, &step), 0);
	kernel.errors_of[2] = ENOSPC;
	assert_int_equal(driver->offline(2, &step), -ENOSPC);
	assert_non_null(strstr(driver->remark(0), "the limit is 4 CPUs online"));
}

static void busy_passes(void **state)
{
	(void)state;
	kernel.error = EBUSY;
	kernel.nr_errors = 2;
	assert_int_equal(driver->offline(2, &step), 0);
	assert_int_equal(step.nr_retries, 2);
	assert_false(kernel.is_online[2]);
}

static void busy_for_ever_is_refused(void **state)
{
	(void)state;
	kernel.errors_of[2] = EBUSY;
	assert_int_equal(driver->offline(2, &step), -EBUSY);
	assert_in_range(step.nr_retries, 1, 20);
	assert_non_null(strstr(driver->remark(0), "CPU 2 was refused going (EBUSY): "));
}

static void no_control_file(void **state)
{
	const struct topology here = { .is_this_machine = true }, elsewhere = { .nr_cpus = 1 };

	(void)state;
	assert_int_equal(driver->offline(0, &step), -ENOENT);
	assert_false(driver->can_take(&here, 0));
	assert_false(driver->can_take(&here, 4));
	assert_true(driver->can_take(&here, 1200));
	assert_true(driver->can_take(&elsewhere, 0));
}

static void last_one_stays(void **state)
{
	(void)state;
	kernel.is_online[1] = kernel.is_online[2] = kernel.is_online[5] = false;
	kernel.is_online[0] = false;
	assert_int_equal(driver->offline(1200, &step), -EBUSY);
	assert_int_equal(kernel.nr_writes, 0);
	assert_non_null(strstr(driver->remark(0), "1 must stay online"));
}

static void other_writers_are_noticed(void **state)
{
	(void)state;
	kernel.is_online[3] = true;
	assert_true(driver->was_disturbed());
	assert_false(driver->was_disturbed());
	assert_int_equal(driver->offline(2, &step), 0);
	kernel.is_online[2] = true;
	assert_true(driver->was_disturbed());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(off_and_on, boot),
		cmocka_unit_test_setup(already_there_is_unchanged, boot),
		cmocka_unit_test_setup(deaf_cpu_is_no_op, boot),
		cmocka_unit_test_setup(refusals_are_answers, boot),
		cmocka_unit_test_setup(no_space_is_learnt_as_the_limit, boot),
		cmocka_unit_test_setup(busy_passes, boot),
		cmocka_unit_test_setup(busy_for_ever_is_refused, boot),
		cmocka_unit_test_setup(no_control_file, boot),
		cmocka_unit_test_setup(last_one_stays, boot),
		cmocka_unit_test_setup(other_writers_are_noticed, boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
