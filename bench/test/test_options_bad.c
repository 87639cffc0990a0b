/* SPDX-License-Identifier: MIT */
/* Each bad command line is refused with one line that says what to do, and nothing is changed. */
#include "argv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct bad {
	const char *line;
	const char *said; /* a part of the message */
};

static void refuse_all(enum options_command command, const struct bad *bad, size_t nr)
{
	struct options options, before;
	struct option_why why;
	struct argv argv;

	memset(&before, 0x5a, sizeof(before));
	for (size_t i = 0; i < nr; i++) {
		memcpy(&options, &before, sizeof(options));
		why.text[0] = '\0';
		if (argv_parse(&argv, command, bad[i].line, &options, &why) != -EINVAL)
			fail_msg("accepted: %s", bad[i].line);
		if (!strstr(why.text, bad[i].said))
			fail_msg("%s: says '%s', not '%s'", bad[i].line, why.text, bad[i].said);
		assert_null(strchr(why.text, '\n'));
		assert_memory_equal(&options, &before, sizeof(options));
	}
}

#define REFUSE_ALL(command, bad) refuse_all(command, bad, sizeof(bad) / sizeof(*(bad)))

static void names(void **state)
{
	static const struct bad bad[] = {
		{ "run --workload wlk", "unknown workload 'wlk': did you mean 'walk'?" },
		{ "run --workload zebra", "there are toggle, serial, reverse, " },
		{ "run --contender park,recraete", "did you mean 'recreate'?" },
		{ "run --duty slep", "--duty: unknown duty 'slep': did you mean 'sleep'?" },
		{ "run --hotplug logcal", "did you mean 'logical'?" },
		{ "run --passes timing,countign", "did you mean 'counting'?" },
		{ "run --idle held", "'hold'" },
		{ "run --spin 2ms", "--spin" },
		{ "run --spin always", "--spin" },
		{ "run --wait spin", "there are block, poll" },
		{ "run --order fra", "did you mean 'far'?" },
		{ "run --rate 5", "'5' is not a rate" },
		{ "run --rate 0/s", "'0/s' is not a rate" },
		{ "run --rate 2000000/ms", "too fast" },
		{ "run --rate 5/s --dither 1ms", "--dither does not go with --rate" },
		{ "run --workload replay", "replay needs --history" },
		{ "run --history f", "--history is for the workload replay" },
		{ "run --lanes 65", "give 1 to 64" },
		{ "run --virtual pu:4 --hotplug sysfs", "only --hotplug logical" },
		{ "run --virtual pu:4 --bystanders all", "no CPU for a bystander" },
		{ "run --cyles 3", "unknown option '--cyles': did you mean '--cycles'?" },
		{ "run -cycles 3", "did you mean '--cycles'?" },
		{ "run --qwertyuiop", "unknown option '--qwertyuiop'" },
		{ "run --force", "--force is not an option of 'run'" },
		{ "run walk", "unexpected 'walk'" },
		{ "run --", "unknown option '--'" },
		{ "run _", "unexpected ''" },
	};

	(void)state;
	REFUSE_ALL(OPTIONS_RUN, bad);
}

static void lists(void **state)
{
	static const struct bad bad[] = {
		{ "run --workload _", "empty item" },
		{ "run --workload walk,", "empty item" },
		{ "run --contender ,park", "empty item" },
		{ "run --duty sleep,,spin", "empty item" },
		{ "run --contender park,park", "'park' is given twice" },
		{ "run --workload walk,walk", "'walk' is given twice" },
		{ "run --duty spin,spin", "'spin' is given twice" },
		{ "run --threads-per-cpu 1,1", "'1' is given twice" },
		{ "run --bystanders cores", "did you mean 'core'?" },
		{ "run --bystander-kind spin,spin", "'spin' is given twice" },
		{ "run --passes timing,timing", "'timing' is given twice" },
		{ "run --passes=", "empty item" },
		{ "run --events=", "empty item" },
		{ "run --cpus _", "--cpus: empty" },
	};

	(void)state;
	REFUSE_ALL(OPTIONS_RUN, bad);
}

static void numbers(void **state)
{
	static const struct bad bad[] = {
		{ "run --cycles 0", "out of range: give 1 to" },
		{ "run --cycles -1", "'-1' is not a whole number" },
		{ "run --cycles +1", "not a whole number" },
		{ "run --cycles 1x", "not a whole number" },
		{ "run --cycles 1.5", "not a whole number" },
		{ "run --cycles 0x10", "not a whole number" },
		{ "run --cycles _", "not a whole number" },
		{ "run --cycles ~1", "not a whole number" },
		{ "run --cycles 99999999999999999999999", "out of range" },
		{ "run --cycles 4294967297", "out of range" },
		{ "run --seed 18446744073709551616", "out of range" },
		{ "run --repetitions 0", "out of range" },
		{ "run --threads-per-cpu 0", "out of range" },
		{ "run --threads-per-cpu 1,x", "--threads-per-cpu: 'x' is not a whole number" },
		{ "run --max-off 0", "out of range" },
		{ "run --controller 8192", "out of range: give 0 to 8191" },
		{ "run --warmup nine", "not a whole number" },
		{ "run --sched fifo:0", "give 1 to 99" },
		{ "run --sched fifo:100", "give 1 to 99" },
		{ "run --sched fifo", "give other or fifo:1" },
		{ "run --sched rr:1", "give other or fifo:1" },
	};

	(void)state;
	REFUSE_ALL(OPTIONS_RUN, bad);
}

