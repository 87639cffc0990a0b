/* SPDX-License-Identifier: MIT */
/*
 * The only file that knows hwloc.
 *
 * hwloc is never asked how many objects of a type there are, nor for the n-th one: with one sibling
 * of a core offline that core may sort below its private caches while the other cores do not, the
 * type then lies at several depths and both questions fail. Walking up from each PU works always.
 */
#include "topology.h"

#include <errno.h>
#include <hwloc.h>
#include <limits.h>
#include <stdint.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

/* Room for the list of online CPUs as sysfs writes it. */
#define SYSFS_LIST_BYTES 24576

/* Where the topology is to come from. */
struct origin {
	const char *fsroot; /* set: a sysfs root */
	const char *synthetic;
	const char *xml;
};

/* The order of hwloc_topology_load(). An empty value leaves hwloc with nothing to load. */
static void find_origin(struct origin *origin)
{
	const char *fsroot = getenv("HWLOC_FSROOT");
	const char *synthetic = getenv("HWLOC_SYNTHETIC");
	const char *xml = getenv("HWLOC_XMLFILE");

	memset(origin, 0, sizeof(*origin));
	if (fsroot && *fsroot)
		origin->fsroot = fsroot;
	else if (synthetic && *synthetic)
		origin->synthetic = synthetic;
	else if (xml && *xml)
		origin->xml = xml;
}

/*
 * hwloc falls back to this machine when it cannot load what its environment names: try first. What
 * is set by call wins over the environment.
 */
