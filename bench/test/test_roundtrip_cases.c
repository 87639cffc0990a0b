/* SPDX-License-Identifier: MIT */
/* Every floor, facility and peer case does what it says: all operations answered, none lost. */
#include "limits_cases.h"
#include "limits_memory.h"

#include <errno.h>
#include <kpark/cpumask.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NR_SAMPLES  20
#define PATIENCE_NS 60000000000u

static unsigned int cpus[2];
static size_t nr_cpus;

/* The two ends of what this process may use. */
static int find_cpus(void **state)
{
	struct cpumask allowed;

	(void)state;
	if (sched_getaffinity(0, sizeof(allowed), (cpu_set_t *)allowed.bits) < 0)
		return -1;
	cpus[0] = cpumask_first(&allowed);
	cpus[1] = cpumask_last(&allowed);
	nr_cpus = cpus[0] == cpus[1] ? 1 : 2;
	return 0;
}

static struct roundtrip_site site_of(size_t nr_far_cpus, size_t first_far, size_t nr_threads)
{
	return (struct roundtrip_site){
		.near_cpu = cpus[0],
		.far_cpus = &cpus[first_far],
		.nr_far_cpus = nr_far_cpus,
		.nr_threads = nr_threads,
		.name = "test",
		.patience_ns = PATIENCE_NS,
	};
}

static int pin(unsigned int cpu)
{
	struct cpumask own;

	cpumask_clear(&own);
	cpumask_set_cpu(cpu, &own);
	return sched_setaffinity(0, sizeof(own), (cpu_set_t *)own.bits);
}

static void run_block(const struct roundtrip_case *what, const struct roundtrip_site *site,
		      bool is_cpu_time)
{
	struct roundtrip_sample samples[NR_SAMPLES];
	struct roundtrip_record record = { .samples = samples, .is_cpu_time = is_cpu_time };
	int ret;

	memset(samples, 0xff, sizeof(samples));
	ret = roundtrip_block(what, site, &record, NR_SAMPLES);
	if (ret)
		fail_msg("%s on %zu CPUs, %zu threads: %s", what->name, site->nr_far_cpus,
			 site->nr_threads, strerror(-ret));
	assert_int_equal(record.nr_samples, NR_SAMPLES);
	for (size_t i = 0; i < NR_SAMPLES; i++) {
		assert_int_equal(samples[i].ns == UINT64_MAX, is_cpu_time);
		assert_int_equal(samples[i].near_cpu_ns == UINT64_MAX, !is_cpu_time);
		assert_int_equal(samples[i].far_cpu_ns == UINT64_MAX, !is_cpu_time);
		assert_int_equal(samples[i].spun_ns == UINT64_MAX, !is_cpu_time || !what->spun_ns);
	}
}

static void run_list(const struct roundtrip_case *const *cases, const struct roundtrip_site *site)
{
	assert_int_equal(pin(site->near_cpu), 0);
	for (; *cases; cases++) {
		if (!roundtrip_fits(*cases, site))
			continue;
		run_block(*cases, site, false);
		run_block(*cases, site, true);
	}
}

static void pairs_on_one_cpu(void **state)
{
	struct roundtrip_site site = site_of(1, 0, 1);

	(void)state;
	run_list(limits_pair_cases, &site);
	run_list(peers_cases, &site);
}

static void pairs_on_two_cpus(void **state)
{
	struct roundtrip_site site = site_of(1, 1, 1);

	(void)state;
	if (nr_cpus < 2)
		skip();
	run_list(limits_pair_cases, &site);
	run_list(peers_cases, &site);
}

static void many_threads(void **state)
{
	(void)state;
	for (size_t nr_threads = 1; nr_threads <= 9; nr_threads += 4) {
		struct roundtrip_site site = site_of(nr_cpus, 0, nr_threads);

		run_list(limits_many_cases, &site);
	}
}

/* What polls beside its partner would keep it from running. */
static void polling_needs_two_cpus(void **state)
{
	struct roundtrip_site one = site_of(1, 0, 1);

	(void)state;
	assert_false(roundtrip_fits(&floor_cache_line, &one));
	assert_false(roundtrip_fits(&floor_wake_and_spin, &one));
	assert_false(roundtrip_fits(&limits_park_polling, &one));
	assert_true(roundtrip_fits(&limits_park_asleep, &one));
	assert_false(roundtrip_fits(&limits_parked_memory, &one));
}

/* Looked at together: the difference is what spinning buys, and what it costs. */
static void only_the_blocking_cases_never_spin(void **state)
{
	const struct roundtrip_case *const cases[] = { &limits_park_asleep, &limits_park_blocking };
	struct roundtrip_site site = site_of(1, 1, 1);

	(void)state;
	if (nr_cpus < 2)
		skip();
	assert_int_equal(pin(site.near_cpu), 0);
	for (size_t i = 0; i < 2; i++) {
		struct roundtrip_sample samples[NR_SAMPLES];
		struct roundtrip_record record = { .samples = samples, .is_cpu_time = true };
		uint64_t spun_ns = 0;

		assert_int_equal(roundtrip_block(cases[i], &site, &record, NR_SAMPLES), 0);
		for (size_t n = 0; n < NR_SAMPLES; n++)
			spun_ns += samples[n].spun_ns;
		assert_int_equal(spun_ns > 0, i == 0);
	}
}

