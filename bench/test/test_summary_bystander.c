/* SPDX-License-Identifier: MIT */
/* Worst gaps by arm, kind, distance and direction. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bystander_join.h"
#include "fake_recording.h"
#include "report_table.h"
#include "summary_bystander.h"

#include <math.h>
#include <string.h>

/* CPU 1 goes and comes; 0 is its sibling and has the controller, 2 is remote. */
static struct bystander_row row_of(uint32_t step, uint32_t cpu, uint64_t gap_ns)
{
	return (struct bystander_row){ .step = step,
				       .cpu = cpu,
				       .distance = cpu ? TOPO_REMOTE : TOPO_SIBLING,
				       .phase = NR_PHASES,
				       .threshold_ns = 2000,
				       .worst = { GAP_SEEN, NULL, 1, gap_ns },
				       .quiet = { GAP_BLANK, "too short", 0, 0 } };
}

static const struct summary_row *find(const struct summary *summary, const char *statistic,
				      const char *distance)
{
	for (size_t i = 0; i < summary->nr_rows; i++)
		if (!strcmp(summary->rows[i].statistic, statistic) &&
		    !strcmp(summary->rows[i].distance, distance))
			return &summary->rows[i];
	return NULL;
}

static void fill(struct fake *fake, struct bystander_row rows[5])
{
	fake_init(fake);
	fake_block(fake, FAKE_PARK, 2, 10)->pass = PASS_BYSTANDER;
	rows[0] = row_of(0, 2, 5000);
	rows[1] = row_of(1, 2, 7000);
	rows[2] = row_of(2, 2, 0);
	rows[2].worst = (struct worst_gap){ GAP_BELOW, "below", 0, 0 };
	rows[3] = row_of(3, 2, 9000);
	rows[4] = row_of(0, 0, 4000);
}

static void groups_are_kept_apart(void **state)
{
	struct summary summary = { .nr_rows = 0 };
	struct bystander_row rows[5];
	struct fake fake;

	(void)state;
	fill(&fake, rows);
	fake.rec.blocks[0].steps[3].status = STEP_REFUSED;
	assert_int_equal(summary_add_bystanders(&summary, &fake.rec, rows, 5), 0);
	/* Half way between what was seen and the threshold. */
	assert_true(find(&summary, "offline_gap_p50", "remote")->value == 3500);
	assert_true(find(&summary, "offline_gap_max", "remote")->value == 5000);
	assert_int_equal(find(&summary, "offline_gap_max", "remote")->n, 2);
	assert_non_null(strstr(find(&summary, "offline_gap_max", "remote")->reason, "1 of 2"));
	assert_true(isnan(find(&summary, "offline_gap_p99", "remote")->value));
	assert_true(find(&summary, "online_gap_max", "remote")->value == 7000);
	assert_true(find(&summary, "offline_gap_max", SUMMARY_CONTROLLER)->value == 4000);
	assert_null(find(&summary, "offline_gap_max", "sibling"));
	assert_string_equal(find(&summary, "offline_quiet_gap_p50", "remote")->reason, "too short");
	assert_true(isnan(find(&summary, "offline_quiet_gap_p50", "remote")->value));
	summary_fini(&summary);
	fake_fini(&fake);
}

static void no_rows_add_nothing(void **state)
{
	struct summary summary = { .nr_rows = 0 };
	struct fake fake;

	(void)state;
	fake_init(&fake);
	assert_int_equal(summary_add_bystanders(&summary, &fake.rec, NULL, 0), 0);
	assert_int_equal(summary.nr_rows, 0);
	fake_fini(&fake);
}

static void the_table_has_a_line_for_each_group(void **state)
{
	struct summary summary = { .nr_rows = 0 };
	struct bystander_row rows[5];
	struct fake fake;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	fill(&fake, rows);
	assert_int_equal(summary_add_bystanders(&summary, &fake.rec, rows, 5), 0);
	report_bystanders_print(out, &fake.rec, &summary, 0);
	fclose(out);
	assert_non_null(strstr(text, "\noffline park         spin  remote      3.50 us"));
	assert_non_null(strstr(text, "\noffline park         spin  controller  4.00 us"));
	assert_non_null(strstr(text, "\nonline  park         spin  remote      8.00 us"));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 100);
	free(text);
	summary_fini(&summary);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_kept_apart),
		cmocka_unit_test(no_rows_add_nothing),
		cmocka_unit_test(the_table_has_a_line_for_each_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
