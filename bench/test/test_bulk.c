/* SPDX-License-Identifier: MIT */
/* One request for many CPUs: each gets the part that the trace shows, or a blank; nobody a share.
 */
#include "bulk.h"
#include "summary.h"
#include "summary_bulk.h"
#include "fake_recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct step_sample steps[2];
static struct kstep_row rows[8];
static struct block block = { .steps = steps, .nr_steps = 2 };
static struct kernel_rows kernel = { .steps = rows };

/* CPUs 1 and 3 went away by one request of 900 ns; quiescing took 10 ns each. */
static int setup(void **state)
{
	(void)state;
	memset(rows, 0, sizeof(rows));
	kernel.nr_steps = 0;
	for (uint32_t i = 0; i < 2; i++) {
		steps[i] = (struct step_sample){ .seq = i, .cpu = 2 * i + 1 };
		steps[i].ns[PHASE_QUIESCE] = 10;
		steps[i].ns[PHASE_OFFLINE] = 5; /* of seeing that it has gone */
		steps[i].ns[PHASE_TOTAL] = 15;
		bulk_mark(&steps[i], 900, 2);
	}
	return 0;
}

static struct kstep_row *add_row(uint32_t seq, uint64_t begin_ns, uint64_t end_ns)
{
	struct kstep_row *row = &rows[kernel.nr_steps++];

	*row = (struct kstep_row){
		.origin = { .is_joined = true, .seq = seq },
		.step = { .begin_ns = begin_ns, .end_ns = end_ns },
		.is_shown = true,
	};
	return row;
}

static void assert_blank(const struct step_sample *s)
{
	assert_int_equal(s->blank[PHASE_OFFLINE], BLANK_NOT_SPLIT);
	assert_int_equal(s->blank[PHASE_TOTAL], BLANK_NOT_SPLIT);
	assert_int_equal(s->ns[PHASE_OFFLINE], 0);
	assert_int_equal(s->ns[PHASE_TOTAL], 0);
	assert_int_equal(s->bulk_ns, 900);
	assert_int_equal(s->nr_in_bulk, 2);
}

static void without_a_trace_it_is_blank(void **state)
{
	(void)state;
	bulk_split(&block, NULL, 0);
	assert_blank(&steps[0]);
	bulk_split(&block, &kernel, 0);
	assert_blank(&steps[1]);
}

static void the_first_begin_to_the_last_end(void **state)
{
	(void)state;
	add_row(0, 50, 7000); /* of the block before */
	add_row(0, 1000, 1200);
	add_row(0, 1100, 1700); /* encloses the next */
	add_row(0, 1150, 1300);
	add_row(1, 1500, 1800);
	add_row(0, 1900, 9000)->step.is_up = true; /* a way back */
	bulk_split(&block, &kernel, 1);
	assert_int_equal(steps[0].begin_ns[PHASE_OFFLINE], 1000);
	assert_int_equal(steps[0].ns[PHASE_OFFLINE], 700);
	assert_int_equal(steps[0].ns[PHASE_TOTAL], 710);
	assert_int_equal(steps[1].ns[PHASE_OFFLINE], 300);
	assert_int_equal(steps[1].blank[PHASE_TOTAL], BLANK_NONE);
	assert_int_equal(steps[1].bulk_ns, 900);
}

static void what_was_not_seen_whole_is_blank(void **state)
{
	(void)state;
	add_row(0, 1000, 1200);
	add_row(0, 1300, 1400)->origin.status = KERNEL_SPOILED;
	add_row(1, 1500, 1600);
	add_row(1, 1700, 0)->origin.status = KERNEL_BLANK;
	bulk_split(&block, &kernel, 0);
	assert_blank(&steps[0]);
	assert_blank(&steps[1]);
}

static void the_way_up_has_its_own_rest(void **state)
{
	struct step_sample *s = &steps[0];

	(void)state;
	*s = (struct step_sample){ .action = PLAN_ONLINE };
	s->ns[PHASE_STARTUP] = 3;
	s->ns[PHASE_RESUME] = 20;
	bulk_mark(s, 900, 2);
	add_row(0, 1000, 1200)->step.is_up = true;
	bulk_split(&block, &kernel, 0);
	assert_int_equal(s->ns[PHASE_TOTAL], 220);
	s->blank[PHASE_RESUME] = BLANK_NOT_MOVED;
	bulk_mark(s, 900, 2);
	bulk_split(&block, &kernel, 0);
	assert_int_equal(s->ns[PHASE_ONLINE], 200);
	assert_int_equal(s->ns[PHASE_TOTAL], 203);
}

static void requests_are_counted_not_cpus(void **state)
{
	struct summary summary = { .nr_rows = 0 };
	const struct summary_row *row;
	struct block *recorded;
	struct fake fake;

	(void)state;
	fake_init(&fake);
	recorded = fake_block(&fake, FAKE_PARK, 4, 100);
	for (size_t i = 0; i < recorded->nr_steps; i++) {
		recorded->steps[i].action = i / 2 % 2 ? PLAN_ONLINE : PLAN_OFFLINE;
		recorded->steps[i].bulk_ns = 1000 * (1 + i / 2);
		recorded->steps[i].nr_in_bulk = 2;
	}
	assert_int_equal(recorded->nr_steps, 8);
	assert_int_equal(summary_add_bulk(&summary, &fake.rec), 0);
	row = summary_find(&summary, 0, FAKE_PARK, PHASE_OFFLINE, "bulk_p50");
	assert_non_null(row);
	assert_int_equal(row->n, 2);
	assert_int_equal(row->value, 2000); /* of 1000 and 3000 */
	row = summary_find(&summary, 0, FAKE_PARK, PHASE_ONLINE, "bulk_max");
	assert_int_equal(row->value, 4000);
	assert_null(summary_find(&summary, 0, FAKE_RECREATE, PHASE_OFFLINE, "bulk_p50"));
	summary_fini(&summary);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_trace_it_is_blank, setup),
		cmocka_unit_test_setup(the_first_begin_to_the_last_end, setup),
		cmocka_unit_test_setup(what_was_not_seen_whole_is_blank, setup),
		cmocka_unit_test_setup(the_way_up_has_its_own_rest, setup),
		cmocka_unit_test(requests_are_counted_not_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