static void sizes_and_times(void **state)
{
	static const struct bad bad[] = {
		{ "run --stack 0", "out of range: give 16K to 1G" },
		{ "run --stack 1K", "out of range" },
		{ "run --stack 64KB", "is not a size" },
		{ "run --stack 64k", "is not a size" },
		{ "run --stack -64K", "is not a size" },
		{ "run --stack 99999999999G", "out of range" },
		{ "run --stack-touch 256K", "--stack-touch does not fit: give at most 240K" },
		{ "run --stack 16K --stack-touch 1", "does not fit: give at most 0K" },
		{ "run --data-touch much", "is not a size" },
		{ "run --dwell-off 10", "give a whole number and ns, us, ms or s" },
		{ "run --dwell-off 1.5ms", "is not a time" },
		{ "run --dwell-on -1us", "is not a time" },
		{ "run --dither us", "is not a time" },
		{ "run --dither 99999999999999999s", "too long: give at most 3600s" },
		{ "run --dwell-on 3601s", "too long" },
	};

	(void)state;
	REFUSE_ALL(OPTIONS_RUN, bad);
}

static void combinations(void **state)
{
	static const struct bad bad[] = {
		{ "run --cycles 3 --cycles 3", "--cycles is given twice" },
		{ "run --repetitions 3 --benchmark_repetitions=3", "--repetitions is given twice" },
		{ "run --out a -o b", "--out is given twice" },
		{ "run --cycles", "--cycles needs a value" },
		{ "run --plan f --cycles 3", "--cycles does not go with --plan" },
		{ "run --plan f --workload walk", "--workload does not go with --plan" },
		{ "run --plan f --dither 1us", "--dither does not go with --plan" },
		{ "run --plan _", "--plan: empty" },
		{ "run --out _", "--out: empty" },
		{ "run --events cycles --passes timing", "--events needs the counting pass" },
		{ "run --bystanders all --passes timing", "--bystanders needs the bystander pass" },
		{ "run --bystanders none --passes bystander", "needs --bystanders all, core" },
		{ "run --bystanders none --bystander-kind spin",
		  "--bystander-kind needs the bystander pass" },
		{ "run --fail-state 20", "--fail-state needs a driver that takes CPUs off" },
		{ "run --fail-state all --hotplug smt", "fails steps of single CPUs" },
		{ "run --fail-state 20 --knob /sys/a=1,2",
		  "--fail-state needs a driver that takes CPUs off" },
		{ "run --perf top", "give 'stat ...' or 'record ...'" },
		{ "run --perf statx", "give 'stat ...' or 'record ...'" },
	};
	static const struct bad bad_plan[] = {
		{ "plan --plan f -o g", "-o does not go with --plan" },
		{ "plan --force=yes", "--force takes no value" },
		{ "plan --events cycles", "--events is not an option of 'plan'" },
		{ "plan --benchmark_filter=x", "is not an option of 'plan'" },
	};

	(void)state;
	REFUSE_ALL(OPTIONS_RUN, bad);
	REFUSE_ALL(OPTIONS_PLAN, bad_plan);
}

static void google_benchmark_flags(void **state)
{
	static const struct bad bad[] = {
		{ "run --benchmark_enable_random_interleaving=true", "balanced order" },
		{ "run --benchmark_min_time=1", "the plan fixes the iterations" },
		{ "run --benchmark_min_warmup_time=1", "use --warmup" },
		{ "run --benchmark_perf_counters=CYCLES", "use --events" },
		{ "run --benchmark_report_aggregates_only", "is not supported" },
		{ "run --benchmark_color=true", "is not supported" },
		{ "run --benchmark_format=csv", "csv is not supported" },
		{ "run --benchmark_out=f --benchmark_out_format=csv", "csv is not supported" },
		{ "run --benchmark_format=jsno", "did you mean 'json'?" },
		{ "run --benchmark_out=", "--benchmark_out: empty" },
		{ "run --benchmark_out_format=json", "needs --benchmark_out" },
		{ "run --benchmark_list_tests=maybe", "neither true nor false" },
		{ "run --benchmark_context=a", "give key=value" },
		{ "run --benchmark_context==a", "give key=value" },
		{ "run --benchmark_repetitions=0", "out of range" },
		{ "run --benchmark_fliter=x", "did you mean '--benchmark_filter'?" },
	};

	(void)state;
	REFUSE_ALL(OPTIONS_RUN, bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),	cmocka_unit_test(lists),
		cmocka_unit_test(numbers),	cmocka_unit_test(sizes_and_times),
		cmocka_unit_test(combinations), cmocka_unit_test(google_benchmark_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
