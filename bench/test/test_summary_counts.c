/* SPDX-License-Identifier: MIT */
/* Every step that did not end as planned is counted, refusals by errno. */
#include "fake_recording.h"
#include "summary.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_count(const struct summary *summary, const char *statistic, double count)
{
	const struct summary_row *row = summary_find(summary, 0, FAKE_PARK, NR_PHASES, statistic);

	assert_non_null(row);
	if (row->value != count)
		fail_msg("%s is %g, not %g", statistic, row->value, count);
	assert_int_equal(row->n, 12);
}

static double refused_with(const struct summary *summary, const char *name)
{
	for (size_t i = 0; i < summary->nr_rows; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (row->arm == FAKE_PARK && !strcmp(row->statistic, "refused") &&
		    !strcmp(row->reason, name))
			return row->value;
	}
	return -1;
}

static void counts_by_status_and_errno(void **state)
{
	const enum step_status statuses[] = { STEP_DONE,    STEP_REFUSED, STEP_REFUSED,
					      STEP_REFUSED, STEP_REFUSED, STEP_NO_OP,
					      STEP_SPOILED, STEP_LOST,	  STEP_NOT_TRIED };
	const int errors[] = { 0, EBUSY, EPERM, EBUSY, 4711, 0, 0, ETIMEDOUT, 0 };
	struct summary summary;
	struct block *block;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	block = fake_block(&fake, FAKE_PARK, 6, 100);
	for (size_t i = 0; i < 9; i++) {
		block->steps[i].status = statuses[i];
		block->steps[i].error = errors[i];
		block->steps[i].nr_wrong_cpu = 1;
		block->steps[i].nr_affinity_lost = 2;
	}
	fake_block(&fake, FAKE_PARK, 6, 100)->is_warmup = true;
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	assert_count(&summary, "steps", 12);
	assert_count(&summary, "no_op", 1);
	assert_count(&summary, "spoiled", 1);
	assert_count(&summary, "lost", 1);
	assert_count(&summary, "not_tried", 1);
	assert_count(&summary, "wrong_cpu", 9);
	assert_count(&summary, "affinity_lost", 18);
	assert_true(refused_with(&summary, "EBUSY") == 2);
	assert_true(refused_with(&summary, "EPERM") == 1);
	assert_true(refused_with(&summary, "not known") == 1);
	assert_true(refused_with(&summary, "") == -1);
	summary_fini(&summary);
	fake_fini(&fake);
}

static void what_had_to_be_refused_is_no_trouble(void **state)
{
	struct summary summary;
	struct block *block;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	block = fake_block(&fake, FAKE_PARK, 6, 100);
	for (size_t i = 0; i < 3; i++) {
		block->steps[i].status = STEP_REFUSED;
		block->steps[i].error = EAGAIN;
	}
	block->steps[0].fails = PLAN_FAILS_THREADS;
	block->steps[1].fail_state = 20;
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	assert_count(&summary, "refused_as_planned", 2);
	assert_true(refused_with(&summary, "EAGAIN") == 1);
	summary_fini(&summary);
	fake_fini(&fake);
}

static void nothing_refused_is_a_row_too(void **state)
{
	struct summary summary;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	fake_block(&fake, FAKE_PARK, 6, 100);
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	assert_count(&summary, "refused", 0);
	assert_count(&summary, "affinity_lost", 0);
	summary_fini(&summary);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_status_and_errno),
		cmocka_unit_test(what_had_to_be_refused_is_no_trouble),
		cmocka_unit_test(nothing_refused_is_a_row_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
