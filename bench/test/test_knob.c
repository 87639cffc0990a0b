/* SPDX-License-Identifier: MIT */
/* Which files a knob means, what is none, and that each setting has its combination of values. */
#include "fake_root.h"
#include "knob.h"

#include <errno.h>

#define GOVERNOR(n) "sys/devices/system/cpu/cpufreq/policy" #n "/scaling_governor"

static struct hotplug_control control;
static char why[384];

static int setup(void **state)
{
	static const struct fake_file files[] = {
		{ "sys/kernel/rcu_expedited", "0" },
		{ "sys/module/rcutree/parameters/rcu_normal_wake_from_gp", "N" },
		{ GOVERNOR(0), "powersave" },
		{ GOVERNOR(2), "performance" },
		{ "sys/devices/system/cpu/cpu1/online", "1" },
		{ "sys/devices/system/cpu/cpu1/cpuidle/state2/disable", "0" },
		{ "sys/two_lines", "a\nb" },
		{ "sys/empty", "" },
		{ "sys/null", "(null)" },
		{ "proc/sys/kernel/numa_balancing", "1" },
		{ NULL, NULL },
	};

	if (fake_root_setup(state))
		return -1;
	fake_files(*state, files);
	/* As sysfs has it: CPUs that share a policy have links to it. */
	fake_link(*state, "sys/devices/system/cpu/cpu0/cpufreq", "../cpufreq/policy0");
	fake_link(*state, "sys/devices/system/cpu/cpu1/cpufreq", "../cpufreq/policy0");
	fake_link(*state, "sys/devices/system/cpu/cpu2/cpufreq", "../cpufreq/policy2");
	fake_link(*state, "sys/bus_link", "devices/system/cpu/cpu1/online");
	control = (struct hotplug_control){ .root = *state };
	return 0;
}

static int resolve(struct knobs *knobs, const char *first, const char *second)
{
	const char *texts[] = { first, second, NULL };

	return knobs_resolve(knobs, &control, texts, why, sizeof(why));
}

static void assert_refused(const char *first, const char *second, const char *reason)
{
	struct knobs knobs;

	assert_int_equal(resolve(&knobs, first, second), -EINVAL);
	if (!strstr(why, reason))
		fail_msg("%s: it says '%s'", first, why);
	knobs_fini(&knobs);
}

