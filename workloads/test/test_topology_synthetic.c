/* SPDX-License-Identifier: MIT */
/* A regular machine comes out as one row per CPU with every group and every distance right. */
#include "machine.h"

static void fills_every_row(void **state)
{
	struct topology topo;

	(void)state;
	load_synthetic("package:2 numa:1 l3:1 l2:4 core:1 pu:2", &topo);
	assert_int_equal(topo.nr_cpus, 16);
	assert_int_equal(topo.nr_cores, 8);
	assert_int_equal(topo.nr_packages, 2);
	assert_int_equal(topo.nr_numa_nodes, 2);
	assert_int_equal(topo.nr_l2, 8);
	assert_int_equal(topo.nr_l3, 2);
	assert_int_equal(topo.nr_dies, 0);
	assert_int_equal(topo.nr_kinds, 0);
	for (int cpu = 0; cpu < 16; cpu++) {
		const struct topo_cpu *row = &topo.cpus[cpu];

		assert_true(row->is_present && row->is_online && row->is_allowed);
		assert_false(row->is_removable);
		assert_int_equal(row->core, cpu / 2);
		assert_int_equal(row->thread, cpu % 2);
		assert_int_equal(row->l2, cpu / 2);
		assert_int_equal(row->l3, cpu / 8);
		assert_int_equal(row->package, cpu / 8);
		assert_int_equal(row->numa_node, cpu / 8);
		assert_int_equal(row->die, -1);
		assert_int_equal(row->kind, -1);
		assert_int_equal(row->order, cpu);
	}
	assert_set(&topo.present, "0-15");
	assert_set(&topo.online, "0-15");
	assert_set(&topo.allowed, "0-15");
	topology_fini(&topo);
}

static void says_that_it_is_foreign(void **state)
{
	struct topology topo;

	(void)state;
	load_synthetic("core:2 pu:1", &topo);
	assert_false(topo.is_this_machine);
	assert_string_equal(topo.source, "synthetic: core:2 pu:1");
	topology_fini(&topo);
	topology_fini(&topo);
}

static void counts_dies(void **state)
{
	struct topology topo;

	(void)state;
	load_synthetic("package:2 die:2 core:2 pu:1", &topo);
	assert_int_equal(topo.nr_dies, 4);
	for (int cpu = 0; cpu < 8; cpu++)
		assert_int_equal(topo.cpus[cpu].die, cpu / 2);
	topology_fini(&topo);
}

/* Numbers interleaved over cores and packages, as firmware likes to have it. */
static void follows_structure_not_numbers(void **state)
{
	const unsigned int depth_first[] = { 0, 4, 1, 5, 2, 6, 3, 7 };
	struct topology topo;

	(void)state;
	load_synthetic("package:2 core:2 pu:2(indexes=0,4,1,5,2,6,3,7)", &topo);
	for (int i = 0; i < 8; i++) {
		const struct topo_cpu *row = &topo.cpus[depth_first[i]];

		assert_int_equal(row->order, i);
		assert_int_equal(row->core, i / 2);
		assert_int_equal(row->thread, i % 2);
		assert_int_equal(row->package, i / 4);
	}
	topology_fini(&topo);
}

static void tells_distances(void **state)
{
	struct topology topo;

	(void)state;
	load_synthetic("package:2 numa:1 l3:2 core:2 pu:2", &topo);
	assert_int_equal(topology_distance(&topo, 5, 5), TOPO_SAME);
	assert_int_equal(topology_distance(&topo, 0, 1), TOPO_SIBLING);
	assert_int_equal(topology_distance(&topo, 0, 2), TOPO_CACHE);
	assert_int_equal(topology_distance(&topo, 0, 4), TOPO_NODE);
	assert_int_equal(topology_distance(&topo, 0, 8), TOPO_REMOTE);
	assert_int_equal(topology_distance(&topo, 8, 0), TOPO_REMOTE);
	assert_int_equal(topology_distance(&topo, 0, 16), TOPO_REMOTE);
	assert_int_equal(topology_distance(&topo, 4000000000u, 0), TOPO_REMOTE);
	assert_int_equal(topology_distance(&topo, 99, 99), TOPO_SAME);
	topology_fini(&topo);
	load_synthetic("l2:2 core:2 pu:1", &topo);
	assert_int_equal(topology_distance(&topo, 0, 1), TOPO_CACHE);
	assert_int_equal(topology_distance(&topo, 1, 2), TOPO_NODE);
	topology_fini(&topo);
}

static void names_distances(void **state)
{
	(void)state;
	assert_string_equal(topo_distance_name(TOPO_SAME), "same");
	assert_string_equal(topo_distance_name(TOPO_SIBLING), "sibling");
	assert_string_equal(topo_distance_name(TOPO_CACHE), "cache");
	assert_string_equal(topo_distance_name(TOPO_NODE), "node");
	assert_string_equal(topo_distance_name(TOPO_REMOTE), "remote");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_every_row), cmocka_unit_test(says_that_it_is_foreign),
		cmocka_unit_test(counts_dies),	   cmocka_unit_test(follows_structure_not_numbers),
		cmocka_unit_test(tells_distances), cmocka_unit_test(names_distances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
