/* SPDX-License-Identifier: MIT */
/* Which gap counts for which step, from made-up logs and steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bystander_join.h"
#include "fake_recording.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A log that saw everything. */
static struct gap_log log_of(struct gap *gaps, size_t nr)
{
	return (struct gap_log){ .gaps = gaps,
				 .nr_gaps = nr,
				 .max_gaps = nr,
				 .until_ns = UINT64_MAX,
				 .threshold_ns = 10 };
}

static struct worst_gap worst_in(const struct gap_log *log, enum bystander_kind kind,
				 uint64_t begin_ns, uint64_t end_ns)
{
	const struct bystander_view view = { .cpu = 2, .kind = kind, .log = log };

	return bystander_worst(&view, (struct window){ begin_ns, end_ns });
}

static void assert_seen(struct worst_gap gap, uint64_t begin_ns, uint64_t gap_ns)
{
	assert_int_equal(gap.status, GAP_SEEN);
	assert_null(gap.reason);
	assert_int_equal(gap.begin_ns, begin_ns);
	assert_int_equal(gap.gap_ns, gap_ns);
}

static void the_longest_gap_of_the_window_counts(void **state)
{
	struct gap gaps[] = { { 50, 90 }, { 200, 20 }, { 230, 40 }, { 280, 30 }, { 500, 90 } };
	struct gap_log log = log_of(gaps, ARRAY_SIZE(gaps));

	(void)state;
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 200, 400), 230, 40);
}

static void a_gap_counts_from_the_later_begin_to_its_end(void **state)
{
	struct gap gaps[] = { { 100, 100 }, { 290, 50 } };
	struct gap_log log = log_of(gaps, ARRAY_SIZE(gaps));

	(void)state;
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 130, 150), 130, 70);
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 190, 291), 290, 50);
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 300, 301), 300, 40);
}

static void the_bounds_of_a_window(void **state)
{
	struct gap gaps[] = { { 100, 100 }, { 300, 50 } };
	struct gap_log log = log_of(gaps, ARRAY_SIZE(gaps));

	(void)state;
	/* Over when the window begins; begins when the window is over. */
	assert_int_equal(worst_in(&log, BYSTANDER_SPIN, 200, 300).status, GAP_BELOW);
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 199, 300), 199, 1);
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 200, 301), 300, 50);
}

static void a_gap_over_two_steps_counts_for_both(void **state)
{
	struct gap gaps[] = { { 100, 100 } };
	struct gap_log log = log_of(gaps, 1);

	(void)state;
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 90, 120), 100, 100);
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 150, 180), 150, 50);
}

static void a_sleeper_knows_only_what_it_was_due_for(void **state)
{
	struct gap gaps[] = { { 100, 0 }, { 200, 7 }, { 300, 30 } };
	struct gap_log log = log_of(gaps, ARRAY_SIZE(gaps));

	(void)state;
	assert_seen(worst_in(&log, BYSTANDER_SLEEP, 100, 150), 100, 0);
	assert_seen(worst_in(&log, BYSTANDER_SLEEP, 150, 250), 200, 7);
	assert_int_equal(worst_in(&log, BYSTANDER_SLEEP, 101, 200).status, GAP_BLANK);
	assert_int_equal(worst_in(&log, BYSTANDER_SPIN, 101, 200).status, GAP_BELOW);
}

static void what_was_not_looked_at_is_blank(void **state)
{
	struct gap gaps[] = { { 100, 20 } };
	struct gap_log log = log_of(gaps, 1);
	const struct bystander_view displaced = { .log = &log, .is_displaced = true };

	(void)state;
	log.from_ns = 50;
	log.until_ns = 400;
	assert_int_equal(worst_in(&log, BYSTANDER_SPIN, 49, 130).status, GAP_BLANK);
	assert_int_equal(worst_in(&log, BYSTANDER_SPIN, 90, 401).status, GAP_BLANK);
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 50, 400), 100, 20);
	assert_int_equal(bystander_worst(&displaced, (struct window){ 90, 130 }).status, GAP_BLANK);
}

