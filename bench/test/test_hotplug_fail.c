/* SPDX-License-Identifier: MIT */
/* Failures ordered from a kernel: at which state, in which step, and that none is left over. */
#include "fake_kernel.h"
#include "fake_root.h"
#include "hotplug.h"
#include "hotplug_sysfs.h"

static const struct hotplug *driver;

#define OFF 0
#define ON  1

static int begin(const char *root, const struct hotplug_fail_terms *fail, char *why, size_t size)
{
	const struct hotplug_sysfs_terms terms = {
		.control = { .root = root, .io = &fake_kernel_io },
		.settle_ns = 5000000,
		.busy_ns = 20000000,
	};

	fake_file(root, "sys/devices/system/cpu/hotplug/states",
		  "  0: offline\n 60: workqueue:prepare\n120: ap:online\n155: smpboot:threads\n"
		  "210: sched:active");
	fake_kernel_boot();
	hotplug_sysfs_begin(&terms);
	driver = hotplug_find("sysfs");
	return hotplug_sysfs_let_fail(fail, why, size);
}

/* One planned step: its result and the state at which it was to fail. */
static void step(unsigned int cpu, int way, int result, int state)
{
	struct hotplug_step step = { .is_planned = true };

	assert_int_equal(way == ON ? driver->online(cpu, &step) : driver->offline(cpu, &step),
			 result);
	assert_int_equal(step.fail_state, state);
	assert_int_equal(kernel.fail[cpu], 0);
	assert_int_equal(kernel.is_online[cpu], (way == ON) == !result);
}

/* One failure on the way down, one on the way up, and a cycle without: then the next state. */
static void every_state_both_ways(void **state)
{
	const struct hotplug_fail_terms all = { .is_wanted = true, .is_all = true };
	char why[256];

	assert_int_equal(begin(*state, &all, why, sizeof(why)), 0);
	step(1, OFF, -EAGAIN, 60);
	step(1, OFF, 0, 0);
	step(1, ON, -EAGAIN, 60);
	step(1, ON, 0, 0);
	/* 120 takes no order and is passed over; 210 has nothing to do on the way up. */
	step(1, OFF, -EAGAIN, 155);
	step(1, OFF, 0, 0);
	step(1, ON, -EAGAIN, 155);
	step(1, ON, 0, 0);
	step(1, OFF, -EAGAIN, 210);
	step(1, OFF, 0, 0);
	step(1, ON, 0, 210);
	hotplug_sysfs_begin(&(struct hotplug_sysfs_terms){ 0 });
}

static void cpus_take_turns_of_their_own(void **state)
{
	const struct hotplug_fail_terms two = { .is_wanted = true,
						.states = { 155, 60 },
						.nr_states = 2 };
	char why[256];

	assert_int_equal(begin(*state, &two, why, sizeof(why)), 0);
	step(1, OFF, -EAGAIN, 60);
	step(2, OFF, -EAGAIN, 155);
	step(1, OFF, 0, 0);
	step(2, OFF, 0, 0);
	step(2, ON, -EAGAIN, 60);
	step(1, ON, -EAGAIN, 155);
	hotplug_sysfs_begin(&(struct hotplug_sysfs_terms){ 0 });
}

static void what_is_not_planned_does_not_fail(void **state)
{
	const struct hotplug_fail_terms all = { .is_wanted = true, .is_all = true };
	struct hotplug_step step = { .is_planned = false };
	char why[256];

	assert_int_equal(begin(*state, &all, why, sizeof(why)), 0);
	assert_int_equal(driver->offline(1, &step), 0);
	assert_int_equal(driver->online(1, &step), 0);
	assert_int_equal(step.fail_state, 0);
	hotplug_sysfs_begin(&(struct hotplug_sysfs_terms){ 0 });
}

static void the_end_says_what_was_reached(void **state)
{
	const struct hotplug_fail_terms all = { .is_wanted = true, .is_all = true };
	char why[256];

	assert_int_equal(begin(*state, &all, why, sizeof(why)), 0);
	step(1, OFF, -EAGAIN, 60);
	assert_non_null(strstr(driver->remark(0), "at 1 states going and at 0 coming"));
	assert_non_null(strstr(driver->remark(0), "raise --cycles"));
	assert_null(driver->remark(1));
	hotplug_sysfs_begin(&(struct hotplug_sysfs_terms){ 0 });
}

static void a_state_that_is_not_there_is_refused(void **state)
{
	const struct hotplug_fail_terms other = { .is_wanted = true,
						  .states = { 60, 61 },
						  .nr_states = 2 };
	char why[256];

	assert_int_equal(begin(*state, &other, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "--fail-state 61: this kernel has no such state"));
}

#define root_test(test) cmocka_unit_test_setup_teardown(test, fake_root_setup, fake_root_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		root_test(every_state_both_ways),
		root_test(cpus_take_turns_of_their_own),
		root_test(what_is_not_planned_does_not_fail),
		root_test(the_end_says_what_was_reached),
		root_test(a_state_that_is_not_there_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
