/* SPDX-License-Identifier: MIT */
/* Which tasks an offline hurts: by their mask, whatever they are called. */
#include "fake_machine.h"

static void no_victims_no_findings(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state, (struct fake_task){ .pid = 10, .name = "pinned", .mask = "2" });
	impact = fake_impact(*state, "");
	assert_int_equal(impact.nr_findings, 0);
	assert_int_equal(impact.nr_tasks, 2);
	assert_false(impact_needs_consent(&impact));
	impact_fini(&impact);
}

static void a_pin_to_the_victim_blocks(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state, (struct fake_task){ .pid = 10, .name = "pinned", .mask = "2" });
	fake_task(*state, (struct fake_task){ .pid = 11, .name = "elsewhere", .mask = "3" });
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_TASK, IMPACT_BLOCKS);
	assert_string_equal(impact.findings[0].who, "10 pinned");
	assert_string_equal(impact.findings[0].cpus, "2");
	assert_true(impact_needs_consent(&impact));
	assert_int_equal(impact.nr_tasks, 3);
	assert_int_equal(impact.nr_free, 1);
	impact_fini(&impact);
}

static void a_part_of_the_mask_moves(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	fake_task(*state, (struct fake_task){ .pid = 10, .name = "some", .mask = "1-2" });
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_TASK, IMPACT_MOVES);
	impact_fini(&impact);
	/* Both go, but one after the other. */
	impact = fake_impact_of(*state, "1-2", 1);
	assert_one_finding(impact, IMPACT_TASK, IMPACT_MOVES);
	impact_fini(&impact);
	impact = fake_impact_of(*state, "1-2", 2);
	assert_one_finding(impact, IMPACT_TASK, IMPACT_BLOCKS);
	impact_fini(&impact);
}

/* CPU 3 is in the mask and offline already: it is no way out. */
static void an_offline_cpu_is_no_refuge(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-2,4");
	fake_task(*state, (struct fake_task){ .pid = 10, .name = "some", .mask = "2-3" });
	impact = fake_impact(*state, "2");
	assert_one_finding(impact, IMPACT_TASK, IMPACT_BLOCKS);
	impact_fini(&impact);
}

static void names_do_not_matter(void **state)
{
	static const char *const names[] = { ") S 1 (", "a b", "x) Z 1 1",
					     "n\nCpus_allowed_list:" };

	fake_machine(*state, "0-3");
	for (int i = 0; i < 4; i++)
		fake_task(*state,
			  (struct fake_task){ .pid = 10 + i, .name = names[i], .mask = "2" });
	struct impact impact = fake_impact(*state, "2");

	assert_int_equal(impact.nr_findings, 4);
	assert_int_equal(impact.nr_unreadable, 0);
	assert_string_equal(impact.findings[0].who, "10 ) S 1 (");
	assert_string_equal(impact.findings[3].who, "13 n?Cpus_allowed_list:");
	impact_fini(&impact);
}

static void threads_of_one_mask_are_one_row(void **state)
{
	struct impact impact;

	fake_machine(*state, "0-3");
	for (int tid = 10; tid < 15; tid++)
		fake_task(
			*state,
			(struct fake_task){
				.pid = 10, .tid = tid, .name = "worker", .mask = "2", .ppid = 1 });
	fake_task(*state,
		  (struct fake_task){
			  .pid = 10, .tid = 15, .name = "worker", .mask = "2-3", .ppid = 1 });
	impact = fake_impact(*state, "2");
	assert_int_equal(impact.nr_findings, 2);
	assert_int_equal(impact.findings[0].nr_threads, 5);
	assert_int_equal(impact.findings[1].nr_threads, 1);
	impact_fini(&impact);
}

static void large_numbers_and_holes(void **state)
{
	struct impact impact;

	fake_machine(*state, "0,64-65,1500,8000-8191");
	fake_task(*state, (struct fake_task){ .pid = 10, .name = "far", .mask = "1500" });
	fake_task(*state, (struct fake_task){ .pid = 11, .name = "last", .mask = "8190-8191" });
	impact = fake_impact(*state, "1500,8190-8191");
	assert_int_equal(impact_count(&impact, IMPACT_BLOCKS), 2);
	impact_fini(&impact);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(no_victims_no_findings),
		machine_test(a_pin_to_the_victim_blocks),
		machine_test(a_part_of_the_mask_moves),
		machine_test(an_offline_cpu_is_no_refuge),
		machine_test(names_do_not_matter),
		machine_test(threads_of_one_mask_are_one_row),
		machine_test(large_numbers_and_holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
