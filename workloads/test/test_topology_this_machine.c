/* SPDX-License-Identifier: MIT */
/* The machine at hand: what the rows say about it is what sysfs says. */
#include "machine.h"

#include <unistd.h>

static void read_list(const char *name, struct cpumask *set)
{
	char path[128], list[24576];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/%s", name);
	file = fopen(path, "r");
	if (!file) {
		print_message("skipped: no %s here\n", path);
		exit(77);
	}
	assert_non_null(fgets(list, sizeof(list), file));
	fclose(file);
	assert_int_equal(cpumask_parse(list, set), 0);
}

static void agrees_with_sysfs(void **state)
{
	struct cpumask online;
	struct topology topo;
	char path[128];

	(void)state;
	read_list("online", &online);
	assert_int_equal(try_machine(NULL, NULL, &topo), 0);
	assert_true(topo.is_this_machine);
	assert_string_equal(topo.source, "this machine");
	assert_true(cpumask_equal(&topo.online, &online));
	assert_true(cpumask_subset(&topo.online, &topo.present));
	assert_true(cpumask_subset(&topo.allowed, &topo.present));
	assert_false(cpumask_empty(&topo.allowed));
	for (unsigned int cpu = 0; cpu < topo.nr_cpus; cpu++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
		assert_int_equal(topo.cpus[cpu].is_removable, access(path, F_OK) == 0);
		assert_int_equal(topo.cpus[cpu].is_online, cpumask_test_cpu(cpu, &online));
		assert_int_equal(topo.cpus[cpu].is_allowed, cpumask_test_cpu(cpu, &topo.allowed));
	}
	topology_fini(&topo);
}

/* A file saved with all CPUs online, loaded when some of them are not. */
static void takes_structure_from_a_file_and_state_from_sysfs(void **state)
{
	struct cpumask online, expected;
	struct topology topo;

	(void)state;
	read_list("online", &online);
	load_xml("holes.xml", &topo);
	assert_false(topo.is_this_machine);
	assert_true(cpumask_equal(&topo.online, &topo.present));
	topology_fini(&topo);
	setenv("HWLOC_THISSYSTEM", "1", 1);
	assert_int_equal(topology_load(&topo), 0);
	unsetenv("HWLOC_THISSYSTEM");
	assert_true(topo.is_this_machine);
	cpumask_and(&expected, &online, &topo.present);
	assert_true(cpumask_equal(&topo.online, &expected));
	assert_int_equal(topo.cpus[4097].core, 3);
	assert_int_equal(topo.cpus[4097].is_online, cpumask_test_cpu(4097, &online));
	topology_fini(&topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_sysfs),
		cmocka_unit_test(takes_structure_from_a_file_and_state_from_sysfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
