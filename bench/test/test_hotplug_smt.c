/* SPDX-License-Identifier: MIT */
/* smt/control moves all second threads or, as far as anybody can see, none. */
#include "fake_kernel.h"
#include "hotplug.h"
#include "hotplug_sysfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct hotplug *smt;
static struct topology topo;
static struct hotplug_step step;
static char why[256];

/* CPUs 0 to 7, four cores of two threads. */
static int boot(void **state)
{
	static const struct hotplug_sysfs_terms terms = {
		.control = { .root = "/nowhere", .io = &fake_kernel_io },
		.is_container_forced = true,
		.settle_ns = 1000000,
	};

	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	for (unsigned int cpu = 0; cpu < 8; cpu++)
		kernel.is_present[cpu] = kernel.has_file[cpu] = kernel.is_online[cpu] = true;
	strcpy(kernel.smt, "on");
	topo = (struct topology){ .nr_cpus = 8, .is_this_machine = true };
	fake_kernel_mask(&topo.online);
	topo.present = topo.allowed = topo.online;
	hotplug_sysfs_begin(&terms);
	step = (struct hotplug_step){ .run = NULL };
	smt = hotplug_find("smt");
	return smt ? 0 : -1;
}

static void assert_online(const char *expected)
{
	struct cpumask now;
	char list[64];

	fake_kernel_mask(&now);
	cpumask_format(&now, list, sizeof(list));
	assert_string_equal(list, expected);
}

static void begin(void)
{
	assert_int_equal(smt->probe(&topo, why, sizeof(why)), 0);
	assert_false(smt->was_disturbed());
}

static void the_group_are_the_second_threads(void **state)
{
	struct cpumask group;
	char list[64];

	(void)state;
	smt->group(&topo, &group);
	cpumask_format(&group, list, sizeof(list));
	assert_string_equal(list, "1,3,5,7");
}

static void all_go_and_come_back(void **state)
{
	(void)state;
	begin();
	assert_int_equal(smt->move_group(false, &step), 0);
	assert_online("0,2,4,6");
	assert_int_equal(smt->offline(3, &step), 0);
	assert_false(smt->was_disturbed());
	assert_int_equal(smt->move_group(true, &step), 0);
	assert_online("0-7");
	assert_int_equal(smt->online(3, &step), 0);
	assert_false(smt->was_disturbed());
	assert_false(step.is_unchanged);
	assert_int_equal(kernel.nr_writes, 0);
}

static void a_refusal_changes_nothing(void **state)
{
	(void)state;
	begin();
	kernel.smt_error = EBUSY;
	assert_int_equal(smt->move_group(false, &step), -EBUSY);
	assert_online("0-7");
	assert_string_equal(smt->remark(0), "smt/control was refused 'off' (EBUSY)");
	assert_null(smt->remark(1));
	assert_false(smt->was_disturbed());
}

/* Interrupted while all are away: by itself a CPU is answered EPERM (M5). */
static void one_comes_back_with_all(void **state)
{
	(void)state;
	begin();
	assert_int_equal(smt->move_group(false, &step), 0);
	assert_int_equal(smt->online(5, &step), 0);
	assert_online("0-7");
	assert_string_equal(kernel.smt, "on");
	/* With smt/control on, one that stayed away comes alone. */
	kernel.is_online[5] = false;
	assert_int_equal(smt->online(5, &step), 0);
	assert_online("0-7");
}

static void what_was_there_is_no_doing_of_ours(void **state)
{
	(void)state;
	begin();
	assert_int_equal(smt->move_group(true, &step), 0);
	assert_true(step.is_unchanged);
}

static void another_writer_is_noticed(void **state)
{
	(void)state;
	begin();
	assert_int_equal(smt->move_group(false, &step), 0);
	kernel.is_online[2] = false;
	assert_true(smt->was_disturbed());
	assert_int_equal(smt->offline(1, &step), 0);
	kernel.is_online[1] = true;
	assert_int_equal(smt->offline(1, &step), HOTPLUG_NO_OP);
}

static void assert_not_possible(const char *control, int error, const char *reason)
{
	strcpy(kernel.smt, control);
	assert_int_equal(smt->probe(&topo, why, sizeof(why)), error);
	if (!strstr(why, reason))
		fail_msg("'%s': it says '%s'", control, why);
}

static void each_word_is_explained(void **state)
{
	(void)state;
	assert_not_possible("off", -ENOTSUP, "off already");
	assert_not_possible("forceoff", -ENOTSUP, "only a boot");
	assert_not_possible("notsupported", -ENOTSUP, "no second threads");
	assert_not_possible("notimplemented", -ENOTSUP, "CONFIG_HOTPLUG_SMT");
	assert_not_possible("2", -ENOTSUP, "only some of the threads");
	assert_not_possible("", -ENOENT, "no smt/control");
}

/* 'on' would bring it online: the machine would not be as found. */
static void a_hole_is_refused(void **state)
{
	(void)state;
	cpumask_clear_cpu(5, &topo.online);
	assert_not_possible("on", -EBUSY, "CPU 5 is offline");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_group_are_the_second_threads, boot),
		cmocka_unit_test_setup(all_go_and_come_back, boot),
		cmocka_unit_test_setup(a_refusal_changes_nothing, boot),
		cmocka_unit_test_setup(one_comes_back_with_all, boot),
		cmocka_unit_test_setup(what_was_there_is_no_doing_of_ours, boot),
		cmocka_unit_test_setup(another_writer_is_noticed, boot),
		cmocka_unit_test_setup(each_word_is_explained, boot),
		cmocka_unit_test_setup(a_hole_is_refused, boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