static int set_origin(hwloc_topology_t hw, const struct origin *origin)
{
	char path[4096];

	if (origin->synthetic)
		return hwloc_topology_set_synthetic(hw, origin->synthetic) ? -EINVAL : 0;
	if (origin->xml)
		return hwloc_topology_set_xml(hw, origin->xml) ? -EINVAL : 0;
	if (!origin->fsroot)
		return 0;
	if (snprintf(path, sizeof(path), "%s/sys/devices/system/cpu", origin->fsroot) >=
	    (int)sizeof(path))
		return -EINVAL;
	if (access(path, R_OK | X_OK))
		return -EINVAL;
	/* Or hwloc asks this machine's CPUs by cpuid about the caches of the other one. */
	if (hwloc_topology_set_components(hw, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86"))
		return -EINVAL;
	return 0;
}

/* Which sysfs tells about this topology's CPUs: a prefix to paths, or NULL for none. */
static const char *find_sysfs(hwloc_topology_t hw, const struct origin *origin)
{
	if (origin->fsroot)
		return origin->fsroot;
	return hwloc_topology_is_thissystem(hw) ? "" : NULL;
}

static void describe_origin(const struct origin *origin, struct topology *topo)
{
	char *buf = topo->source;
	size_t size = sizeof(topo->source);

	if (origin->fsroot)
		snprintf(buf, size, "sysfs root %s", origin->fsroot);
	else if (origin->synthetic)
		snprintf(buf, size, "synthetic: %s", origin->synthetic);
	else if (origin->xml)
		snprintf(buf, size, "XML file %s", origin->xml);
	else
		snprintf(buf, size, "this machine");
}

/* Caches below L2 are nobody's group here, and reading them is a large part of the load time. */
static int load_hwloc(const struct origin *origin, hwloc_topology_t *ret_hw)
{
	hwloc_topology_t hw;
	int ret;

	if (hwloc_topology_init(&hw))
		return -ENOMEM;
	hwloc_topology_set_type_filter(hw, HWLOC_OBJ_L1CACHE, HWLOC_TYPE_FILTER_KEEP_NONE);
	hwloc_topology_set_flags(hw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED |
					     HWLOC_TOPOLOGY_FLAG_THISSYSTEM_ALLOWED_RESOURCES);
	ret = set_origin(hw, origin);
	if (!ret && hwloc_topology_load(hw))
		ret = errno == ENOMEM ? -ENOMEM : -EINVAL;
	if (ret) {
		hwloc_topology_destroy(hw);
		return ret;
	}
	*ret_hw = hw;
	return 0;
}

static void copy_set(hwloc_const_bitmap_t set, struct cpumask *ret_mask)
{
	int cpu;

	cpumask_clear(ret_mask);
	for (cpu = hwloc_bitmap_first(set); cpu >= 0 && (unsigned int)cpu < CPUMASK_NR_CPUS;
	     cpu = hwloc_bitmap_next(set, cpu))
		cpumask_set_cpu((unsigned int)cpu, ret_mask);
}

/* sysfs knows better than an XML file that was saved before. */
static void read_online(const char *sysfs, struct topology *topo)
{
	char path[4096], list[SYSFS_LIST_BYTES];
	struct cpumask online;
	FILE *file;

	snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/online", sysfs);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(list, sizeof(list), file) && cpumask_parse(list, &online) == 0)
		cpumask_and(&topo->online, &online, &topo->present);
	fclose(file);
}

/* Not in hwloc's tree: the CPU is offline. */
#define ORDER_UNKNOWN UINT_MAX

/* Rows for all numbers up to the highest, none of them known yet. */
static int make_rows(struct topology *topo)
{
	unsigned int last = cpumask_last(&topo->present);

	if (last >= CPUMASK_NR_CPUS)
		return -EINVAL;
	topo->cpus = calloc(last + 1, sizeof(*topo->cpus));
	if (!topo->cpus)
		return -ENOMEM;
	topo->nr_cpus = last + 1;
	for (unsigned int cpu = 0; cpu < topo->nr_cpus; cpu++) {
		struct topo_cpu *row = &topo->cpus[cpu];

		row->core = row->thread = row->l2 = row->l3 = row->package = -1;
		row->die = row->numa_node = row->kind = -1;
		row->order = ORDER_UNKNOWN;
	}
	return 0;
}

/* Whoever started us under taskset meant it: hwloc tells the cpuset alone. */
static void keep_to_affinity(struct cpumask *allowed)
{
	struct cpumask affinity;

	cpumask_clear(&affinity);
	if (sched_getaffinity(0, sizeof(affinity), (cpu_set_t *)affinity.bits) >= 0)
		cpumask_and(allowed, allowed, &affinity);
}

static int read_sets(hwloc_topology_t hw, const char *sysfs, struct topology *topo)
{
	hwloc_const_bitmap_t complete = hwloc_topology_get_complete_cpuset(hw);
	int last = complete ? hwloc_bitmap_last(complete) : -1;

	if (last < 0)
		return -EINVAL;
	if ((unsigned int)last >= CPUMASK_NR_CPUS)
		return -ERANGE;
	copy_set(complete, &topo->present);
	copy_set(hwloc_topology_get_topology_cpuset(hw), &topo->online);
	copy_set(hwloc_topology_get_allowed_cpuset(hw), &topo->allowed);
	cpumask_and(&topo->allowed, &topo->allowed, &topo->present);
	if (topo->is_this_machine)
		keep_to_affinity(&topo->allowed);
	if (sysfs)
		read_online(sysfs, topo);
	return make_rows(topo);
}

static bool has_control_file(const char *sysfs, unsigned int cpu)
{
	char path[4096];

	if (!sysfs)
		return false;
	snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/cpu%u/online", sysfs, cpu);
	return access(path, F_OK) == 0;
}

static void fill_states(const char *sysfs, struct topology *topo)
{
	unsigned int cpu;

	for_each_cpu (cpu, &topo->present) {
		struct topo_cpu *row = &topo->cpus[cpu];

		row->is_present = true;
		row->is_online = cpumask_test_cpu(cpu, &topo->online);
		row->is_allowed = cpumask_test_cpu(cpu, &topo->allowed);
		row->is_removable = has_control_file(sysfs, cpu);
	}
}

/*
 * The index of the nearest object of @type above @pu, or -1. Objects are counted when they are met
 * first: with PUs in depth-first order that is the logical index. Each keeps its number + 1.
 */
static int group_of(hwloc_topology_t hw, hwloc_obj_t pu, hwloc_obj_type_t type, unsigned int *nr)
{
	hwloc_obj_t obj = hwloc_get_ancestor_obj_by_type(hw, type, pu);

	if (!obj)
		return -1;
	if (!obj->userdata) {
		*nr += 1;
		obj->userdata = (void *)(uintptr_t)*nr;
	}
	return (int)(uintptr_t)obj->userdata - 1;
}

/* PUs are hwloc's leaves and always at one depth; they come in depth-first order. */
static int fill_groups(hwloc_topology_t hw, struct topology *topo)
{
	int *nr_threads = calloc(topo->nr_cpus, sizeof(*nr_threads));
	unsigned int order = 0;
	hwloc_obj_t pu = NULL;

	if (!nr_threads)
		return -ENOMEM;
	while ((pu = hwloc_get_next_obj_by_type(hw, HWLOC_OBJ_PU, pu)) != NULL) {
		struct topo_cpu *row = &topo->cpus[pu->os_index];

		row->order = order++;
		row->core = group_of(hw, pu, HWLOC_OBJ_CORE, &topo->nr_cores);
		row->l2 = group_of(hw, pu, HWLOC_OBJ_L2CACHE, &topo->nr_l2);
		row->l3 = group_of(hw, pu, HWLOC_OBJ_L3CACHE, &topo->nr_l3);
		row->die = group_of(hw, pu, HWLOC_OBJ_DIE, &topo->nr_dies);
		row->package = group_of(hw, pu, HWLOC_OBJ_PACKAGE, &topo->nr_packages);
		if (row->core >= 0)
			row->thread = nr_threads[row->core]++;
	}
	for (unsigned int cpu = 0; cpu < topo->nr_cpus; cpu++)
		if (topo->cpus[cpu].order == ORDER_UNKNOWN)
			topo->cpus[cpu].order = order++;
	free(nr_threads);
	return 0;
}

/*
 * Memory kinds give a CPU several local nodes. The kernel counts it to the plain one, which has the
 * lowest number.
 */
static void fill_numa_nodes(hwloc_topology_t hw, struct topology *topo)
{
	hwloc_const_bitmap_t nodes = hwloc_topology_get_topology_nodeset(hw);
	struct cpumask local;
	unsigned int cpu;
	int number;

	for (number = hwloc_bitmap_first(nodes); number >= 0;
	     number = hwloc_bitmap_next(nodes, number)) {
		hwloc_obj_t node = hwloc_get_numanode_obj_by_os_index(hw, (unsigned int)number);

		if (!node)
			continue;
		topo->nr_numa_nodes++;
		copy_set(node->cpuset, &local);
		for_each_cpu (cpu, &local)
			if (topo->cpus[cpu].numa_node < 0)
				topo->cpus[cpu].numa_node = (int)node->logical_index;
	}
}

/* hwloc sorts kinds by rising efficiency rank, its word for performance. */
static int fill_kinds(hwloc_topology_t hw, struct topology *topo)
{
	int nr_kinds = hwloc_cpukinds_get_nr(hw, 0);
	hwloc_bitmap_t set = hwloc_bitmap_alloc();
	struct cpumask members;
	unsigned int cpu;

	if (!set)
		return -ENOMEM;
	for (int kind = 0; kind < nr_kinds; kind++) {
		if (hwloc_cpukinds_get_info(hw, (unsigned int)kind, set, NULL, NULL, NULL, 0))
			continue;
		copy_set(set, &members);
		cpumask_and(&members, &members, &topo->present);
		for_each_cpu (cpu, &members)
			topo->cpus[cpu].kind = kind;
	}
	topo->nr_kinds = nr_kinds > 0 ? (unsigned int)nr_kinds : 0;
	hwloc_bitmap_free(set);
	return 0;
}

static int flatten(hwloc_topology_t hw, const struct origin *origin, struct topology *topo)
{
	const char *sysfs = find_sysfs(hw, origin);
	int ret;

	topo->is_this_machine = hwloc_topology_is_thissystem(hw);
	ret = read_sets(hw, sysfs, topo);
	if (ret)
		return ret;
	describe_origin(origin, topo);
	fill_states(sysfs, topo);
	ret = fill_groups(hw, topo);
	if (ret)
		return ret;
	fill_numa_nodes(hw, topo);
	return fill_kinds(hw, topo);
}

static int load(const struct origin *origin, struct topology *ret_topo)
{
	struct topology topo = { .nr_cpus = 0 };
	hwloc_topology_t hw;
	int ret = load_hwloc(origin, &hw);

	if (ret)
		return ret;
	ret = flatten(hw, origin, &topo);
	hwloc_topology_destroy(hw);
	if (ret) {
		topology_fini(&topo);
		return ret;
	}
	*ret_topo = topo;
	return 0;
}

int topology_load(struct topology *ret_topo)
{
	struct origin origin;

	find_origin(&origin);
	return load(&origin, ret_topo);
}

int topology_load_synthetic(const char *description, struct topology *ret_topo)
{
	const struct origin origin = { .synthetic = description };

	return load(&origin, ret_topo);
}

void topology_fini(struct topology *topo)
{
	free(topo->cpus);
	memset(topo, 0, sizeof(*topo));
}
