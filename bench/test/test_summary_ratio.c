/* SPDX-License-Identifier: MIT */
/* Arms are compared by the medians of their blocks, paired by repetition, or not at all. */
#include "fake_recording.h"
#include "summary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define assert_near(a, b) assert_true(fabs((a) - (b)) <= 1e-12 * fabs(b))

static const struct summary_row *ratio_of(const struct summary *summary, uint32_t arm,
					  enum phase phase)
{
	const struct summary_row *row = summary_find(summary, 0, arm, phase, "ratio");

	assert_non_null(row);
	return row;
}

/*
 * The machine drifts threefold while recreate stays 1.5 times as slow: only pairs show that. The
 * second arm runs its blocks in the opposite order of repetitions.
 */
static void pairs_by_repetition(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	for (uint64_t i = 0; i < 8; i++)
		fake_block(&fake, FAKE_PARK, 3, 1000 + 250 * i);
	for (uint64_t i = 8; i-- > 0;)
		fake_block(&fake, FAKE_RECREATE, 3, 1500 + 375 * i)->repetition = (uint32_t)i;
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	for (int phase = 0; phase < NR_PHASES; phase++) {
		row = ratio_of(&summary, FAKE_RECREATE, (enum phase)phase);
		assert_near(row->value, 1.5);
		assert_near(row->low, 1.5);
		assert_near(row->high, 1.5);
		assert_int_equal(row->n, 8);
		assert_int_equal(row->reference, FAKE_PARK);
		assert_string_equal(row->status, "ok");
	}
	assert_null(summary_find(&summary, 0, FAKE_PARK, PHASE_WAKE, "ratio"));
	summary_fini(&summary);
	fake_fini(&fake);
}

static void too_few_pairs_have_no_interval(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	for (int i = 0; i < 5; i++) {
		fake_block(&fake, FAKE_PARK, 3, 1000);
		fake_block(&fake, FAKE_RECREATE, 3, 3000);
	}
	fake_block(&fake, FAKE_RECREATE, 3, 9000); /* its partner is missing */
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = ratio_of(&summary, FAKE_RECREATE, PHASE_TOTAL);
	assert_near(row->value, 3.0);
	assert_int_equal(row->n, 5);
	assert_true(isnan(row->low) && isnan(row->high) && isnan(row->level));
	assert_string_equal(row->status, "no_interval");
	assert_string_not_equal(row->reason, "");
	summary_fini(&summary);
	fake_fini(&fake);
}

static void warmup_and_other_passes_do_not_count(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	for (int i = 0; i < 8; i++) {
		bool is_odd_one_out = i < 2;
		struct block *block = fake_block(&fake, FAKE_PARK, 3, is_odd_one_out ? 7 : 1000);

		block->is_warmup = i == 0;
		block->pass = i == 1 ? PASS_COUNTING : PASS_TIMING;
		fake_block(&fake, FAKE_RECREATE, 3, 2000);
	}
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = ratio_of(&summary, FAKE_RECREATE, PHASE_QUIESCE);
	assert_near(row->high, 2.0);
	assert_int_equal(row->n, 6);
	row = summary_find(&summary, 0, FAKE_PARK, PHASE_QUIESCE, "p50");
	assert_int_equal(row->n, 18);
	summary_fini(&summary);
	fake_fini(&fake);
}

static void what_cannot_be_compared_is_blank(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	fake_block(&fake, FAKE_PARK, 1, 1000);
	fake_block(&fake, FAKE_RECREATE, 1, 0); /* arrived before the clock was read */
	fake_block(&fake, FAKE_EMPTY, 1, 80)->steps[1].blank[PHASE_WAKE] = BLANK_NO_THREADS;
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = ratio_of(&summary, FAKE_RECREATE, PHASE_WAKE);
	assert_true(isnan(row->value));
	assert_string_equal(row->status, "blank");
	assert_int_equal(row->n, 0);
	row = ratio_of(&summary, FAKE_EMPTY, PHASE_WAKE);
	assert_true(isnan(row->value));
	assert_string_equal(row->reason, blank_reason(BLANK_NO_THREADS));
	summary_fini(&summary);

	fake.contenders[FAKE_PARK].name = "other";
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = ratio_of(&summary, FAKE_EMPTY, PHASE_QUIESCE);
	assert_true(isnan(row->value));
	assert_string_equal(row->reason, "park is not in this run");
	summary_fini(&summary);
	fake_fini(&fake);
}

/* Arms 0 and 1 are park and recreate under the first values, 2 and 3 the same under others. */
static void knobs_are_compared_within_and_across(void **state)
{
	static const uint64_t times_ns[] = { 1000, 1500, 100, 400 };
	struct arm arms[4];
	const struct summary_row *row;
	struct summary summary;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	for (uint32_t i = 0; i < 4; i++)
		arms[i] = (struct arm){ .contender = &fake.contenders[i % 2],
					.setting = i / 2,
					.knob = i / 2 ? "k=1" : "k=0" };
	fake.rec.arms = arms;
	fake.rec.nr_arms = 4;
	for (uint64_t rep = 0; rep < 8; rep++)
		for (uint32_t arm = 0; arm < 4; arm++)
			fake_block(&fake, arm, 3, times_ns[arm] * (rep + 1));
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	assert_near(ratio_of(&summary, 1, PHASE_OFFLINE)->value, 1.5);
	row = ratio_of(&summary, 3, PHASE_OFFLINE);
	assert_near(row->value, 4.0);
	assert_int_equal(row->reference, 2);
	row = summary_find(&summary, 0, 3, PHASE_OFFLINE, "knob_ratio");
	assert_near(row->value, 400.0 / 1500);
	assert_near(row->high, 400.0 / 1500);
	assert_int_equal(row->reference, 1);
	assert_near(summary_find(&summary, 0, 2, PHASE_TOTAL, "knob_ratio")->value, 0.1);
	assert_null(summary_find(&summary, 0, 2, PHASE_TOTAL, "ratio"));
	assert_null(summary_find(&summary, 0, 1, PHASE_TOTAL, "knob_ratio"));
	summary_fini(&summary);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_by_repetition),
		cmocka_unit_test(knobs_are_compared_within_and_across),
		cmocka_unit_test(too_few_pairs_have_no_interval),
		cmocka_unit_test(warmup_and_other_passes_do_not_count),
		cmocka_unit_test(what_cannot_be_compared_is_blank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
