/* SPDX-License-Identifier: MIT */
/*
 * A Linux machine with CPUs offline, as sysfs shows it: two packages of two cores of two threads.
 * CPU 5, a sibling of 1, is offline, and so is the core 3,7. Every thread has caches of its own, as
 * QEMU gives them: hwloc then sorts core 1,5 below its caches and the other cores above theirs.
 */
#include "machine.h"

#include "workload.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define NR_CPUS 8

static const unsigned int online = 0x57; /* 0-2,4,6 */

static char root[64];

static void write_file(const char *path, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void write_file(const char *path, const char *format, ...)
{
	char full[256];
	va_list args;
	FILE *file;

	snprintf(full, sizeof(full), "%s/sys/devices/system/%s", root, path);
	for (char *slash = full + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(full, 0777);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fclose(file);
}

static void write_cache(unsigned int cpu, unsigned int level, unsigned int map)
{
	char path[128];
	int dir = snprintf(path, sizeof(path), "cpu/cpu%u/cache/index%u/", cpu, level);
	char *name = path + dir;

	strcpy(name, "level");
	write_file(path, "%u\n", level);
	strcpy(name, "type");
	write_file(path, level == 1 ? "Data\n" : "Unified\n");
	strcpy(name, "size");
	write_file(path, "%uK\n", level * 512);
	strcpy(name, "shared_cpu_map");
	write_file(path, "%08x\n", map);
}

static void write_topology(unsigned int cpu)
{
	unsigned int package = cpu % 4 / 2;
	unsigned int siblings = 0x11u << cpu % 4 & online;
	unsigned int neighbours = 0x33u << package * 2 & online;
	char path[128];
	int dir = snprintf(path, sizeof(path), "cpu/cpu%u/topology/", cpu);
	char *name = path + dir;

	strcpy(name, "physical_package_id");
	write_file(path, "%u\n", package);
	strcpy(name, "core_id");
	write_file(path, "%u\n", cpu % 2);
	strcpy(name, "thread_siblings");
	write_file(path, "%08x\n", siblings);
	strcpy(name, "core_siblings");
	write_file(path, "%08x\n", neighbours);
	write_cache(cpu, 1, 1u << cpu);
	write_cache(cpu, 2, 1u << cpu);
	write_cache(cpu, 3, neighbours);
}

static int make_machine(void **state)
{
	char path[128];

	(void)state;
	strcpy(root, "/tmp/parkbench-sysfs-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	write_file("cpu/online", "0-2,4,6\n");
	write_file("cpu/present", "0-7\n");
	write_file("cpu/possible", "0-7\n");
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		bool is_online = online >> cpu & 1;

		snprintf(path, sizeof(path), "cpu/cpu%u/online", cpu);
		if (cpu > 0)
			write_file(path, "%d\n", is_online);
		if (is_online)
			write_topology(cpu);
	}
	for (unsigned int node = 0; node < 2; node++) {
		snprintf(path, sizeof(path), "node/node%u/cpumap", node);
		write_file(path, "%08x\n", 0x33u << node * 2 & online);
		snprintf(path, sizeof(path), "node/node%u/meminfo", node);
		write_file(path, "Node %u MemTotal: 1048576 kB\n", node);
	}
	write_file("node/online", "0-1\n");
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_machine(void **state)
{
	(void)state;
	return nftw(root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void assert_row(const struct topology *topo, unsigned int cpu, int core, int thread)
{
	const struct topo_cpu *row = &topo->cpus[cpu];

	assert_true(row->is_present && row->is_online);
	assert_int_equal(row->core, core);
	assert_int_equal(row->thread, thread);
	assert_int_equal(row->package, cpu % 4 / 2);
	assert_int_equal(row->l3, cpu % 4 / 2);
	assert_int_equal(row->numa_node, cpu % 4 / 2);
}

static void counts_cores_with_a_sibling_offline(void **state)
{
	struct topology topo;

	(void)state;
	assert_int_equal(try_machine("HWLOC_FSROOT", root, &topo), 0);
	assert_int_equal(topo.nr_cpus, NR_CPUS);
	assert_int_equal(topo.nr_cores, 3);
	assert_int_equal(topo.nr_packages, 2);
	assert_int_equal(topo.nr_l2, 5);
	assert_int_equal(topo.nr_l3, 2);
	assert_row(&topo, 0, 0, 0);
	assert_row(&topo, 4, 0, 1);
	assert_row(&topo, 1, 1, 0);
	assert_row(&topo, 2, 2, 0);
	assert_row(&topo, 6, 2, 1);
	topology_fini(&topo);
}

static void keeps_offline_cpus_as_present(void **state)
{
	const unsigned int offline[] = { 3, 5, 7 };
	struct topology topo;

	(void)state;
	assert_int_equal(try_machine("HWLOC_FSROOT", root, &topo), 0);
	assert_set(&topo.present, "0-7");
	assert_set(&topo.online, "0-2,4,6");
	for (int i = 0; i < 3; i++) {
		const struct topo_cpu *row = &topo.cpus[offline[i]];

		assert_true(row->is_present && !row->is_online && row->is_removable);
		assert_int_equal(row->core, -1);
		assert_int_equal(row->package, -1);
		assert_int_equal(row->order, 5 + i);
		assert_int_equal(topology_distance(&topo, offline[i], 1), TOPO_REMOTE);
	}
	assert_int_equal(topology_distance(&topo, 3, 7), TOPO_REMOTE);
	topology_fini(&topo);
}

static void removable_is_what_has_a_control_file(void **state)
{
	struct topology topo;

	(void)state;
	assert_int_equal(try_machine("HWLOC_FSROOT", root, &topo), 0);
	assert_false(topo.is_this_machine);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		assert_int_equal(topo.cpus[cpu].is_removable, cpu > 0);
	assert_memory_equal(topo.source, "sysfs root /tmp/", 16);
	topology_fini(&topo);
}

static void selects_by_what_is_online(void **state)
{
	struct topology topo;
	struct cpumask cpus;
	char why[200];

	(void)state;
	assert_int_equal(try_machine("HWLOC_FSROOT", root, &topo), 0);
	assert_int_equal(topology_select(&topo, "package:1", &cpus, why, sizeof(why)), 0);
	assert_set(&cpus, "2,6");
	assert_int_equal(topology_select(&topo, "core:1", &cpus, why, sizeof(why)), 0);
	assert_set(&cpus, "1");
	assert_int_equal(topology_select(&topo, "all", &cpus, why, sizeof(why)), 0);
	assert_set(&cpus, "0-7");
	topology_fini(&topo);
}

/* Whatever the shape: CPUs that are offline are left alone, packages are whole without them. */
static void plans_around_the_offline_ones(void **state)
{
	size_t nr;
	const struct workload *const *workloads = workload_list(&nr);
	struct topology topo;

	(void)state;
	assert_int_equal(try_machine("HWLOC_FSROOT", root, &topo), 0);
	for (size_t i = 0; i < nr; i++) {
		struct plan_params params = { .workload = workloads[i]->name, .cycles = 40 };
		struct plan plan;
		char why[256] = "";
		int ret;

		params.cpus = topo.online;
		cpumask_clear_cpu(0, &params.cpus);
		ret = plan_generate(&topo, &params, &plan, why, sizeof(why));
		if (ret == -EOPNOTSUPP)
			continue;
		if (ret)
			fail_msg("%s: %s", workloads[i]->name, why);
		/* Of the plan, but it never goes: it has to be refused. */
		if (strcmp(workloads[i]->name, "last") == 0)
			cpumask_clear_cpu(0, &plan.cpus);
		assert_true(cpumask_subset(&plan.cpus, &params.cpus));
		if (workloads[i]->takes_all)
			assert_set(&plan.cpus, "1-2,4,6");
		if (strcmp(workloads[i]->name, "package") == 0) {
			assert_int_equal(plan.steps[0].cpu, 1);
			assert_int_equal(plan.steps[1].cpu, 4);
			assert_int_equal(plan.steps[2].action, PLAN_ONLINE);
		}
		plan_fini(&plan);
	}
	topology_fini(&topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_cores_with_a_sibling_offline),
		cmocka_unit_test(keeps_offline_cpus_as_present),
		cmocka_unit_test(removable_is_what_has_a_control_file),
		cmocka_unit_test(selects_by_what_is_online),
		cmocka_unit_test(plans_around_the_offline_ones),
	};

	return cmocka_run_group_tests(tests, make_machine, remove_machine);
}
