/* SPDX-License-Identifier: MIT */
/* Medians, ratios and verdicts out of a recording whose times are known; and the CSVs of it. */
#include "csv.h"
#include "fake_roundtrip.h"
#include "golden.h"

#include <math.h>
#include <string.h>

static struct limits_outcome outcome;
static struct roundtrip_spec spec;

static const struct limits_comparison comparisons[] = {
	{ &fake_facility, { { &fake_floor, 1, false } }, WHERE_ANY, 1.10 },
	{ &fake_facility, { { &fake_floor, 0.5, true }, { &fake_floor, 1, false } }, WHERE_ANY, 0 },
	{ &fake_facility, { { &fake_floor, 1, false } }, WHERE_ONE_CPU, 0.5 },
	{ &fake_facility, { { &fake_local, 1, false } }, WHERE_ANY, 0 },
	{ NULL, { { NULL, 0, false } }, 0, 0 },
};

static const struct limits_row *nth_ratio(const struct roundtrip_site *site, int n)
{
	for (size_t i = 0; i < outcome.rows.nr; i++) {
		const struct limits_row *row = &outcome.rows.rows[i];

		if (row->site == site && !strcmp(row->statistic, "ratio") && n-- == 0)
			return row;
	}
	return NULL;
}

static void make(double times)
{
	fake_roundtrip_init(&outcome, &spec, times);
	assert_int_equal(limits_rows_add(&outcome.rows, &outcome.recordings[0], comparisons), 0);
}

static void medians_leave_the_warmup_out(void **state)
{
	const struct limits_row *row;

	(void)state;
	make(2);
	row = limits_rows_find(&outcome.rows, &fake_empty, &fake_sites[0], "p50");
	assert_true(row->value >= 20 && row->value <= 20);
	row = limits_rows_find(&outcome.rows, &fake_facility, &fake_sites[0], "p50");
	assert_true(row->value > 219 && row->value < 236);
	assert_int_equal(row->n, FAKE_ROUNDS);
	assert_true(row->low <= row->value && row->value <= row->high);
	assert_true(
		isnan(limits_rows_find(&outcome.rows, &fake_floor, &fake_sites[0], "p99")->value));
	row = limits_rows_find(&outcome.rows, &fake_floor, &fake_sites[0], "far_cpu");
	assert_true(row->value >= 9 && row->value <= 9);
	assert_null(limits_rows_find(&outcome.rows, &fake_local, &fake_sites[0], "p50"));
	fake_roundtrip_fini(&outcome);
}

/* A median would not show what spins in vain cost. */
static void spins_are_counted_by_their_mean(void **state)
{
	const struct limits_row *row;

	(void)state;
	make(2);
	row = limits_rows_find(&outcome.rows, &fake_facility, &fake_sites[0], "spun");
	assert_non_null(row);
	assert_true(row->value >= 100 && row->value <= 100);
	assert_int_equal(row->n, FAKE_SAMPLES);
	assert_null(limits_rows_find(&outcome.rows, &fake_floor, &fake_sites[0], "spun"));
	fake_roundtrip_fini(&outcome);
}

static void ratios_leave_empty_out(void **state)
{
	const struct limits_row *row;

	(void)state;
	make(3);
	row = nth_ratio(&fake_sites[0], 0);
	assert_string_equal(row->reference, "floor");
	assert_true(fabs(row->value - 3) < 1e-9);
	assert_true(row->low <= row->value && row->value <= row->high);
	assert_int_equal(row->n, FAKE_ROUNDS);
	assert_int_equal(row->verdict, VERDICT_MISSED);
	fake_roundtrip_fini(&outcome);
	make(1);
	assert_int_equal(nth_ratio(&fake_sites[0], 0)->verdict, VERDICT_MET);
	assert_false(limits_is_close(nth_ratio(&fake_sites[0], 0)));
	fake_roundtrip_fini(&outcome);
}

/* Of the first @nr_rounds the facility takes less than empty. */
static void make_dropping(uint32_t nr_rounds)
{
	struct roundtrip_recording *recording = &outcome.recordings[0];

	fake_roundtrip_init(&outcome, &spec, 3);
	for (size_t i = 0; i < recording->nr_records; i++)
		for (size_t k = 0; k < recording->records[i].nr_samples; k++)
			if (recording->records[i].what == 2 &&
			    recording->records[i].round < nr_rounds)
				recording->records[i].samples[k].ns = 10;
	assert_int_equal(limits_rows_add(&outcome.rows, recording, comparisons), 0);
}

static void without_an_interval_there_is_no_verdict(void **state)
{
	const struct limits_row *row;

	(void)state;
	make_dropping(FAKE_ROUNDS - 2);
	row = nth_ratio(&fake_sites[0], 0);
	assert_int_equal(row->n, 2);
	assert_int_equal(row->nr_dropped, FAKE_ROUNDS - 2);
	assert_false(isnan(row->value));
	assert_true(isnan(row->low));
	assert_int_equal(row->verdict, VERDICT_NONE);
	assert_string_equal(row->reason, "too few rounds for an interval");
	fake_roundtrip_fini(&outcome);
}

static void dropped_rounds_are_counted(void **state)
{
	const struct limits_row *row;

	(void)state;
	make_dropping(1);
	row = nth_ratio(&fake_sites[0], 0);
	assert_int_equal(row->n, FAKE_ROUNDS - 1);
	assert_int_equal(row->nr_dropped, 1);
	assert_int_equal(row->verdict, VERDICT_MISSED);
	fake_roundtrip_fini(&outcome);
	/* The rounds of CPU time have no time at all: they are not dropped. */
	make(3);
	assert_int_equal(nth_ratio(&fake_sites[0], 0)->nr_dropped, 0);
	fake_roundtrip_fini(&outcome);
}

static void floors_add_up_per_thread(void **state)
{
	const struct limits_row *row;

	(void)state;
	make(3);
	row = nth_ratio(&fake_sites[1], 1);
	assert_string_equal(row->reference, "0.5 x N x floor + floor");
	assert_true(fabs(row->value - 3.0 / 6) < 1e-9);
	assert_int_equal(row->verdict, VERDICT_NONE);
	/* Of one CPU, and with a floor that was not measured: no comparison. */
	assert_null(nth_ratio(&fake_sites[1], 2));
	fake_roundtrip_fini(&outcome);
}

static void both_files_are_as_before(void **state)
{
	const enum csv_file files[] = { CSV_ROUNDTRIP, CSV_LIMITS };
	const struct csv_source source = { .limits = &outcome };
	struct scratch scratch;

	(void)state;
	assert_int_equal(scratch_init(&scratch), 0);
	make(2);
	outcome.recordings[0].nr_records = 12; /* of raw samples the beginning will do */
	for (size_t i = 0; i < 2; i++) {
		char *text, name[64];

		assert_int_equal(csv_write(scratch.path, files[i], &source), 0);
		text = scratch_read(scratch.path, csv_file_name(files[i]));
		snprintf(name, sizeof(name), "golden/%s", csv_file_name(files[i]));
		assert_golden(text, name);
		free(text);
	}
	outcome.recordings[0].nr_records = (FAKE_ROUNDS + 1) * 6;
	fake_roundtrip_fini(&outcome);
	scratch_fini(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(medians_leave_the_warmup_out),
		cmocka_unit_test(spins_are_counted_by_their_mean),
		cmocka_unit_test(ratios_leave_empty_out),
		cmocka_unit_test(without_an_interval_there_is_no_verdict),
		cmocka_unit_test(dropped_rounds_are_counted),
		cmocka_unit_test(floors_add_up_per_thread),
		cmocka_unit_test(both_files_are_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