static void a_full_log_keeps_what_it_has_and_counts_the_rest(void **state)
{
	struct gap gaps[2];
	struct gap_log log = { .gaps = gaps, .max_gaps = 2, .until_ns = UINT64_MAX };

	(void)state;
	gap_log_add(&log, 100, 20);
	gap_log_add(&log, 200, 20);
	assert_int_equal(log.nr_dropped, 0);
	gap_log_add(&log, 300, 20);
	gap_log_add(&log, 400, 20);
	assert_int_equal(log.nr_gaps, 2);
	assert_int_equal(log.nr_dropped, 2);
	assert_int_equal(log.full_since_ns, 300);
	assert_seen(worst_in(&log, BYSTANDER_SPIN, 150, 300), 200, 20);
	assert_int_equal(worst_in(&log, BYSTANDER_SPIN, 150, 301).status, GAP_BLANK);
	assert_int_equal(worst_in(&log, BYSTANDER_SPIN, 350, 380).status, GAP_BLANK);
}

/* quiesce 100-150, off_cpu 100-170, offline 180-300. */
static struct step_sample offline_step(void)
{
	struct step_sample s = { .action = PLAN_OFFLINE, .status = STEP_DONE };

	s.begin_ns[PHASE_QUIESCE] = s.begin_ns[PHASE_OFF_CPU] = 100;
	s.ns[PHASE_QUIESCE] = 50;
	s.ns[PHASE_OFF_CPU] = 70;
	s.begin_ns[PHASE_OFFLINE] = 180;
	s.ns[PHASE_OFFLINE] = 120;
	s.ns[PHASE_TOTAL] = 170;
	return s;
}

static enum phase phase_at(const struct step_sample *s, uint64_t begin_ns, uint64_t gap_ns)
{
	const struct worst_gap gap = { GAP_SEEN, NULL, begin_ns, gap_ns };

	return bystander_phase(s, &gap);
}

static void the_phase_with_most_of_the_gap_has_it(void **state)
{
	const struct step_sample s = offline_step();
	const struct worst_gap none = { .status = GAP_BELOW, .begin_ns = 200 };

	(void)state;
	assert_int_equal(phase_at(&s, 100, 50), PHASE_QUIESCE);
	assert_int_equal(phase_at(&s, 155, 5), PHASE_OFF_CPU);
	assert_int_equal(phase_at(&s, 140, 35), PHASE_OFF_CPU);
	assert_int_equal(phase_at(&s, 140, 60), PHASE_OFF_CPU);
	assert_int_equal(phase_at(&s, 140, 61), PHASE_OFFLINE);
	assert_int_equal(phase_at(&s, 120, 5000), PHASE_OFFLINE);
	assert_int_equal(phase_at(&s, 172, 5), NR_PHASES);
	assert_int_equal(phase_at(&s, 180, 0), PHASE_OFFLINE);
	assert_int_equal(phase_at(&s, 300, 20), NR_PHASES);
	assert_int_equal(bystander_phase(&s, &none), NR_PHASES);
}

static void startup_counts_where_nobody_wakes(void **state)
{
	struct step_sample s = { .action = PLAN_ONLINE, .status = STEP_DONE };

	(void)state;
	s.begin_ns[PHASE_ONLINE] = 100;
	s.ns[PHASE_ONLINE] = 100;
	s.begin_ns[PHASE_STARTUP] = 200;
	s.ns[PHASE_STARTUP] = 100;
	assert_int_equal(phase_at(&s, 210, 20), PHASE_STARTUP);
	s.begin_ns[PHASE_WAKE] = 200;
	s.ns[PHASE_WAKE] = 50;
	s.begin_ns[PHASE_FIRST_WORK] = 250;
	s.ns[PHASE_FIRST_WORK] = 10;
	assert_int_equal(phase_at(&s, 210, 20), PHASE_WAKE);
	assert_int_equal(phase_at(&s, 245, 15), PHASE_FIRST_WORK);
	assert_int_equal(phase_at(&s, 290, 5), NR_PHASES);
}

static void a_refused_step_lasts_until_its_end(void **state)
{
	const struct block block = { .started_ns = 1000 };
	struct step_sample s = offline_step();

	(void)state;
	s.started_ns = 7;
	s.ended_ns = 500;
	s.begin_ns[PHASE_OFFLINE] = 1180;
	assert_int_equal(bystander_window(&block, &s).begin_ns, 1007);
	assert_int_equal(bystander_window(&block, &s).end_ns, 1300);
	s.status = STEP_REFUSED;
	assert_int_equal(bystander_window(&block, &s).end_ns, 1500);
}

/* Steps by begin and end since the block's, as refused ones: their ends are given. */
static struct step_sample plain_step(uint64_t begin_ns, uint64_t end_ns)
{
	return (struct step_sample){ .cpu = 1,
				     .real_cpu = 1,
				     .status = STEP_REFUSED,
				     .started_ns = begin_ns,
				     .ended_ns = end_ns };
}

