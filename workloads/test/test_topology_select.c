/* SPDX-License-Identifier: MIT */
/* What --cpus understands, and the one line that it answers to everything else. */
#include "machine.h"

#include <errno.h>

static const struct {
	const char *text, *cpus;
} understood[] = {
	{ "0", "0" },
	{ "4-7,12", "4-7,12" },
	{ "12,4-7,5", "4-7,12" },
	{ "015", "15" },
	{ "all", "0-15" },
	{ "all,3", "0-15" },
	{ "core:0", "0-1" },
	{ "core:0-3", "0-7" },
	{ "package:1", "8-15" },
	{ "numa:0", "0-7" },
	{ "l3:1", "8-15" },
	{ "l2:7", "14-15" },
	{ "core:1,package:1", "2-3,8-15" },
	{ "core:1,9", "2-3,9" },
	{ "core:7-7", "14-15" },
};

static const struct {
	const char *text;
	int ret;
	const char *why;
} refused[] = {
	{ "16", -ENOENT, "\"16\": there is no CPU 16: choose from 0-15" },
	{ "1,14-17", -ENOENT, "\"14-17\": there is no CPU 16: choose from 0-15" },
	{ "99999999", -ENOENT, "\"99999999\": there is no CPU 99999999: choose from 0-15" },
	{ "4294967296", -EINVAL, NULL },
	{ "core:8", -ENOENT, "\"core:8\": there is no core:8 with a CPU: choose from core:0-7" },
	{ "core:6-9", -ENOENT,
	  "\"core:6-9\": there is no core:8 with a CPU: choose from core:0-7" },
	{ "die:0", -ENOENT, "\"die:0\": hwloc reports no die in this machine" },
	{ "kind:0", -ENOENT, "\"kind:0\": hwloc reports no kind in this machine" },
	{ "7-4", -EINVAL, "\"7-4\": the range runs backwards: write the smaller number first" },
	{ "core:3-1", -EINVAL,
	  "\"core:3-1\": the range runs backwards: write the smaller number first" },
	{ "socket:1", -EINVAL,
	  "\"socket:1\": no such object: there are core, l2, l3, die, package, numa and kind" },
	{ "Core:1", -EINVAL, NULL },
	{ ":1", -EINVAL, NULL },
	{ "core", -EINVAL, NULL },
	{ "core:", -EINVAL, NULL },
	{ "core:-1", -EINVAL, NULL },
	{ "core:1-", -EINVAL, NULL },
	{ "core:1:2", -EINVAL, NULL },
	{ "core:all", -EINVAL, NULL },
	{ "", -EINVAL, NULL },
	{ ",", -EINVAL, NULL },
	{ "1,", -EINVAL, NULL },
	{ ",1", -EINVAL, NULL },
	{ "1,,2", -EINVAL, NULL },
	{ "1 ", -EINVAL, NULL },
	{ " 1", -EINVAL, NULL },
	{ "1-2-3", -EINVAL, NULL },
	{ "-1", -EINVAL, NULL },
	{ "+1", -EINVAL, NULL },
	{ "0x1", -EINVAL, NULL },
	{ "ALL", -EINVAL, NULL },
	{ "allo", -EINVAL, NULL },
	{ "1\n", -EINVAL, NULL },
};

static struct topology topo;

static int load_machine(void **state)
{
	(void)state;
	load_synthetic("package:2 numa:1 l3:1 l2:4 core:1 pu:2", &topo);
	return 0;
}

static int fini_machine(void **state)
{
	(void)state;
	topology_fini(&topo);
	return 0;
}

static void understands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++) {
		struct cpumask cpus;
		char why[256] = "";

		if (topology_select(&topo, understood[i].text, &cpus, why, sizeof(why)))
			fail_msg("%s", why);
		assert_set(&cpus, understood[i].cpus);
	}
}

static void refuses_in_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct cpumask cpus = { { 42 } };
		char why[256] = "";
		int ret = topology_select(&topo, refused[i].text, &cpus, why, sizeof(why));

		if (ret != refused[i].ret)
			fail_msg("\"%s\" gave %d: %s", refused[i].text, ret, why);
		if (refused[i].why)
			assert_string_equal(why, refused[i].why);
		assert_true(strlen(why) > 20);
		assert_int_equal(cpus.bits[0], 42);
	}
}

static void cuts_the_line_where_told(void **state)
{
	struct cpumask cpus;
	char why[8] = "0123456";

	(void)state;
	assert_int_equal(topology_select(&topo, "16", &cpus, why, 4), -ENOENT);
	assert_memory_equal(why,
			    "\"16\0"
			    "456",
			    8);
}

static void takes_a_very_long_text(void **state)
{
	size_t nr = 100000;
	char *text = malloc(3 * nr);
	struct cpumask cpus;
	char why[128];

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < nr; i++)
		memcpy(text + 2 * i, "7,", 2);
	strcpy(text + 2 * nr, "8");
	assert_int_equal(topology_select(&topo, text, &cpus, why, sizeof(why)), 0);
	assert_set(&cpus, "7-8");
	memset(text, 'x', 2 * nr);
	assert_int_equal(topology_select(&topo, text, &cpus, why, sizeof(why)), -EINVAL);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(refuses_in_one_line),
		cmocka_unit_test(cuts_the_line_where_told),
		cmocka_unit_test(takes_a_very_long_text),
	};

	return cmocka_run_group_tests(tests, load_machine, fini_machine);
}
