/* SPDX-License-Identifier: MIT */
/* The fingerprint changes with what makes runs incomparable, and with nothing else. */
#include "digest.h"
#include "fake_root.h"
#include "run_json.h"

static struct topo_cpu cpus[] = {
	{ .is_present = true, .is_online = true, .is_allowed = true, .core = 0 },
	{ .is_present = true, .is_online = true, .is_allowed = true, .core = 0, .thread = 1 },
	{ .is_present = true, .is_online = true, .is_allowed = false, .package = 3 },
	{ .is_present = true, .is_online = true, .is_allowed = true, .core = 7, .l3 = 2 },
	{ .is_present = true, .is_online = true, .is_allowed = true, .core = 7, .l3 = 2 },
};

static char *fingerprint(struct environment_origin origin)
{
	char *id = calloc(1, FINGERPRINT_BYTES);
	struct environment env;

	assert_int_equal(environment_collect(&origin, &env), 0);
	assert_int_equal(environment_fingerprint(&env, id), 0);
	assert_int_equal(strlen(id), FINGERPRINT_BYTES - 1);
	environment_fini(&env);
	return id;
}

static void check_change(const struct environment_origin *a, const struct environment_origin *b,
			 bool is_same)
{
	char *first = fingerprint(*a), *second = fingerprint(*b);

	assert_int_equal(!strcmp(first, second), is_same);
	free(first);
	free(second);
}

/* Write @text to @path between two fingerprints. */
static void check_file(const char *root, const char *path, const char *text, bool is_same)
{
	const struct environment_origin origin = { .root = root };
	char *first = fingerprint(origin), *second;

	fake_file(root, path, text);
	second = fingerprint(origin);
	assert_int_equal(!strcmp(first, second), is_same);
	free(first);
	free(second);
}

static void soft_and_info_do_not_count(void **state)
{
	check_file(*state, "proc/loadavg", "3.0 1.0 0.1 1/2 3", true);
	check_file(*state, "sys/class/dmi/id/bios_version", "F4", true);
	check_file(*state, "sys/kernel/mm/transparent_hugepage/enabled", "[always] never", true);
}

static void hard_facts_count(void **state)
{
	check_file(*state, "sys/devices/system/cpu/smt/active", "1", false);
	check_file(*state, "sys/kernel/rcu_expedited", "1", false);
	check_file(*state, "proc/sys/kernel/osrelease", "6.1.0-28", false);
	check_file(*state, "proc/sys/kernel/osrelease", "6.1.0-29", true);
	check_file(*state, "proc/cpuinfo", "vendor_id : A\ncpu family : 1\nmodel : 2\nstepping : 3",
		   false);
	check_file(*state, "proc/cpuinfo",
		   "vendor_id : A\ncpu family : 1\nmodel : 2\nstepping : 3\ncpu MHz : 2", true);
}

static void driver_and_workloads_count(void **state)
{
	const struct environment_origin a = { .root = *state, .hotplug = "logical" };
	const struct environment_origin b = { .root = *state, .hotplug = "sysfs" };
	const struct environment_origin c = { .root = *state, .workloads = "walk/1" };

	check_change(&a, &a, true);
	check_change(&a, &b, false);
	check_change(&b, &c, false);
}

static void topology_is_counted_where_usable(void **state)
{
	const struct topology topo = { .cpus = cpus, .nr_cpus = 5 };
	const struct environment_origin origin = { .root = *state, .topo = &topo };
	struct environment env;

	assert_int_equal(environment_collect(&origin, &env), 0);
	assert_memory_equal(fact_text(environment_get(&env, "topology")), "1p1n2l3:2c4t#", 13);
	environment_fini(&env);
	cpus[4].is_online = false;
	assert_int_equal(environment_collect(&origin, &env), 0);
	assert_memory_equal(fact_text(environment_get(&env, "topology")), "1p1n2l3:2c3t#", 13);
	environment_fini(&env);
	cpus[4].is_online = true;
}

/* Same counts, other nesting: siblings are neighbours in one and apart in the other. */
static void nesting_counts(void **state)
{
	struct topo_cpu apart[5];
	const struct topology near = { .cpus = cpus, .nr_cpus = 5 };
	const struct topology far = { .cpus = apart, .nr_cpus = 5 };
	const struct environment_origin a = { .root = *state, .topo = &near };
	const struct environment_origin b = { .root = *state, .topo = &far };

	memcpy(apart, cpus, sizeof(cpus));
	apart[1] = cpus[3];
	apart[3] = cpus[1];
	check_change(&a, &b, false);
}

static void digest_is_sha256(void **state)
{
	char hex[DIGEST_HEX_BYTES];

	(void)state;
	digest_text("abc", hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
#define with_root(test) cmocka_unit_test_setup_teardown(test, fake_root_setup, fake_root_teardown)
	const struct CMUnitTest tests[] = {
		with_root(soft_and_info_do_not_count),
		with_root(hard_facts_count),
		with_root(driver_and_workloads_count),
		with_root(topology_is_counted_where_usable),
		with_root(nesting_counts),
		cmocka_unit_test(digest_is_sha256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