/* Where a block takes long there are fewer and shorter ones, and CPU time is taken all the same. */
static void a_site_may_have_fewer_blocks(void **state)
{
	static const struct roundtrip_case *const cases[] = { &floor_empty };
	struct roundtrip_site sites[] = { site_of(1, 0, 1), site_of(1, 0, 1) };
	const struct roundtrip_spec spec = { .cases = cases,
					     .nr_cases = 1,
					     .sites = sites,
					     .nr_sites = 2,
					     .nr_rounds = 5,
					     .nr_cpu_rounds = 1,
					     .nr_samples = 4,
					     .nr_warmup = 1 };
	struct roundtrip_recording recording;
	size_t nr_blocks[2] = { 0 }, nr_samples[2] = { 0 };
	struct progress progress;
	char why[256];

	(void)state;
	sites[1].max_rounds = 2;
	sites[1].max_samples = 1;
	assert_int_equal(roundtrip_run(&spec, &progress, &recording, why, sizeof(why)), 0);
	for (size_t i = 0; i < recording.nr_records; i++) {
		nr_blocks[recording.records[i].site]++;
		nr_samples[recording.records[i].site] += recording.records[i].nr_samples;
	}
	assert_int_equal(nr_blocks[0], 6);
	assert_int_equal(nr_samples[0], 6 * 5);
	assert_int_equal(nr_blocks[1], 3);
	assert_int_equal(nr_samples[1], 3 * 2);
	roundtrip_fini(&recording);
}

/* An operation that nobody sees: the loop must notice. */
static int lose(struct roundtrip_block *block)
{
	(void)block;
	return 0;
}

static void a_lost_operation_is_an_error(void **state)
{
	struct roundtrip_case what = limits_wake_call;
	struct roundtrip_site site = site_of(1, 0, 1);
	struct roundtrip_sample sample;
	struct roundtrip_record record = { .samples = &sample };

	(void)state;
	site.patience_ns = 50000000;
	what.op = what.reset = lose;
	assert_int_equal(roundtrip_block(&what, &site, &record, 1), -EPROTO);
}

/* One operation, two answers. */
static int wake_twice(struct roundtrip_block *block)
{
	int ret = limits_wake_call.op(block);

	if (!ret)
		ret = limits_wake_call.reset(block);
	if (!ret)
		ret = limits_wake_call.op(block);
	return ret ? ret : limits_wake_call.reset(block);
}

static void an_answer_too_many_is_an_error(void **state)
{
	struct roundtrip_case what = limits_wake_call;
	struct roundtrip_site site = site_of(1, 0, 1);
	struct roundtrip_sample sample;
	struct roundtrip_record record = { .samples = &sample };

	(void)state;
	what.op = wake_twice;
	what.reset = NULL;
	assert_int_equal(roundtrip_block(&what, &site, &record, 1), -EPROTO);
}

static int refuse(struct roundtrip_block *block)
{
	(void)block;
	return -EBADMSG;
}

static void errors_come_out_and_end_the_threads(void **state)
{
	struct roundtrip_case what = limits_park_asleep;
	struct roundtrip_site site = site_of(1, 0, 1);
	struct roundtrip_sample sample;
	struct roundtrip_record record = { .samples = &sample };

	(void)state;
	what.op = refuse;
	assert_int_equal(roundtrip_block(&what, &site, &record, 1), -EBADMSG);
	assert_int_equal(record.nr_samples, 0);
	what.open = refuse;
	assert_int_equal(roundtrip_block(&what, &site, &record, 1), -EBADMSG);
}

static void a_parked_thread_holds_memory(void **state)
{
	struct roundtrip_site site = site_of(1, 0, 8);
	struct limits_rows rows = { .nr = 0 };

	(void)state;
	assert_int_equal(limits_memory_add(&rows, &site), 0);
	assert_int_equal(rows.nr, 5);
	for (size_t i = 0; i < rows.nr; i++)
		assert_string_equal(rows.rows[i].unit, "bytes");
	/* Of 128 KiB that it has used, nearly all come back. */
	assert_string_equal(rows.rows[0].statistic, "anonymous_used");
	assert_string_equal(rows.rows[1].statistic, "anonymous_trimmed");
	assert_true(rows.rows[0].value > rows.rows[1].value + 65536);
	limits_rows_fini(&rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parked_thread_holds_memory),
		cmocka_unit_test(pairs_on_one_cpu),
		cmocka_unit_test(pairs_on_two_cpus),
		cmocka_unit_test(many_threads),
		cmocka_unit_test(polling_needs_two_cpus),
		cmocka_unit_test(a_site_may_have_fewer_blocks),
		cmocka_unit_test(only_the_blocking_cases_never_spin),
		cmocka_unit_test(a_lost_operation_is_an_error),
		cmocka_unit_test(an_answer_too_many_is_an_error),
		cmocka_unit_test(errors_come_out_and_end_the_threads),
	};

	return cmocka_run_group_tests(tests, find_cpus, NULL);
}
