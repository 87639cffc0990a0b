/* SPDX-License-Identifier: MIT */
/* Google Benchmark through the shim: filter, one call per repetition, times, skips, valid JSON. */
#include "gbench_shim.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define NR_ITERATIONS  4
#define NR_REPETITIONS 3

struct fake {
	unsigned int nr_calls;
	uint64_t step_ns;
	const char *skips; /* reason */
	bool ends_early, ends_without_asking;
};

/* Repetition r hands over (r * 100 + step) ns in each iteration. */
static void run_fake(struct gb_state *state, void *arg)
{
	struct fake *fake = arg;
	const uint64_t ns = 100 * ++fake->nr_calls + fake->step_ns;

	if (fake->skips)
		gb_skip(state, fake->skips);
	for (int i = 0; fake->ends_without_asking && i < NR_ITERATIONS; i++) {
		gb_next(state);
		gb_set_time_ns(state, ns);
	}
	while (!fake->ends_without_asking && gb_next(state)) {
		gb_set_time_ns(state, ns);
		if (fake->ends_early)
			return;
	}
	assert_int_equal(gb_counter(state, "calls", fake->nr_calls), 0);
	assert_int_equal(gb_counter(state, "zero", 0), 0);
	assert_int_equal(gb_counter(state, "bad", NAN), -EINVAL);
	assert_int_equal(gb_counter(state, "bad", INFINITY), -EINVAL);
	gb_label(state, "la\"bel");
}

static struct fake fakes[3];

static int add(const char *name, struct fake *fake)
{
	const struct gb_benchmark benchmark = {
		.name = name,
		.run = run_fake,
		.arg = fake,
		.iterations = NR_ITERATIONS,
		.repetitions = NR_REPETITIONS,
		.unit = GB_NANOSECOND,
	};

	return gb_register(&benchmark);
}

static int setup(void **state)
{
	(void)state;
	gb_clear();
	memset(fakes, 0, sizeof(fakes));
	return add("walk/park", &fakes[0]) || add("walk/park/4", &fakes[1]) ||
	       add("walk/none", &fakes[2]);
}

static int teardown(void **state)
{
	(void)state;
	gb_clear();
	return 0;
}

static void remember(const struct gb_benchmark *benchmark, const char *full_name, void *arg)
{
	struct fake ***next = arg;

	assert_memory_equal(full_name, benchmark->name, strlen(benchmark->name));
	*(*next)++ = benchmark->arg;
}

static void filter_selects_and_runs_nothing(void **state)
{
	struct fake *selected[3] = { NULL }, **next = selected;

	(void)state;
	assert_int_equal(gb_selected("park", remember, &next), 2);
	assert_ptr_equal(selected[0], &fakes[0]);
	assert_ptr_equal(selected[1], &fakes[1]);
	next = selected;
	assert_int_equal(gb_selected("-park", remember, &next), 1);
	assert_ptr_equal(selected[0], &fakes[2]);
	next = selected;
	assert_int_equal(gb_selected("", remember, &next), 3);
	next = selected;
	assert_int_equal(gb_selected(NULL, remember, &next), 3);
	assert_int_equal(gb_selected("recreate", remember, &next), 0);
	assert_int_equal(gb_selected("*(", remember, &next), -EINVAL);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(fakes[i].nr_calls, 0);
}

static struct gb_result run_all(const char *filter)
{
	const struct gb_settings settings = {
		.program = "test",
		.filter = filter,
		.is_silent = true,
		.out_format = GB_JSON,
	};
	struct gb_result result;

	assert_int_equal(gb_run(&settings, &result), 0);
	return result;
}

static void one_call_per_repetition(void **state)
{
	struct gb_result result = run_all("walk/park");

	(void)state;
	assert_int_equal(result.nr_run, 2);
	assert_int_equal(result.nr_skipped, 0);
	assert_int_equal(fakes[0].nr_calls, NR_REPETITIONS);
	assert_int_equal(fakes[1].nr_calls, NR_REPETITIONS);
	assert_int_equal(fakes[2].nr_calls, 0);
	free(result.report);
}

static void a_run_without_benchmarks_says_so(void **state)
{
	const struct gb_settings none = { .filter = "recreate", .is_silent = true };
	const struct gb_settings bad = { .filter = "*(", .is_silent = true };
	struct gb_result result = { .nr_run = 77 };

	(void)state;
	assert_int_equal(gb_run(&none, &result), -ENOENT);
	assert_int_equal(gb_run(&bad, &result), -EINVAL);
	assert_int_equal(result.nr_run, 77);
}

