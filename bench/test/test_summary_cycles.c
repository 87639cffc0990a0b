/* SPDX-License-Identifier: MIT */
/* total and the threads' share are told per cycle: a CPU that went away and came back. */
#include "fake_recording.h"
#include "summary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct summary_row *find(const struct summary *summary, uint32_t arm,
				      unsigned int phase, const char *statistic)
{
	const struct summary_row *row = summary_find(summary, 0, arm, (enum phase)phase, statistic);

	assert_non_null(row);
	return row;
}

/* CPU 1 off, CPU 2 off, CPU 1 on, CPU 2 on; a second turn whose steps did not all succeed. */
static void cycles_are_found_per_cpu(void **state)
{
	const enum plan_action actions[] = { PLAN_OFFLINE, PLAN_OFFLINE, PLAN_ONLINE, PLAN_ONLINE };
	const uint32_t cpus[] = { 1, 2, 1, 2 };
	const struct summary_row *row;
	struct summary summary;
	struct block *block;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	block = fake_block(&fake, FAKE_PARK, 4, 0);
	for (uint32_t i = 0; i < 8; i++) {
		fake_step(&block->steps[i], actions[i % 4] == PLAN_ONLINE, cpus[i % 4], 100);
		block->steps[i].ns[PHASE_TOTAL] = i % 4 == 2 ? 1000 : i % 4 == 3 ? 3000 : 0;
	}
	block->steps[4].status = STEP_REFUSED;
	block->steps[6].status = STEP_NO_OP;
	block->steps[7].status = STEP_SPOILED;
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = find(&summary, FAKE_PARK, PHASE_TOTAL, "mean");
	assert_true(row->value == 2000);
	assert_int_equal(row->n, 2);
	assert_string_equal(row->replicate, "cycle");
	row = find(&summary, FAKE_PARK, PHASE_QUIESCE, "mean");
	assert_int_equal(row->n, 3);
	assert_string_equal(row->replicate, "step");
	summary_fini(&summary);
	fake_fini(&fake);
}

/* Refused as planned, between its going and its coming: the cycle is whole all the same. */
static void planned_refusals_break_no_cycle(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct block *block;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	block = fake_block(&fake, FAKE_PARK, 4, 0);
	for (uint32_t i = 0; i < 8; i++) {
		fake_step(&block->steps[i], i % 4 >= 2, 1, 100);
		block->steps[i].ns[PHASE_TOTAL] = i % 4 >= 2 ? 1000 : 0;
		if (i % 2 == 1 - i % 4 / 2)
			continue;
		block->steps[i].status = STEP_REFUSED;
		block->steps[i].fails = PLAN_FAILS_HOTPLUG;
	}
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = find(&summary, FAKE_PARK, PHASE_TOTAL, "mean");
	assert_int_equal(row->n, 2);
	summary_fini(&summary);
	fake_fini(&fake);
}

/* Where both steps carry a part of the total, a cycle is their sum. */
static void parts_of_a_total_add_up(void **state)
{
	struct summary summary;
	struct block *block;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	block = fake_block(&fake, FAKE_PARK, 1, 100);
	block->steps[0].blank[PHASE_TOTAL] = BLANK_NONE;
	block->steps[0].ns[PHASE_TOTAL] = 11;
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	assert_true(find(&summary, FAKE_PARK, PHASE_TOTAL, "max")->value == 411);
	summary_fini(&summary);
	fake_fini(&fake);
}

/* A share of sums, not a sum of shares: (100 + 300 + 100 + 100) / (1000 + 3000). */
static void share_is_of_sums(void **state)
{
	const struct summary_row *row;
	struct summary summary;
	struct block *block;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	block = fake_block(&fake, FAKE_PARK, 2, 100);
	block->steps[1].ns[PHASE_RESUME] = 300;
	block->steps[1].ns[PHASE_TOTAL] = 1000;
	block->steps[3].ns[PHASE_TOTAL] = 3000;
	block = fake_block(&fake, FAKE_EMPTY, 2, 100);
	block->steps[1].blank[PHASE_RESUME] = BLANK_NO_THREADS;
	block->steps[3].blank[PHASE_RESUME] = BLANK_NO_THREADS;
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	row = find(&summary, FAKE_PARK, NR_PHASES, "threads_share");
	assert_true(fabs(row->value - 0.15) < 1e-12);
	assert_int_equal(row->n, 1);
	assert_string_equal(row->replicate, "block");
	row = find(&summary, FAKE_EMPTY, NR_PHASES, "threads_share");
	assert_true(isnan(row->value));
	assert_string_equal(row->reason, blank_reason(BLANK_NO_THREADS));
	summary_fini(&summary);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cycles_are_found_per_cpu),
		cmocka_unit_test(planned_refusals_break_no_cycle),
		cmocka_unit_test(parts_of_a_total_add_up),
		cmocka_unit_test(share_is_of_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
