/* SPDX-License-Identifier: MIT */
/* The preemption model: what the running kernel says goes before what it was built with. */
#include "fake_root.h"

#define VERSION "proc/sys/kernel/version"
#define CONFIG	"boot/config-6.1.0-28-amd64"

static void check(const char *root, const char *expected)
{
	struct environment env = fake_collect(root);

	assert_fact(&env, "preempt", expected);
	environment_fini(&env);
}

static void from_the_version(void **state)
{
	fake_file(*state, VERSION, "#1 SMP PREEMPT_RT Debian");
	check(*state, "rt");
	fake_file(*state, VERSION, "#1 SMP PREEMPT Debian");
	check(*state, "full");
	fake_file(*state, VERSION, "#1 SMP Debian 5.10");
	check(*state, "none or voluntary");
}

static void the_configuration_tells_none_from_voluntary(void **state)
{
	fake_file(*state, VERSION, "#1 SMP Debian");
	fake_file(*state, "proc/sys/kernel/osrelease", "6.1.0-28-amd64");
	fake_file(*state, CONFIG, "# CONFIG_PREEMPT_NONE is not set\nCONFIG_PREEMPT_VOLUNTARY=y");
	check(*state, "voluntary");
}

static void dynamic_asks_three_places(void **state)
{
	fake_file(*state, VERSION, "#1 SMP PREEMPT_DYNAMIC Debian");
	check(*state, "dynamic");
	fake_file(*state, "proc/sys/kernel/osrelease", "6.1.0-28-amd64");
	fake_file(*state, CONFIG, "CONFIG_PREEMPT_VOLUNTARY=y\nCONFIG_PREEMPT_DYNAMIC=y");
	check(*state, "voluntary");
	fake_file(*state, "proc/cmdline", "quiet preempt=none");
	check(*state, "none");
	fake_file(*state, "sys/kernel/debug/sched/preempt", "none voluntary (full)");
	check(*state, "full");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(from_the_version, fake_root_setup,
						fake_root_teardown),
		cmocka_unit_test_setup_teardown(the_configuration_tells_none_from_voluntary,
						fake_root_setup, fake_root_teardown),
		cmocka_unit_test_setup_teardown(dynamic_asks_three_places, fake_root_setup,
						fake_root_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
