/* SPDX-License-Identifier: MIT */
#include "cmd.h"
#include "selection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: parkbench topo\n"
	"\n"
	"What hwloc sees, one line per last-level cache: its cores and the numbers of their CPUs,\n"
	"first hardware threads left of '|', second ones right of it. Then which CPUs may go "
	"away,\n"
	"and why the others may not. Indices of packages, nodes, caches and cores are hwloc's\n"
	"logical ones, as --cpus takes them; CPU numbers are the kernel's.\n"
	"\n"
	"Another machine's topology is shown when hwloc's environment names it:\n"
	"  HWLOC_XMLFILE=FILE                        as written by lstopo\n"
	"  HWLOC_SYNTHETIC='package:2 core:4 pu:2'\n"
	"  HWLOC_FSROOT=DIR HWLOC_THISSYSTEM=0       a copy of its /sys and /proc\n"
	"\n"
	"  -h, --help   this text\n"
	"\n"
	"example: HWLOC_SYNTHETIC='package:2 l3:2 core:4 pu:2' parkbench topo\n";

/* A list of CPUs or cores, however long. */
static void print_set(const struct cpumask *set)
{
	const int length = cpumask_format(set, NULL, 0);
	char *list = malloc((size_t)length + 1);

	if (!list)
		return;
	cpumask_format(set, list, (size_t)length + 1);
	fputs(*list ? list : "-", stdout);
	free(list);
}

static int compare_int(int a, int b)
{
	return (a > b) - (a < b);
}

static int compare_group(const struct topo_cpu *a, const struct topo_cpu *b)
{
	int order = compare_int(a->package, b->package);

	if (!order)
		order = compare_int(a->numa_node, b->numa_node);
	if (!order)
		order = compare_int(a->l3, b->l3);
	if (!order)
		order = compare_int(a->kind, b->kind);
	return order;
}

/* Rows lie in one array by CPU number, so their addresses order them within a group. */
static int compare_row(const void *left, const void *right)
{
	const struct topo_cpu *a = *(const struct topo_cpu *const *)left;
	const struct topo_cpu *b = *(const struct topo_cpu *const *)right;
	const int order = compare_group(a, b);

	return order ? order : (a > b) - (a < b);
}

static void print_index(int width, int index)
{
	if (index < 0)
		printf("%*s", width, "-");
	else
		printf("%*d", width, index);
}

struct group {
	const struct topology *topo;
	const struct topo_cpu *const *rows;
	size_t nr;
};

static unsigned int cpu_of(const struct group *g, size_t index)
{
	return (unsigned int)(g->rows[index] - g->topo->cpus);
}

/* The CPUs that are hardware thread @thread of their core; -1: of an unknown one. */
static void threads_of(const struct group *g, int thread, struct cpumask *ret_cpus)
{
	cpumask_clear(ret_cpus);
	for (size_t i = 0; i < g->nr; i++)
		if (g->rows[i]->thread == thread)
			cpumask_set_cpu(cpu_of(g, i), ret_cpus);
}

/* Are the hardware threads of each core numbered in a row? False without any second one. */
static bool is_core_by_core(const struct group *g)
{
	bool has_siblings = false;

	for (size_t i = 0; i < g->nr; i++) {
		const struct topo_cpu *row = g->rows[i];

		if (row->thread <= 0)
			continue;
		has_siblings = true;
		if (!i || g->rows[i - 1] != row - 1 || g->rows[i - 1]->core != row->core)
			return false;
	}
	return has_siblings;
}

static void print_by_thread(const struct group *g)
{
	struct cpumask cpus;
	int last = 0;

	for (size_t i = 0; i < g->nr; i++)
		last = g->rows[i]->thread > last ? g->rows[i]->thread : last;
	for (int thread = -1; thread <= last; thread++) {
		threads_of(g, thread, &cpus);
		if (cpumask_empty(&cpus))
			continue;
		fputs(thread > 0 ? " | " : "", stdout);
		print_set(&cpus);
	}
}

static void print_core_by_core(const struct group *g)
{
	struct cpumask cpus;

	cpumask_clear(&cpus);
	for (size_t i = 0; i < g->nr; i++)
		cpumask_set_cpu(cpu_of(g, i), &cpus);
	print_set(&cpus);
	fputs(" core by core", stdout);
}

