/* SPDX-License-Identifier: MIT */
/* A bare-metal Intel machine with two kinds of cores, intel_pstate and meddling daemons. */
#include "doctor.h"
#include "fake_root.h"

#define CPU "sys/devices/system/cpu/"

static const struct fake_file files[] = {
	{ "proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n"
			  "model\t\t: 183\nmodel name\t: 13th Gen Intel(R) Core(TM) @ 3.00GHz\n"
			  "stepping\t: 1\nmicrocode\t: 0x12b\ncpu MHz\t\t: 800.000\n"
			  "flags\t\t: fpu vme de\n" },
	{ "proc/meminfo", "MemTotal:       32594296 kB" },
	{ "proc/cmdline", "root=/dev/sda1 rcu_nocbs=2-3 isolcpus=2-3 nohz_full=2-3" },
	{ "proc/sys/kernel/osrelease", "6.12.9+bpo-amd64" },
	{ "proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.9-1" },
	{ "sys/kernel/debug/sched/preempt", "none (voluntary) full lazy" },
	{ "boot/config-6.12.9+bpo-amd64", "CONFIG_HZ_250=y\nCONFIG_HZ=250" },
	{ CPU "online", "0-3" },
	{ CPU "isolated", "2-3" },
	{ CPU "nohz_full", "(null)" },
	{ CPU "smt/active", "1" },
	{ CPU "smt/control", "on" },
	{ CPU "intel_pstate/no_turbo", "0" },
	{ CPU "cpu0/cpufreq/scaling_driver", "intel_pstate" },
	{ CPU "cpu0/cpufreq/scaling_governor", "powersave" },
	{ CPU "cpu1/cpufreq/scaling_governor", "performance" },
	{ CPU "cpu2/cpufreq/scaling_governor", "powersave" },
	{ CPU "cpu0/cpufreq/scaling_max_freq", "5800000" },
	{ CPU "cpu2/cpufreq/scaling_max_freq", "4300000" },
	{ CPU "cpu0/thermal_throttle/core_throttle_count", "5" },
	{ CPU "cpu3/thermal_throttle/core_throttle_count", "2" },
	{ CPU "cpuidle/current_driver", "intel_idle" },
	{ CPU "cpu0/cpuidle/state0/name", "POLL" },
	{ CPU "cpu0/cpuidle/state0/latency", "0" },
	{ CPU "cpu0/cpuidle/state0/disable", "0" },
	{ CPU "cpu0/cpuidle/state1/name", "C6" },
	{ CPU "cpu0/cpuidle/state1/latency", "170" },
	{ CPU "cpu0/cpuidle/state1/disable", "1" },
	{ CPU "cpu0/cpuidle/state2/name", "C10" },
	{ CPU "cpu0/cpuidle/state2/latency", "230" },
	{ "sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never" },
	{ "proc/1/comm", "systemd" },
	{ "proc/812/comm", "irqbalance" },
	{ "proc/900/comm", "tuned" },
	{ NULL, NULL },
};

static struct environment collect(const char *root)
{
	fake_files(root, files);
	fake_link(root, "proc/self/ns/pid", "pid:[4026531836]");
	return fake_collect(root);
}

static void reads_the_processor(void **state)
{
	struct environment env = collect(*state);

	assert_fact(&env, "cpu", "GenuineIntel/6/183/1");
	assert_fact(&env, "microcode", "0x12b");
	assert_fact(&env, "hypervisor", "none");
	assert_fact(&env, "container", "none");
	assert_fact_number(&env, "memory_gib", 31);
	environment_fini(&env);
}

static void reads_the_kernel(void **state)
{
	struct environment env = collect(*state);

	assert_fact(&env, "kernel", "6.12");
	assert_fact(&env, "kernel_release", "6.12.9+bpo-amd64");
	assert_fact(&env, "preempt", "voluntary");
	assert_fact_number(&env, "hz", 250);
	assert_fact(&env, "isolated", "2-3");
	assert_fact(&env, "nohz_full", "");
	assert_fact(&env, "rcu_nocbs", "2-3");
	environment_fini(&env);
}

static void reads_what_each_cpu_has(void **state)
{
	struct environment env = collect(*state);

	assert_fact(&env, "cpufreq_driver", "intel_pstate");
	assert_fact(&env, "cpufreq_governor", "performance,powersave");
	assert_fact(&env, "cpufreq_max_khz", "4300000,5800000");
	assert_fact(&env, "turbo", "on");
	assert_fact_number(&env, "nr_thermal_throttles", 7);
	assert_string_equal(environment_get(&env, "idle_states")->text,
			    "POLL: 0 us\nC6: 170 us, off\nC10: 230 us\n");
	assert_string_equal(environment_get(&env, "daemons")->text, "irqbalance\ntuned\n");
	environment_fini(&env);
}

static enum doctor_verdict verdict_on(const struct findings *findings, const char *subject,
				      const char *text)
{
	for (size_t i = 0; i < findings->nr; i++) {
		if (strcmp(findings->rows[i].subject, subject))
			continue;
		assert_string_equal(findings->rows[i].text, text);
		return findings->rows[i].verdict;
	}
	fail_msg("nothing about %s", subject);
	return DOCTOR_MISSING;
}

static void doctor_names_the_dangers(void **state)
{
	struct environment env = collect(*state);
	struct findings all = { .nr = 0 };

	doctor_judge_machine(&env, &all);
	assert_int_equal(verdict_on(&all, "governor", "performance,powersave"), DOCTOR_NOTE);
	assert_int_equal(verdict_on(&all, "turbo", "on"), DOCTOR_NOTE);
	assert_int_equal(verdict_on(&all, "SMT", "on"), DOCTOR_NOTE);
	assert_int_equal(verdict_on(&all, "huge pages", "always"), DOCTOR_NOTE);
	assert_int_equal(verdict_on(&all, "daemons", "irqbalance tuned running"), DOCTOR_NOTE);
	assert_int_equal(verdict_on(&all, "idle states", "deepest C10, 230 us to leave"),
			 DOCTOR_NOTE);
	assert_int_equal(verdict_on(&all, "hypervisor", "bare metal"), DOCTOR_OK);
	environment_fini(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_the_processor, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(reads_the_kernel, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(reads_what_each_cpu_has, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(doctor_names_the_dangers, fake_root_setup,
						fake_root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
