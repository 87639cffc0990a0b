/* SPDX-License-Identifier: MIT */
/* What the user gave is what struct options holds; the rest are the defaults. */
#include "argv.h"

#include "contender.h"
#include "duty.h"
#include "hotplug.h"
#include "workload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct argv argv;

static struct options parsed(enum options_command command, const char *line)
{
	struct options options;
	struct option_why why;

	if (argv_parse(&argv, command, line, &options, &why))
		fail_msg("%s: %s", line, why.text);
	return options;
}

static void defaults_are_complete(void **state)
{
	const struct options o = parsed(OPTIONS_RUN, "run");

	(void)state;
	assert_int_equal(o.nr_contenders, 5);
	assert_string_equal(o.contenders[0]->name, "park");
	assert_string_equal(o.contenders[4]->name, "empty");
	assert_int_equal(o.nr_workloads, 0);
	assert_int_equal(o.nr_duties, 2);
	assert_string_equal(o.duties[0]->name, "sleep");
	assert_int_equal(o.nr_threads_per_cpu, 2);
	assert_int_equal(o.threads_per_cpu[0], 1);
	assert_int_equal(o.threads_per_cpu[1], 4);
	assert_string_equal(o.hotplug->name, "logical");
	assert_int_equal(o.stack_bytes, 256 * 1024);
	assert_true(o.passes[PASS_TIMING] && o.passes[PASS_COUNTING] && o.passes[PASS_SYSCALLS]);
	assert_true(o.cycles > 0 && o.repetitions > 0 && o.warmup_blocks == 1);
	assert_null(o.cpus);
	assert_null(o.out);
	assert_null(o.plan_path);
	assert_false(o.is_controller_given);
}

static void lists_keep_their_order(void **state)
{
	const struct options o =
		parsed(OPTIONS_RUN, "run --workload walk,toggle --contender=recreate,park "
				    "--duty spin,sleep --threads-per-cpu 4,1");

	(void)state;
	assert_int_equal(o.nr_workloads, 2);
	assert_string_equal(o.workloads[0]->name, "walk");
	assert_string_equal(o.workloads[1]->name, "toggle");
	assert_int_equal(o.nr_contenders, 2);
	assert_string_equal(o.contenders[0]->name, "recreate");
	assert_string_equal(o.contenders[1]->name, "park");
	assert_int_equal(o.nr_duties, 2);
	assert_string_equal(o.duties[0]->name, "spin");
	assert_int_equal(o.nr_threads_per_cpu, 2);
	assert_int_equal(o.threads_per_cpu[0], 4);
	assert_int_equal(o.threads_per_cpu[1], 1);
}

static void plan_takes_the_selection(void **state)
{
	const struct options o = parsed(
		OPTIONS_PLAN, "plan --cpus 4-7,core:1 --cycles 9 --max-off 3 --dwell-off 1ms "
			      "--dwell-on 2s --dither 0 --seed 18446744073709551615 --force "
			      "--controller 0 --hotplug logical --contender park -o file");

	(void)state;
	assert_string_equal(o.cpus, "4-7,core:1");
	assert_int_equal(o.cycles, 9);
	assert_int_equal(o.max_off, 3);
	assert_int_equal(o.dwell_off_ns, 1000000);
	assert_int_equal(o.dwell_on_ns, 2000000000);
	assert_int_equal(o.dither_ns, 0);
	assert_true(o.seed == UINT64_MAX);
	assert_true(o.is_forced);
	assert_true(o.is_controller_given);
	assert_int_equal(o.controller_cpu, 0);
	assert_string_equal(o.out, "file");
}

static void run_takes_its_own(void **state)
{
	const struct options o = parsed(
		OPTIONS_RUN,
		"run --out dir --events cycles,sched:sched_switch,r1a8 --sched fifo:7 "
		"--idle hold --wait poll --spin 7us --stack 1M --stack-touch 64K --data-touch "
		"4096 --warmup 0 --passes counting,timing --repetitions 5 "
		"--perf stat~-e~cycles");

	(void)state;
	assert_string_equal(o.out, "dir");
	assert_string_equal(o.events, "cycles,sched:sched_switch,r1a8");
	assert_int_equal(o.fifo_priority, 7);
	assert_true(o.is_idle_held);
	assert_int_equal(o.spin_ns, 7000);
	assert_int_equal(o.wait, WAIT_POLL);
	assert_int_equal(o.stack_bytes, 1024 * 1024);
	assert_int_equal(o.stack_touch_bytes, 64 * 1024);
	assert_int_equal(o.data_touch_bytes, 4096);
	assert_int_equal(o.warmup_blocks, 0);
	assert_int_equal(o.repetitions, 5);
	assert_true(o.passes[PASS_TIMING] && o.passes[PASS_COUNTING]);
	assert_false(o.passes[PASS_SYSCALLS]);
	assert_string_equal(o.perf, "stat -e cycles");
}

