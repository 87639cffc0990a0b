/* SPDX-License-Identifier: MIT */
/* The table at the end of a run: the same in every locale, at most 100 columns of plain ASCII. */
#include "fake_recording.h"
#include "golden.h"
#include "report_table.h"
#include "summary.h"

#include <errno.h>
#include <locale.h>
#include <math.h>

static void figures_have_three_digits(void **state)
{
	static const struct {
		double ns;
		const char *text;
	} times[] = {
		{ 0, "0 ns" },	      { 80, "80 ns" },	     { 999, "999 ns" },
		{ 999.5, "1.00 us" }, { 1234, "1.23 us" },   { 9994, "9.99 us" },
		{ 9995, "10.0 us" },  { 99949, "99.9 us" },  { 99950, "100 us" },
		{ 999499, "999 us" }, { 999500, "1.00 ms" }, { 38400000, "38.4 ms" },
		{ 1.5e9, "1.50 s" },  { 1.5e12, "1500 s" },  { NAN, "-" },
	};
	static const struct {
		double ratio;
		const char *text;
	} ratios[] = {
		{ 0.0421, "0.042" }, { 0.9994, "0.999" }, { 0.9996, "1.00" }, { 4.484, "4.48" },
		{ 12.34, "12.3" },   { 173.4, "173" },	  { NAN, "-" },
	};
	char text[REPORT_FIGURE_BYTES];

	(void)state;
	setlocale(LC_ALL, "de_DE.UTF-8");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		report_format_ns(times[i].ns, text);
		assert_string_equal(text, times[i].text);
	}
	for (size_t i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++) {
		report_format_ratio(ratios[i].ratio, text);
		assert_string_equal(text, ratios[i].text);
	}
}

static char *print(const struct fake *fake)
{
	struct summary summary;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(summary_make(&fake->rec, &summary), 0);
	assert_int_equal(report_table_print(out, &fake->rec, &summary, REPORT_TABLE_PHASES), 0);
	fclose(out);
	summary_fini(&summary);
	return text;
}

static void assert_fits_terminal(const char *text)
{
	size_t width = 0;

	for (; *text; text++) {
		width = *text == '\n' ? 0 : width + 1;
		assert_true(width <= 100);
		assert_true(*text == '\n' || (*text >= ' ' && *text <= '~'));
	}
}

static void table_matches_golden_file(void **state)
{
	struct block *block;
	struct fake fake;
	char *text;

	(void)state;
	setlocale(LC_ALL, "de_DE.UTF-8");
	fake_init(&fake);
	for (uint64_t i = 0; i < 8; i++) {
		fake_block(&fake, FAKE_PARK, 150, 9000 + 100 * i);
		block = fake_block(&fake, FAKE_RECREATE, 20, 41000 + 300 * i);
		block = fake_block(&fake, FAKE_EMPTY, 20, 80);
		for (size_t at = 0; at < block->nr_steps; at++)
			block->steps[at].blank[at % 2 ? PHASE_WAKE : PHASE_OFF_CPU] =
				BLANK_NO_THREADS;
	}
	block = &fake.rec.blocks[1];
	block->steps[0].status = STEP_REFUSED;
	block->steps[0].error = EBUSY;
	block->steps[1].status = STEP_NO_OP;
	block->steps[3].nr_affinity_lost = 2;
	for (size_t i = 1; i < fake.rec.nr_blocks; i += 3) {
		for (size_t at = 1; at < 40; at += 2)
			fake.rec.blocks[i].steps[at].blank[PHASE_FIRST_WORK] = BLANK_NOT_OBSERVABLE;
	}
	text = print(&fake);
	assert_fits_terminal(text);
	assert_golden(text, "golden/report_table.txt");
	free(text);
	fake_fini(&fake);
}

static void few_repetitions_are_footnoted(void **state)
{
	struct fake fake;
	char *text;

	(void)state;
	fake_init(&fake);
	fake_block(&fake, FAKE_PARK, 2, 1000);
	fake_block(&fake, FAKE_RECREATE, 2, 3000);
	fake.hotplug = (struct hotplug){ .name = "sysfs", .is_simulated = false };
	text = print(&fake);
	assert_fits_terminal(text);
	assert_non_null(strstr(text, "3.00 [-] 1 pair "));
	assert_non_null(strstr(text, "\n[-]: n is too small"));
	assert_non_null(strstr(text, "\np99 -: needs n of 1000"));
	assert_non_null(strstr(text, "hotplug sysfs: real"));
	assert_non_null(strstr(text, "share of total: park 50.0 %, recreate 50.0 %\n"));
	assert_null(strstr(text, "imulated"));
	free(text);
	fake_fini(&fake);
}

/* With nothing else to show, the harness's own cost gets rows. */
static void empty_alone_is_shown(void **state)
{
	struct fake fake;
	char *text;

	(void)state;
	fake_init(&fake);
	fake_block(&fake, FAKE_EMPTY, 2, 80)->arm = 0;
	fake.rec.arms += FAKE_EMPTY;
	fake.rec.nr_arms = 1;
	text = print(&fake);
	assert_fits_terminal(text);
	assert_non_null(strstr(text, "quiesce    empty           80 ns"));
	assert_non_null(strstr(text, "park is not in this run"));
	free(text);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_have_three_digits),
		cmocka_unit_test(table_matches_golden_file),
		cmocka_unit_test(few_repetitions_are_footnoted),
		cmocka_unit_test(empty_alone_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
