/* SPDX-License-Identifier: MIT */
/* More CPUs than a cpu_set_t holds, numbers with holes, numbers that nothing holds. */
#include "machine.h"

#include <errno.h>

static void holds_2048_cpus(void **state)
{
	struct topology topo;

	(void)state;
	load_synthetic("package:8 l3:4 core:32 pu:2", &topo);
	assert_int_equal(topo.nr_cpus, 2048);
	assert_int_equal(topo.nr_cores, 1024);
	assert_int_equal(topo.cpus[2047].package, 7);
	assert_int_equal(topo.cpus[2047].l3, 31);
	assert_int_equal(topo.cpus[1500].core, 750);
	assert_set(&topo.online, "0-2047");
	topology_fini(&topo);
}

static void leaves_holes_absent(void **state)
{
	struct topology topo;

	(void)state;
	load_xml("holes.xml", &topo);
	assert_int_equal(topo.nr_cpus, 4098);
	assert_set(&topo.present, "0,5-6,9,1500,2047,3000,4097");
	assert_set(&topo.online, "0,5-6,9,1500,2047,3000,4097");
	assert_int_equal(topo.cpus[4097].core, 3);
	assert_int_equal(topo.cpus[4097].numa_node, 1);
	assert_int_equal(topo.cpus[1500].numa_node, 0);
	assert_false(topo.cpus[1].is_present || topo.cpus[1].is_online || topo.cpus[1].is_allowed);
	assert_int_equal(topo.cpus[1].core, -1);
	assert_int_equal(topology_distance(&topo, 1500, 2047), TOPO_SIBLING);
	assert_int_equal(topology_distance(&topo, 1, 2), TOPO_REMOTE);
	topology_fini(&topo);
}

static void refuses_numbers_beyond_the_set(void **state)
{
	struct topology topo;

	(void)state;
	load_synthetic("core:2 pu:1(indexes=0,8191)", &topo);
	assert_int_equal(topo.nr_cpus, 8192);
	topology_fini(&topo);
	assert_int_equal(try_machine("HWLOC_SYNTHETIC", "core:2 pu:1(indexes=0,8192)", &topo),
			 -ERANGE);
}

/* hwloc would go on with this machine instead, and nobody would notice. */
static void refuses_what_cannot_be_loaded(void **state)
{
	struct topology topo = { .nr_cpus = 77 };

	(void)state;
	assert_int_equal(try_machine("HWLOC_SYNTHETIC", "garbage", &topo), -EINVAL);
	assert_int_equal(try_machine("HWLOC_XMLFILE", "/nonexistent.xml", &topo), -EINVAL);
	assert_int_equal(try_machine("HWLOC_FSROOT", "/nonexistent", &topo), -EINVAL);
	assert_int_equal(topo.nr_cpus, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_2048_cpus),
		cmocka_unit_test(leaves_holes_absent),
		cmocka_unit_test(refuses_numbers_beyond_the_set),
		cmocka_unit_test(refuses_what_cannot_be_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
