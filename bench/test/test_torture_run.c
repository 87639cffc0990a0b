/* SPDX-License-Identifier: MIT */
/* A short torture: everything is tried, every invariant is looked at, and all of them hold. */
#include "torture.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct torture_options options = {
	.seed = 3, .nr_ops = 4000, .nr_threads = 6, .nr_controllers = 3
};

static void set_up(const char *hotplug)
{
	struct cpumask allowed = { { 0 } };

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), (cpu_set_t *)allowed.bits), 0);
	cpumask_clear(&options.cpus);
	cpumask_set_cpu(cpumask_first(&allowed), &options.cpus);
	cpumask_set_cpu(cpumask_last(&allowed), &options.cpus);
	options.hotplug = hotplug_find(hotplug);
	options.watchdog_ns = torture_default_watchdog_ns();
	for (int op = 0; op < NR_TORTURE_OPS; op++)
		options.weights[op] = torture_ops[op].weight;
}

static void run(struct torture_report *report)
{
	assert_int_equal(torture_run(&options, report), 0);
	if (report->invariant)
		print_message("%s\n%s", report->why, report->dump);
	assert_int_equal(report->invariant, 0);
	assert_false(report->is_hung);
}

static void all_hold(void **state)
{
	static struct torture_report report;

	(void)state;
	set_up("logical");
	run(&report);
	for (int op = 0; op < NR_TORTURE_OPS; op++) {
		assert_true(report.counts[op].nr_tried > 0);
		assert_true(report.counts[op].nr_done <= report.counts[op].nr_tried);
		assert_true(report.counts[op].min_ns <= report.counts[op].max_ns);
	}
	for (int i = 1; i <= 8; i++)
		assert_true(report.nr_checks[i] > 0);
	assert_true(report.nr_up > 0 && report.nr_down > 0 && report.nr_rolled_back > 0);
	assert_int_equal(report.nr_created, report.nr_stopped);
}

static void no_cpu_walks_without_a_driver(void **state)
{
	static struct torture_report report;

	(void)state;
	set_up("none");
	run(&report);
	assert_int_equal(report.nr_up + report.nr_down, 0);
	assert_int_equal(report.counts[TORTURE_CPU].nr_tried, 0);
	assert_true(report.counts[TORTURE_HOLD].nr_done > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_hold),
		cmocka_unit_test(no_cpu_walks_without_a_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
