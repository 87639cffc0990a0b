/* SPDX-License-Identifier: MIT */
/* Python's csv module reads every file: as many fields in each row as in the header. */
#include "aftermath.h"
#include "bystander_join.h"
#include "csv.h"
#include "fake_recording.h"
#include "kernel_rows.h"
#include "scratch_dir.h"
#include "summary.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define PYTHON "/usr/bin/python3"

static const char script[] =
	"import csv, sys, glob\n"
	"files = glob.glob(sys.argv[1] + '/*.csv')\n"
	"for name in files:\n"
	"    rows = list(csv.reader(open(name, encoding='utf-8', newline=''), strict=True))\n"
	"    assert len(rows) > 1, name\n"
	"    assert len(set(rows[0])) == len(rows[0]), name\n"
	"    assert {len(row) for row in rows} == {len(rows[0])}, name\n"
	"    text = 'workload' if 'workload' in rows[0] else 'name'\n"
	"    assert all(row[rows[0].index(text)] == 'a,\\\"b\\\"\\nc' for row in rows[1:])\n"
	"assert len(files) == int(sys.argv[2])\n";

static void every_row_is_as_wide_as_the_header(void **state)
{
	const struct counter_row counter = { .event = "a,b", .reason = "\"" };
	const struct syscall_row syscall = { .name = "futex" };
	struct aftermath_row difference = { .what = "task", .name = "a,\"b\"\nc" };
	const struct aftermath aftermath = { .rows = &difference, .nr_rows = 1 };
	struct kstep_row step = { .function = "" };
	struct kcall_row call = { .origin = { .reason = "a,\"b\"" } };
	const struct kernel_rows kernel = {
		.steps = &step, .nr_steps = 1, .calls = &call, .nr_calls = 1
	};
	const struct bystander_row bystander = { .worst = { GAP_BLANK, "\n", 0, 0 } };
	struct csv_source source = { .counters = &counter,
				     .nr_counters = 1,
				     .syscalls = &syscall,
				     .nr_syscalls = 1,
				     .aftermath = &aftermath,
				     .kernel = &kernel,
				     .bystanders = &bystander,
				     .nr_bystanders = 1 };
	struct summary summary;
	struct scratch scratch;
	struct fake fake;
	char *command;

	(void)state;
	fake_init(&fake);
	fake.cell.workload = "a,\"b\"\nc";
	for (int i = 0; i < 6; i++)
		fake_block(&fake, (uint32_t)i % FAKE_NR_ARMS, 3, 1000);
	fake.rec.blocks[0].steps[2].status = STEP_REFUSED;
	fake.rec.blocks[0].steps[2].error = EBUSY;
	fake.rec.blocks[5].pass = PASS_MEMORY; /* each file has a row */
	assert_int_equal(summary_make(&fake.rec, &summary), 0);
	source.rec = &fake.rec;
	source.summary = &summary;
	assert_int_equal(scratch_init(&scratch), 0);
	for (int file = 0; file < NR_RUN_CSV_FILES; file++)
		assert_int_equal(csv_write(scratch.path, (enum csv_file)file, &source), 0);
	assert_true(asprintf(&command, PYTHON " -c \"%s\" %s %d", script, scratch.path,
			     NR_RUN_CSV_FILES) > 0);
	assert_int_equal(system(command), 0);
	free(command);
	scratch_fini(&scratch);
	summary_fini(&summary);
	fake_fini(&fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_row_is_as_wide_as_the_header) };

	if (access(PYTHON, X_OK)) {
		puts("skipped: no " PYTHON);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