/*
 * Does @claim, a Python expression about the document d and its iterations and aggregates, hold?
 * The parser takes no NaN, as strict ones do not.
 */
static void expect_json(const char *report, const char *claim)
{
	static const char program[] =
		"import json, sys\n"
		"def refuse(constant): sys.exit('not JSON: ' + constant)\n"
		"d = json.load(sys.stdin, parse_constant=refuse)\n"
		"rows = d['benchmarks']\n"
		"iterations = [r for r in rows if r['run_type'] == 'iteration']\n"
		"aggregates = [r for r in rows if r['run_type'] == 'aggregate']\n"
		"sys.exit(0 if eval(sys.argv[1]) else 'does not hold: ' + sys.argv[1])\n";
	char command[2048];
	FILE *python;

	if (access("/usr/bin/python3", X_OK))
		skip();
	snprintf(command, sizeof(command), "/usr/bin/python3 -c \"%s\" \"%s\"", program, claim);
	python = popen(command, "w");
	assert_non_null(python);
	fputs(report, python);
	assert_int_equal(pclose(python), 0);
}

static void times_and_counters_are_in_the_json(void **state)
{
	struct gb_result result;

	(void)state;
	fakes[0].step_ns = 7;
	result = run_all("walk/park/iter");
	expect_json(result.report,
		    "[round(r['real_time'], 6) for r in iterations] == [107, 207, 307]");
	expect_json(result.report, "[r['iterations'] for r in iterations] == [4, 4, 4]");
	expect_json(result.report, "[r['calls'] for r in iterations] == [1, 2, 3]");
	expect_json(result.report, "[r['repetition_index'] for r in iterations] == [0, 1, 2]");
	free(result.report);
}

/* The coefficient of variation of zeros. */
static void what_is_not_finite_is_left_out(void **state)
{
	struct gb_result result = run_all("none");

	(void)state;
	expect_json(result.report, "len(aggregates) == 4");
	expect_json(result.report,
		    "['zero' in r for r in aggregates] == [True, True, True, False]");
	expect_json(result.report, "all('calls' in r for r in aggregates)");
	free(result.report);
}

static void skips_are_counted(void **state)
{
	struct gb_result result;

	(void)state;
	fakes[0].skips = "refused";
	fakes[1].ends_early = true;
	fakes[2].ends_without_asking = true;
	result = run_all(NULL);
	assert_int_equal(result.nr_run, 3);
	assert_int_equal(result.nr_skipped, 2 * NR_REPETITIONS);
	assert_non_null(strstr(result.report, "\"error_message\": \"refused\""));
	free(result.report);
}

static void context_is_in_the_json(void **state)
{
	struct gb_result result;

	(void)state;
	assert_int_equal(gb_context("driver", "logi\"cal"), 0);
	assert_int_equal(gb_context("driver", "again"), -EEXIST);
	assert_int_equal(gb_context("", "x"), -EINVAL);
	assert_int_equal(gb_context_pairs("a=b,c=d=e"), 0);
	assert_int_equal(gb_context_pairs("a"), -EINVAL);
	result = run_all("none");
	expect_json(result.report, "d['context']['driver'] == 'logi' + chr(34) + 'cal'");
	expect_json(result.report, "d['context']['c'] == 'd=e'");
	free(result.report);
}

static void nonsense_cannot_be_registered(void **state)
{
	struct gb_benchmark benchmark = { "new", run_fake, NULL, 1, 1, GB_MICROSECOND };

	(void)state;
	assert_int_equal(add("walk/none", &fakes[2]), -EEXIST);
	assert_int_equal(add("", &fakes[2]), -EINVAL);
	benchmark.iterations = 0;
	assert_int_equal(gb_register(&benchmark), -EINVAL);
	benchmark.iterations = 1;
	benchmark.repetitions = 0;
	assert_int_equal(gb_register(&benchmark), -EINVAL);
	benchmark.repetitions = 1;
	benchmark.run = NULL;
	assert_int_equal(gb_register(&benchmark), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(filter_selects_and_runs_nothing),	TEST(one_call_per_repetition),
		TEST(a_run_without_benchmarks_says_so), TEST(times_and_counters_are_in_the_json),
		TEST(what_is_not_finite_is_left_out),	TEST(skips_are_counted),
		TEST(context_is_in_the_json),		TEST(nonsense_cannot_be_registered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