static void the_quiet_stretch_is_the_dwell_before(void **state)
{
	struct step_sample steps[] = { plain_step(100, 200), plain_step(250, 310),
				       plain_step(315, 365), plain_step(370, 600),
				       plain_step(700, 1100) };
	const struct block block = {
		.index = 3, .started_ns = 1000, .steps = steps, .nr_steps = ARRAY_SIZE(steps)
	};
	/* In the lead; in the dwell before step 1 and into step 1; in step 2. */
	struct gap gaps[] = { { 880, 15 }, { 1230, 30 }, { 1320, 40 } };
	struct gap_log log = log_of(gaps, ARRAY_SIZE(gaps));
	const struct bystander_view view = { .cpu = 2, .log = &log };
	struct bystander_row rows[ARRAY_SIZE(steps)];
	struct fake fake;
	const struct bystander_scene scene = { &fake.topo, &block, { 600, 900 } };
	size_t nr;

	(void)state;
	fake_init(&fake);
	assert_int_equal(bystander_join(&scene, &view, rows, &nr), 0);
	assert_int_equal(nr, ARRAY_SIZE(steps));
	/* As long as the dwell before it. */
	assert_int_equal(rows[0].window_ns, 100);
	assert_int_equal(rows[0].quiet.status, GAP_BELOW);
	assert_int_equal(rows[0].quiet_age_ns, 0);
	/* 60 do not fit into 50: the dwell before the first step, 150 earlier. */
	assert_seen(rows[1].worst, 1250, 10);
	assert_int_equal(rows[1].quiet.status, GAP_BELOW);
	assert_int_equal(rows[1].quiet_age_ns, 150);
	/* 50 fit into the 50 before step 1. */
	assert_seen(rows[2].worst, 1320, 40);
	assert_seen(rows[2].quiet, 1230, 30);
	assert_int_equal(rows[2].quiet_age_ns, 65);
	/* Only the lead is that long. */
	assert_seen(rows[3].quiet, 880, 15);
	assert_int_equal(rows[3].quiet_age_ns, 470);
	assert_int_equal(rows[4].quiet.status, GAP_BLANK);
	assert_int_equal(rows[4].worst.status, GAP_BELOW);
	assert_int_equal(rows[4].block, 3);
	assert_int_equal(rows[4].step, 4);
	assert_int_equal(rows[4].distance, TOPO_REMOTE);
	fake_fini(&fake);
}

static void what_did_not_happen_has_no_row(void **state)
{
	struct step_sample steps[] = { plain_step(100, 200),
				       plain_step(300, 300),
				       plain_step(400, 500),
				       { .status = STEP_NOT_TRIED } };
	const struct block block = { .steps = steps, .nr_steps = ARRAY_SIZE(steps) };
	struct gap_log log = log_of(NULL, 0);
	const struct bystander_view view = { .cpu = 0, .log = &log };
	struct bystander_row rows[ARRAY_SIZE(steps)];
	struct fake fake;
	const struct bystander_scene scene = { .topo = &fake.topo, .block = &block };
	size_t nr;

	(void)state;
	fake_init(&fake);
	steps[1].status = STEP_NO_OP;
	assert_int_equal(bystander_join(&scene, &view, rows, &nr), 0);
	assert_int_equal(nr, 2);
	assert_int_equal(rows[1].step, 2);
	assert_int_equal(rows[1].distance, TOPO_SIBLING);
	/* The no-op is no break of the dwell: 200 before step 2. */
	assert_int_equal(rows[1].quiet_age_ns, 0);
	assert_int_equal(rows[1].quiet.status, GAP_BELOW);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_gap_of_the_window_counts),
		cmocka_unit_test(a_gap_counts_from_the_later_begin_to_its_end),
		cmocka_unit_test(the_bounds_of_a_window),
		cmocka_unit_test(a_gap_over_two_steps_counts_for_both),
		cmocka_unit_test(a_sleeper_knows_only_what_it_was_due_for),
		cmocka_unit_test(what_was_not_looked_at_is_blank),
		cmocka_unit_test(a_full_log_keeps_what_it_has_and_counts_the_rest),
		cmocka_unit_test(the_phase_with_most_of_the_gap_has_it),
		cmocka_unit_test(startup_counts_where_nobody_wakes),
		cmocka_unit_test(a_refused_step_lasts_until_its_end),
		cmocka_unit_test(the_quiet_stretch_is_the_dwell_before),
		cmocka_unit_test(what_did_not_happen_has_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
