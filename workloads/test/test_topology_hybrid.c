/* SPDX-License-Identifier: MIT */
/* Kinds of cores, unequal numbers of threads, cores without the cache that others have. */
#include "machine.h"

static void tells_kinds_apart(void **state)
{
	struct topology topo;

	(void)state;
	load_xml("hybrid.xml", &topo);
	assert_int_equal(topo.nr_cpus, 10);
	assert_int_equal(topo.nr_kinds, 3);
	assert_int_equal(topo.nr_cores, 8);
	for (int cpu = 0; cpu < 10; cpu++)
		assert_int_equal(topo.cpus[cpu].kind, cpu < 4 ? 2 : cpu < 8 ? 1 : 0);
	assert_int_equal(topo.cpus[1].core, 0);
	assert_int_equal(topo.cpus[1].thread, 1);
	assert_int_equal(topo.cpus[4].core, 2);
	assert_int_equal(topo.cpus[4].thread, 0);
	assert_false(topo.is_this_machine);
	topology_fini(&topo);
}

static void takes_the_last_cache_that_there_is(void **state)
{
	struct topology topo;

	(void)state;
	load_xml("hybrid.xml", &topo);
	assert_int_equal(topo.cpus[8].l3, -1);
	assert_int_equal(topo.cpus[8].l2, 3);
	assert_int_equal(topology_distance(&topo, 0, 4), TOPO_CACHE);
	assert_int_equal(topology_distance(&topo, 8, 9), TOPO_CACHE);
	assert_int_equal(topology_distance(&topo, 4, 8), TOPO_NODE);
	topology_fini(&topo);
}

static void selects_a_kind(void **state)
{
	struct topology topo;
	struct cpumask cpus;
	char why[200];

	(void)state;
	load_xml("hybrid.xml", &topo);
	assert_int_equal(topology_select(&topo, "kind:0", &cpus, why, sizeof(why)), 0);
	assert_set(&cpus, "8-9");
	assert_int_equal(topology_select(&topo, "kind:1-2", &cpus, why, sizeof(why)), 0);
	assert_set(&cpus, "0-7");
	assert_int_equal(topology_select(&topo, "l3:0", &cpus, why, sizeof(why)), 0);
	assert_set(&cpus, "0-7");
	topology_fini(&topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_kinds_apart),
		cmocka_unit_test(takes_the_last_cache_that_there_is),
		cmocka_unit_test(selects_a_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
