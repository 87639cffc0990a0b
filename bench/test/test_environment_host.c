/* SPDX-License-Identifier: MIT */
/* What are we running on: processor, hypervisor and container, by architecture. */
#include "fake_root.h"

#define EPYC_GUEST                                                                                 \
	"processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\n"              \
	"stepping\t: 1\nmicrocode\t: 0xa0011d1\nflags\t\t: fpu hypervisor lahf_lm\n"
#define EPYC_METAL                                                                                 \
	"processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\n"              \
	"stepping\t: 1\nflags\t\t: fpu lahf_lm\n"
#define GRAVITON                                                                                   \
	"processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n"      \
	"CPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n"

static void epyc_guest(void **state)
{
	struct environment env;

	fake_file(*state, "proc/cpuinfo", EPYC_GUEST);
	fake_file(*state, "sys/class/dmi/id/sys_vendor", "QEMU");
	fake_file(*state, "sys/class/dmi/id/product_name", "Standard PC (Q35 + ICH9, 2009)");
	env = fake_collect(*state);
	assert_fact(&env, "cpu", "AuthenticAMD/25/1/1");
	assert_fact(&env, "hypervisor", "qemu");
	environment_fini(&env);
	fake_file(*state, "sys/class/dmi/id/product_name", "KVM");
	env = fake_collect(*state);
	assert_fact(&env, "hypervisor", "kvm");
	environment_fini(&env);
}

static void unknown_hypervisor_is_one(void **state)
{
	struct environment env;

	fake_file(*state, "proc/cpuinfo", EPYC_GUEST);
	env = fake_collect(*state);
	assert_fact(&env, "hypervisor", "unknown");
	environment_fini(&env);
}

/* Cloud firmware names the cloud on its bare-metal machines as well. */
static void cloud_metal_is_metal(void **state)
{
	struct environment env;

	fake_file(*state, "proc/cpuinfo", EPYC_METAL);
	fake_file(*state, "sys/class/dmi/id/sys_vendor", "Google");
	fake_file(*state, "sys/class/dmi/id/product_name", "Google Compute Engine");
	env = fake_collect(*state);
	assert_fact(&env, "hypervisor", "none");
	environment_fini(&env);
}

static void arm_without_vulnerabilities(void **state)
{
	struct environment env;

	fake_file(*state, "proc/cpuinfo", GRAVITON);
	fake_file(*state, "sys/devices/system/cpu/online", "0-1");
	fake_file(*state, "sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "0x413fd0c1");
	fake_file(*state, "sys/devices/system/cpu/cpu1/regs/identification/midr_el1", "0x411fd0b0");
	env = fake_collect(*state);
	assert_fact(&env, "cpu", "0x41/8/0x3/0xd0c/1");
	assert_fact(&env, "cpu_parts", "0x411fd0b0,0x413fd0c1");
	assert_fact_missing(&env, "hypervisor");
	assert_fact_missing(&env, "mitigations");
	assert_fact_missing(&env, "vulnerabilities");
	assert_fact_missing(&env, "microcode");
	environment_fini(&env);
}

static void newer_kernels_know_more_flaws(void **state)
{
	struct environment env;
	char *first;

	fake_file(*state, "sys/devices/system/cpu/vulnerabilities/meltdown", "Mitigation: PTI");
	env = fake_collect(*state);
	first = strdup(fact_text(environment_get(&env, "mitigations")));
	environment_fini(&env);
	fake_file(*state, "sys/devices/system/cpu/vulnerabilities/tsa", "Not affected");
	env = fake_collect(*state);
	assert_fact(&env, "mitigations", first);
	environment_fini(&env);
	fake_file(*state, "sys/devices/system/cpu/vulnerabilities/tsa", "Vulnerable");
	env = fake_collect(*state);
	assert_string_not_equal(fact_text(environment_get(&env, "mitigations")), first);
	environment_fini(&env);
	free(first);
}

static void images_leave_files_behind(void **state)
{
	struct environment env;

	fake_file(*state, ".dockerenv", "");
	fake_link(*state, "proc/self/ns/pid", "pid:[4026531836]");
	fake_link(*state, "proc/self/ns/mnt", "mnt:[4026531841]");
	env = fake_collect(*state);
	assert_fact(&env, "container", "docker"); /* --pid=host, or process 1 keeps its secrets */
	environment_fini(&env);
	fake_link(*state, "proc/1/ns/mnt", "mnt:[4026531841]");
	env = fake_collect(*state);
	assert_fact(&env, "container", "none");
	environment_fini(&env);
	fake_link(*state, "proc/self/ns/pid", "pid:[4026532500]");
	env = fake_collect(*state);
	assert_fact(&env, "container", "docker");
	assert_fact(&env, "pid_namespace", "nested");
	environment_fini(&env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(epyc_guest, fake_root_setup, fake_root_teardown),
		cmocka_unit_test_setup_teardown(unknown_hypervisor_is_one, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(cloud_metal_is_metal, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(arm_without_vulnerabilities, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(newer_kernels_know_more_flaws, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(images_leave_files_behind, fake_root_setup,
						fake_root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
