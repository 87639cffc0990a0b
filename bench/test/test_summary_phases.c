/* SPDX-License-Identifier: MIT */
/* What is said about the steps of a phase, and how far into the tail. */
#include "fake_recording.h"
#include "summary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static double value_of(const struct summary *summary, enum phase phase, const char *statistic)
{
	const struct summary_row *row = summary_find(summary, 0, FAKE_PARK, phase, statistic);

	assert_non_null(row);
	return row->value;
}

/* 1000 steps of 1 ... 1000 us in ten blocks of 100. */
static void fill(struct fake *fake)
{
	fake_init(fake);
	for (uint32_t i = 0; i < 10; i++) {
		struct block *block = fake_block(fake, FAKE_PARK, 100, 0);

		for (uint32_t at = 0; at < block->nr_steps; at += 2)
			block->steps[at].ns[PHASE_QUIESCE] = 1000 * (100 * i + at / 2 + 1);
	}
}

static void quantiles_end_where_samples_end(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct fake fake;

	(void)state;
	fill(&fake);
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	assert_true(value_of(&summary, PHASE_QUIESCE, "mean") == 500500);
	assert_true(value_of(&summary, PHASE_QUIESCE, "p50") == 500500);
	assert_true(value_of(&summary, PHASE_QUIESCE, "p90") == 900500);
	assert_true(value_of(&summary, PHASE_QUIESCE, "p99") == 990500);
	assert_true(value_of(&summary, PHASE_QUIESCE, "max") == 1000000);
	row = summary_find(&summary, 0, FAKE_PARK, PHASE_QUIESCE, "p99.9");
	assert_true(isnan(row->value));
	assert_non_null(strstr(row->reason, "10000"));
	assert_null(summary_find(&summary, 0, FAKE_PARK, PHASE_QUIESCE, "p99.99"));
	row = summary_find(&summary, 0, FAKE_PARK, PHASE_QUIESCE, "p50");
	assert_true(row->low == 469000 && row->high == 532000);
	assert_int_equal(row->n, 1000);
	assert_string_equal(row->replicate, "step");
	summary_fini(&summary);
	fake_fini(&fake);
}

/* Medians of the blocks: 50.5, 150.5, ... 950.5 us. */
static void blocks_speak_for_themselves(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct fake fake;

	(void)state;
	fill(&fake);
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = summary_find(&summary, 0, FAKE_PARK, PHASE_QUIESCE, "block_p50");
	assert_true(row->value == 500500 && row->low == 150500 && row->high == 850500);
	assert_int_equal(row->n, 10);
	assert_string_equal(row->replicate, "block");
	assert_true(value_of(&summary, PHASE_QUIESCE, "block_mad") == 250000);
	summary_fini(&summary);
	fake_fini(&fake);
}

static void a_phase_without_values_says_why(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct fake fake;
	struct block *block;

	(void)state;
	fake_init(&fake);
	block = fake_block(&fake, FAKE_PARK, 1, 100);
	block->steps[0].blank[PHASE_OFF_CPU] = BLANK_NOT_OBSERVABLE;
	block->steps[1].status = STEP_REFUSED;
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = summary_find(&summary, 0, FAKE_PARK, PHASE_OFF_CPU, "p50");
	assert_true(isnan(row->value));
	assert_string_equal(row->reason, blank_reason(BLANK_NOT_OBSERVABLE));
	row = summary_find(&summary, 0, FAKE_PARK, PHASE_WAKE, "p50");
	assert_true(isnan(row->value));
	assert_string_equal(row->reason, "no step was finished");
	assert_null(summary_find(&summary, 0, FAKE_PARK, PHASE_WAKE, "mean"));
	summary_fini(&summary);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_end_where_samples_end),
		cmocka_unit_test(blocks_speak_for_themselves),
		cmocka_unit_test(a_phase_without_values_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