static void print_group(const struct group *g)
{
	struct cpumask cores;

	cpumask_clear(&cores);
	for (size_t i = 0; i < g->nr; i++)
		if (g->rows[i]->core >= 0)
			cpumask_set_cpu((unsigned int)g->rows[i]->core, &cores);
	print_index(7, g->rows[0]->package);
	print_index(6, g->rows[0]->numa_node);
	print_index(6, g->rows[0]->l3);
	if (g->topo->nr_kinds > 1)
		print_index(6, g->rows[0]->kind);
	fputs("  cores ", stdout);
	print_set(&cores);
	fputs("  CPUs ", stdout);
	if (is_core_by_core(g))
		print_core_by_core(g);
	else
		print_by_thread(g);
	putchar('\n');
}

static int print_groups(const struct topology *topo)
{
	const struct topo_cpu **rows = calloc(topo->nr_cpus, sizeof(*rows));
	size_t nr = 0, end;
	unsigned int cpu;

	if (!rows)
		return -ENOMEM;
	for_each_cpu (cpu, &topo->online)
		rows[nr++] = &topo->cpus[cpu];
	qsort(rows, nr, sizeof(*rows), compare_row);
	printf("package  node    l3%s\n", topo->nr_kinds > 1 ? "  kind" : "");
	for (size_t begin = 0; begin < nr; begin = end) {
		for (end = begin; end < nr && !compare_group(rows[begin], rows[end]); end++)
			;
		print_group(&(struct group){ topo, rows + begin, end - begin });
	}
	free(rows);
	return 0;
}

static void print_count(unsigned int nr, const char *one, const char *many)
{
	if (nr)
		printf("%u %s, ", nr, nr == 1 ? one : many);
}

static void print_counts(const struct topology *topo)
{
	printf("%s: ", topo->source);
	print_count(topo->nr_packages, "package", "packages");
	print_count(topo->nr_numa_nodes, "NUMA node", "NUMA nodes");
	print_count(topo->nr_l3, "L3 cache", "L3 caches");
	print_count(topo->nr_cores, "core", "cores");
	print_count(topo->nr_kinds > 1 ? topo->nr_kinds : 0, "kind", "kinds of core");
	print_count(cpumask_weight(&topo->present), "CPU", "CPUs");
	printf("%u online\n\n", cpumask_weight(&topo->online));
}

/* One reason and the CPUs it holds for, if any. */
static void print_reason(const struct cpumask *cpus, const char *reason)
{
	if (cpumask_empty(cpus))
		return;
	fputs("  ", stdout);
	print_set(cpus);
	printf(": %s\n", reason);
}

static void print_fixed(const struct topology *topo)
{
	struct cpumask fixed;
	unsigned int cpu;

	cpumask_clear(&fixed);
	for_each_cpu (cpu, &topo->online)
		if (!topo->cpus[cpu].is_removable)
			cpumask_set_cpu(cpu, &fixed);
	if (topo->is_this_machine || !cpumask_equal(&fixed, &topo->online))
		print_reason(&fixed,
			     "no control file: the kernel cannot take it off, 'logical' can");
}

static void print_verdict(const struct topology *topo)
{
	struct cpumask victims, usable, set;

	selection_default_victims(topo, &victims);
	cpumask_and(&usable, &topo->online, &topo->allowed);
	fputs("\nmay go away:\n", stdout);
	print_reason(&victims, "by default");
	if (cpumask_empty(&victims))
		puts("  -: one CPU must stay for the suite, and there is no second one");
	puts("may not:");
	cpumask_andnot(&set, &usable, &victims);
	print_reason(&set, cpumask_test_cpu(0, &set)
				   ? "the suite runs here; goes away only when its number is given"
				   : "the suite runs here, unless --controller says otherwise");
	cpumask_andnot(&set, &topo->present, &topo->online);
	print_reason(&set, "offline");
	cpumask_andnot(&set, &topo->online, &topo->allowed);
	print_reason(&set, "not allowed to this process (cgroup cpuset)");
	print_fixed(topo);
	if (!topo->is_this_machine)
		puts("This is not this machine: plans can be made for it, and nothing run.");
}

int cmd_topo(int argc, char **argv)
{
	struct topology topo;
	int code, err;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(help, stdout);
		return EXIT_DONE;
	}
	if (argc > 1)
		return cmd_refuse_usage("topo", "unexpected '%.60s'", argv[1]);
	code = cmd_load_topology("topo", &topo);
	if (code)
		return code;
	print_counts(&topo);
	err = print_groups(&topo);
	if (err)
		code = cmd_refuse("topo", "%s", strerror(-err));
	else
		print_verdict(&topo);
	topology_fini(&topo);
	return code;
}