static void bystanders_are_a_pass(void **state)
{
	struct options o = parsed(OPTIONS_RUN, "run");

	(void)state;
	assert_false(o.passes[PASS_BYSTANDER]);
	o = parsed(OPTIONS_RUN, "run --bystanders core");
	assert_true(o.passes[PASS_BYSTANDER] && o.passes[PASS_TIMING]);
	assert_int_equal(o.bystanders, BYSTANDERS_CORE);
	assert_false(o.bystander_kinds[BYSTANDER_SPIN] || o.bystander_kinds[BYSTANDER_SLEEP]);
	o = parsed(OPTIONS_RUN, "run --bystanders none");
	assert_false(o.passes[PASS_BYSTANDER]);
	o = parsed(OPTIONS_RUN, "run --passes bystander --bystander-kind sleep");
	assert_true(o.passes[PASS_BYSTANDER] && !o.passes[PASS_TIMING]);
	assert_int_equal(o.bystanders, BYSTANDERS_CACHE);
	assert_true(o.bystander_kinds[BYSTANDER_SLEEP] && !o.bystander_kinds[BYSTANDER_SPIN]);
}

static void google_benchmark_flags_arrive(void **state)
{
	struct options o = parsed(OPTIONS_RUN,
				  "run --benchmark_filter=park|none --benchmark_list_tests "
				  "--benchmark_format=json --benchmark_out=x.json "
				  "--benchmark_out_format=console --benchmark_repetitions=3 "
				  "--benchmark_counters_tabular=true --benchmark_context=a=b,c=d");

	(void)state;
	assert_string_equal(o.filter, "park|none");
	assert_true(o.is_list_tests);
	assert_int_equal(o.report_format, GB_JSON);
	assert_string_equal(o.report_out, "x.json");
	assert_int_equal(o.report_out_format, GB_CONSOLE);
	assert_int_equal(o.repetitions, 3);
	assert_true(o.is_tabular);
	assert_string_equal(o.context, "a=b,c=d");
	o = parsed(OPTIONS_RUN, "run --benchmark_list_tests=false --benchmark_filter=");
	assert_false(o.is_list_tests);
	assert_string_equal(o.filter, "");
}

static void help_wins_over_what_follows(void **state)
{
	(void)state;
	assert_true(parsed(OPTIONS_RUN, "run --help --nonsense").help == OPTIONS_HELP);
	assert_true(parsed(OPTIONS_PLAN, "plan --cycles 3 -h").help == OPTIONS_HELP);
}

static void a_rate_sets_the_waits(void **state)
{
	const struct options o = parsed(OPTIONS_PLAN, "plan --rate 200/s --order far");

	(void)state;
	assert_int_equal(o.dwell_off_ns, 2500000);
	assert_int_equal(o.dwell_on_ns, 2500000);
	assert_int_equal(o.dither_ns, 5000000);
	assert_int_equal(o.order, PLAN_ORDER_FAR);
	assert_int_equal(parsed(OPTIONS_PLAN, "plan --lanes 5").nr_lanes, 5);
	assert_int_equal(parsed(OPTIONS_PLAN, "plan --rate 3/min").dither_ns, 20000000000);
	assert_int_equal(parsed(OPTIONS_PLAN, "plan").order, PLAN_ORDER_OWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_complete),
		cmocka_unit_test(lists_keep_their_order),
		cmocka_unit_test(plan_takes_the_selection),
		cmocka_unit_test(run_takes_its_own),
		cmocka_unit_test(bystanders_are_a_pass),
		cmocka_unit_test(google_benchmark_flags_arrive),
		cmocka_unit_test(help_wins_over_what_follows),
		cmocka_unit_test(a_rate_sets_the_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
