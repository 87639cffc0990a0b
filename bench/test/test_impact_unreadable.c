/* SPDX-License-Identifier: MIT */
/* What cannot be read: gone is gone, and the rest is counted. */
#include "fake_machine.h"

#include <errno.h>

/* Ended between two reads; waited for by nobody; cut off; a directory that is no process. */
static void races_with_exit_are_no_failures(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_file(*state, "proc/30/stat", "");
	fake_file(*state, "proc/31/task/31/comm", "gone");
	fake_file(*state, "proc/32/task/32/stat", "32 (half");
	fake_task(*state,
		  (struct fake_task){ .pid = 33, .name = "zombie", .mask = "2", .state = 'Z' });
	fake_file(*state, "proc/34x/task/34/stat", "no process");
	fake_file(*state, "proc/interrupts", "");
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 0);
	assert_int_equal(impact.nr_gone, 3);
	assert_int_equal(impact.nr_unreadable, 1);
	impact_fini(&impact);
}

/* A directory in place of the file: what cannot be read is counted, whoever asks. */
static void unreadable_ones_are_counted(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_file(*state, "proc/irq/35/smp_affinity_list/x", "");
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 0);
	assert_int_equal(impact.nr_unreadable, 1);
	impact_fini(&impact);
}

static void without_proc_there_is_no_answer(void **state)
{
	const struct impact_question question = { .origin = { .root = *state } };
	struct impact impact;

	assert_int_equal(impact_collect(&question, &impact), -ENOENT);
}

/* A task in 65536 groups has a status of many pages, and the mask comes behind them. */
static void a_long_status_is_read_to_its_end(void **state)
{
	char *text = malloc(1 << 20), *to = text;
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state, (struct fake_task){ .pid = 10, .name = "groups", .mask = "2" });
	to += sprintf(to, "Name:\tgroups\nGroups:\t");
	for (int i = 0; i < 65536; i++)
		to += sprintf(to, "%d ", 1000000000 + i);
	sprintf(to, "\nCpus_allowed_list:\t2\n");
	fake_file(*state, "proc/10/task/10/status", text);
	free(text);
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_TASK, IMPACT_BLOCKS);
	impact_fini(&impact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(races_with_exit_are_no_failures),
		machine_test(unreadable_ones_are_counted),
		machine_test(without_proc_there_is_no_answer),
		machine_test(a_long_status_is_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
