/* SPDX-License-Identifier: MIT */
/* What differs afterwards is found, and whose it is. */
#include "aftermath.h"
#include "fake_machine.h"

static const char irq35[] = "proc/irq/35/smp_affinity_list";

static struct aftermath begin(const char *root, const char *const *own_paths)
{
	const struct census_origin origin = { root, FAKE_OWN_PID, own_paths };
	struct aftermath aftermath;
	struct cpumask victims;

	fake_machine(root, "0-3");
	fake_file(root, "sys/devices/system/cpu/smt/control", "on");
	fake_file(root, irq35, "2");
	fake_file(root, "sys/kernel/irq/35/actions", "eth0");
	fake_file(root, "sys/devices/system/cpu/cpufreq/policy2/scaling_governor", "powersave");
	fake_file(root, "sys/devices/system/cpu/cpufreq/policy2/scaling_min_freq", "800000");
	fake_file(root, "sys/devices/system/cpu/cpufreq/policy2/scaling_max_freq", "2100000");
	fake_file(root, "sys/kernel/rcu_expedited", "0");
	fake_task(root, (struct fake_task){ .pid = 10, .name = "pinned", .mask = "2" });
	fake_task(root, (struct fake_task){ .pid = 11, .name = "other", .mask = "0" });
	fake_task(root, (struct fake_task){
				.pid = 12, .name = "cpuhp/2", .mask = "2", .flags = FAKE_BOUND });
	fake_task(root,
		  (struct fake_task){ .pid = FAKE_OWN_PID, .name = "parkbench", .mask = "0-3" });
	cpumask_parse("2", &victims);
	assert_int_equal(aftermath_begin(&origin, &victims, &aftermath), 0);
	return aftermath;
}

static void nothing_changed_no_rows(void **state)
{
	struct aftermath a = begin(*state, NULL);

	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(a.nr_rows, 0);
	assert_int_equal(a.nr_gone, 0);
	aftermath_fini(&a);
}

/* M4. */
static void a_lost_pin_and_a_widened_irq(void **state)
{
	struct aftermath a = begin(*state, NULL);

	fake_task(*state, (struct fake_task){ .pid = 10, .name = "pinned", .mask = "0-3" });
	fake_task(*state,
		  (struct fake_task){
			  .pid = 12, .name = "cpuhp/2", .mask = "0-3", .flags = FAKE_BOUND });
	fake_file(*state, irq35, "0-1,3");
	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(a.nr_rows, 2);
	assert_string_equal(a.rows[0].what, "irq");
	assert_string_equal(a.rows[0].name, "eth0");
	assert_string_equal(a.rows[0].setting, irq35);
	assert_string_equal(a.rows[0].after, "0-1,3");
	assert_string_equal(a.rows[1].what, "task");
	assert_int_equal(a.rows[1].tid, 10);
	assert_string_equal(a.rows[1].before, "2");
	assert_string_equal(a.rows[1].after, "0-3");
	assert_int_equal(aftermath_nr_ours(&a), 0);
	assert_int_equal(aftermath_nr_foreign(&a), 2);
	aftermath_fini(&a);
}

static void the_same_number_may_be_another_task(void **state)
{
	struct aftermath a = begin(*state, NULL);

	fake_task(*state,
		  (struct fake_task){ .pid = 10, .name = "new", .mask = "0-3", .start = 999 });
	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(a.nr_rows, 0);
	assert_int_equal(a.nr_gone, 1);
	aftermath_fini(&a);
}

static void somebody_elses_change_is_told_apart(void **state)
{
	struct aftermath a = begin(*state, NULL);

	fake_task(*state, (struct fake_task){ .pid = 11, .name = "other", .mask = "3" });
	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(a.nr_rows, 1);
	assert_false(a.rows[0].is_by_offline);
	assert_int_equal(aftermath_nr_foreign(&a), 0);
	assert_string_equal(aftermath_status(&a.rows[0]), "somebody else changed it");
	aftermath_fini(&a);
}

static void what_is_ours_fails_the_run(void **state)
{
	static const char *const knobs[] = { "sys/kernel/rcu_expedited", NULL };
	struct aftermath a = begin(*state, knobs);

	fake_file(*state, "sys/devices/system/cpu/online", "0-1,3");
	fake_file(*state, "sys/devices/system/cpu/smt/control", "off");
	fake_file(*state, knobs[0], "1");
	fake_task(*state,
		  (struct fake_task){ .pid = FAKE_OWN_PID, .name = "parkbench", .mask = "0" });
	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(a.nr_rows, 4);
	assert_int_equal(aftermath_nr_ours(&a), 4);
	assert_int_equal(aftermath_nr_foreign(&a), 0);
	aftermath_fini(&a);
}

static void a_governor_is_reported(void **state)
{
	struct aftermath a = begin(*state, NULL);

	fake_file(*state, "sys/devices/system/cpu/cpufreq/policy2/scaling_governor", "performance");
	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(a.nr_rows, 1);
	assert_string_equal(a.rows[0].what, "governor");
	assert_string_equal(a.rows[0].name, "policy2");
	assert_true(a.rows[0].is_by_offline);
	aftermath_fini(&a);
}

static void limits_of_a_policy_are_reported(void **state)
{
	static const char max[] = "sys/devices/system/cpu/cpufreq/policy2/scaling_max_freq";
	struct aftermath a = begin(*state, NULL);

	fake_file(*state, "sys/devices/system/cpu/cpufreq/policy2/scaling_min_freq", "400000");
	fake_file(*state, max, "2600000");
	assert_int_equal(aftermath_compare(&a, NULL), 0);
	assert_int_equal(a.nr_rows, 2);
	assert_string_equal(a.rows[0].what, "frequency");
	assert_string_equal(a.rows[0].before, "800000");
	assert_string_equal(a.rows[0].after, "400000");
	assert_string_equal(a.rows[1].setting, max);
	assert_int_equal(aftermath_nr_foreign(&a), 2);
	aftermath_fini(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		machine_test(nothing_changed_no_rows),
		machine_test(a_lost_pin_and_a_widened_irq),
		machine_test(the_same_number_may_be_another_task),
		machine_test(somebody_elses_change_is_told_apart),
		machine_test(what_is_ours_fails_the_run),
		machine_test(a_governor_is_reported),
		machine_test(limits_of_a_policy_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