static const char *content(const char *path)
{
	static char text[64];
	char full[4096];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", control.root, path);
	file = fopen(full, "r");
	assert_non_null(file);
	if (!fgets(text, sizeof(text), file))
		*text = '\0';
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void each_setting_is_a_combination(void **state)
{
	static const char *const labels[] = {
		"rcu_expedited=0 numa_balancing=1", "rcu_expedited=0 numa_balancing=0",
		"rcu_expedited=0 numa_balancing=2", "rcu_expedited=1 numa_balancing=1",
		"rcu_expedited=1 numa_balancing=0", "rcu_expedited=1 numa_balancing=2",
	};
	struct knobs knobs;

	(void)state;
	assert_int_equal(resolve(&knobs, "/sys/kernel/rcu_expedited=0,1",
				 "/proc/sys/kernel/numa_balancing=1,0,2"),
			 0);
	assert_int_equal(knobs.nr_settings, 6);
	for (uint32_t setting = 0; setting < 6; setting++) {
		char expected[KNOB_LABEL_BYTES];

		assert_string_equal(knobs.labels[setting], labels[setting]);
		assert_int_equal(knobs_turn(&knobs, setting, why, sizeof(why)), 0);
		snprintf(expected, sizeof(expected), "rcu_expedited=%s",
			 content("sys/kernel/rcu_expedited"));
		strcat(strcat(expected, " numa_balancing="),
		       content("proc/sys/kernel/numa_balancing"));
		assert_string_equal(expected, labels[setting]);
	}
	assert_int_equal(knobs.nr_drifted, 0);
	assert_string_equal(knobs.before.list[0].was, "0");
	knobs_fini(&knobs);
}

static void a_shared_file_is_one(void **state)
{
	struct knobs knobs;

	(void)state;
	assert_int_equal(resolve(&knobs,
				 "/sys/devices/system/cpu/cpu*/cpufreq/scaling_governor="
				 "powersave,performance",
				 NULL),
			 0);
	assert_int_equal(knobs.before.nr, 2);
	assert_string_equal(knobs.before.list[0].path, GOVERNOR(0));
	assert_string_equal(knobs.before.list[1].was, "performance");
	assert_int_equal(knobs_turn(&knobs, 1, why, sizeof(why)), 0);
	assert_string_equal(content(GOVERNOR(0)), "performance");
	assert_int_equal(knobs_turn(&knobs, 0, why, sizeof(why)), 0);
	assert_string_equal(content(GOVERNOR(0)), "powersave");
	assert_string_equal(content(GOVERNOR(2)), "powersave");
	knobs_fini(&knobs);
}

static void trying_leaves_all_as_it_was(void **state)
{
	struct knobs knobs;

	(void)state;
	assert_int_equal(resolve(&knobs, "/sys/kernel/rcu_expedited=0,1", NULL), 0);
	assert_int_equal(knobs_try(&knobs, why, sizeof(why)), 0);
	assert_string_equal(content("sys/kernel/rcu_expedited"), "0");
	/* Gone since: as a value that is refused. */
	knobs.control.root = "/nowhere";
	assert_int_equal(knobs_try(&knobs, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "does not take '0' for /sys/kernel/rcu_expedited"));
	assert_non_null(strstr(why, "ENOENT"));
	knobs_fini(&knobs);
}

static void who_else_turns_it_is_noticed(void **state)
{
	struct knobs knobs;

	assert_int_equal(resolve(&knobs, "/sys/kernel/rcu_expedited=0,1", NULL), 0);
	assert_int_equal(knobs_turn(&knobs, 1, why, sizeof(why)), 0);
	fake_file(*state, "sys/kernel/rcu_expedited", "0");
	assert_int_equal(knobs_turn(&knobs, 0, why, sizeof(why)), 0);
	assert_int_equal(knobs.nr_drifted, 1);
	knobs_fini(&knobs);
}

static void what_is_no_knob(void **state)
{
	(void)state;
	assert_refused("/sys/devices/system/cpu/cpu1/online=0,1", NULL, "moved by --hotplug");
	assert_refused("/sys/devices/system/cpu/cpu*/online=0,1", NULL, "moved by --hotplug");
	assert_refused("/sys/bus_link=0,1", NULL, "cpu1/online' is moved by --hotplug");
	assert_refused("/sys/devices/system/cpu/smt/control=on,off", NULL, "--hotplug smt");
	assert_refused("/etc/passwd=0,1", NULL, "no setting of the kernel");
	assert_refused("/sys/../etc/passwd=0,1", NULL, "no setting of the kernel");
	assert_refused("/sys/kernel/nothing=0,1", NULL, "there is no file");
	assert_refused("/sys/kernel/rcu_expedited", NULL, "has no values");
	assert_refused("/sys/kernel/rcu_expedited=0,,1", NULL, "an empty value");
	assert_refused("/sys/kernel/rcu_expedited=1,01", NULL, "are one value");
	assert_refused("/sys/two_lines=a,b", NULL, "more than one line");
	assert_refused("/sys/empty=a,b", NULL, "/sys/empty says '', which cannot be put back");
	assert_refused("/sys/null=a,b", NULL, "/sys/null says '(null)', which cannot be put back");
	assert_refused("/sys/kernel/rcu_expedited=0,1", "/sys/kernel/rcu_exp*=0,1", "given twice");
}

static void names_say_what_it_is(void **state)
{
	struct knobs knobs;

	(void)state;
	assert_int_equal(resolve(&knobs, "/sys/devices/system/cpu/cpu*/cpuidle/state2/disable=0,1",
				 "/sys/module/rcutree/parameters/rcu_normal_wake_from_gp=0,1"),
			 0);
	assert_string_equal(knobs.labels[0], "state2/disable=0 rcu_normal_wake_from_gp=0");
	knobs_fini(&knobs);
}

int main(void)
{
#define KNOB_TEST(name) cmocka_unit_test_setup_teardown(name, setup, fake_root_teardown)
	const struct CMUnitTest tests[] = {
		KNOB_TEST(each_setting_is_a_combination),
		KNOB_TEST(a_shared_file_is_one),
		KNOB_TEST(trying_leaves_all_as_it_was),
		KNOB_TEST(who_else_turns_it_is_noticed),
		KNOB_TEST(what_is_no_knob),
		KNOB_TEST(names_say_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
