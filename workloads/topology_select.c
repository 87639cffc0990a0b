/* SPDX-License-Identifier: MIT */
/* Asking the rows that topology.c made: which CPUs a text means, how near two CPUs are. */
#include "topology.h"

#include <errno.h>
#include <limits.h>

/* Long enough for most sets; a longer one is cut, as the one line that it goes into is. */
#define SET_TEXT_BYTES 160

static bool is_present(const struct topology *topo, unsigned int cpu)
{
	return cpu < topo->nr_cpus && topo->cpus[cpu].is_present;
}

/* Where only one of the two has an L3 it is not shared, whatever their L2 says. */
static bool share_last_cache(const struct topo_cpu *a, const struct topo_cpu *b)
{
	if (a->l3 >= 0 || b->l3 >= 0)
		return a->l3 == b->l3;
	return a->l2 >= 0 && a->l2 == b->l2;
}

enum topo_distance topology_distance(const struct topology *topo, unsigned int a, unsigned int b)
{
	const struct topo_cpu *row_a, *row_b;

	if (a == b)
		return TOPO_SAME;
	if (!is_present(topo, a) || !is_present(topo, b))
		return TOPO_REMOTE;
	row_a = &topo->cpus[a];
	row_b = &topo->cpus[b];
	if (row_a->core >= 0 && row_a->core == row_b->core)
		return TOPO_SIBLING;
	if (share_last_cache(row_a, row_b))
		return TOPO_CACHE;
	if (row_a->numa_node >= 0 && row_a->numa_node == row_b->numa_node)
		return TOPO_NODE;
	return TOPO_REMOTE;
}

const char *topo_distance_name(enum topo_distance distance)
{
	static const char *const names[NR_TOPO_DISTANCES] = {
		[TOPO_SAME] = "same", [TOPO_SIBLING] = "sibling", [TOPO_CACHE] = "cache",
		[TOPO_NODE] = "node", [TOPO_REMOTE] = "remote",
	};

	return names[distance];
}

/* What can stand in front of a colon, and which field of a row it means. */
static const struct object {
	const char *name;
	size_t field;
} objects[] = {
	{ "core", offsetof(struct topo_cpu, core) },
	{ "l2", offsetof(struct topo_cpu, l2) },
	{ "l3", offsetof(struct topo_cpu, l3) },
	{ "die", offsetof(struct topo_cpu, die) },
	{ "package", offsetof(struct topo_cpu, package) },
	{ "numa", offsetof(struct topo_cpu, numa_node) },
	{ "kind", offsetof(struct topo_cpu, kind) },
};

#define NR_OBJECTS (sizeof(objects) / sizeof(objects[0]))

static int index_of(const struct object *object, const struct topo_cpu *row)
{
	return *(const int *)((const char *)row + object->field);
}

struct selection {
	const struct topology *topo;
	const char *item; /* being read: up to the next comma */
	int length;	  /* of it */
	struct cpumask cpus;
	char *why;
	size_t why_size;
};

/* A closed range of CPU numbers or of object indices. */
struct range {
	unsigned int first, last;
};

static int refuse(struct selection *sel, const char *text)
{
	snprintf(sel->why, sel->why_size, "\"%.*s\": %s", sel->length, sel->item, text);
	return -EINVAL;
}

/* What cannot be a number of anything is none. */
#define NUMBER_MAX 99999999

static const char *parse_number(const char *p, unsigned int *ret_number)
{
	unsigned int number = 0;

	if (*p < '0' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9'; p++) {
		number = number * 10 + (unsigned int)(*p - '0');
		if (number > NUMBER_MAX)
			return NULL;
	}
	*ret_number = number;
	return p;
}

static int parse_range(struct selection *sel, const char *from, struct range *ret_range)
{
	struct range range;
	const char *p = parse_number(from, &range.first);

	range.last = range.first;
	if (p && *p == '-')
		p = parse_number(p + 1, &range.last);
	if (p != sel->item + sel->length)
		return refuse(sel, "not understood: write CPUs (4-7,12), objects (core:0-3, "
				   "package:1, numa:0, l2:0, l3:2, die:0, kind:0) or all");
	if (range.last < range.first)
		return refuse(sel, "the range runs backwards: write the smaller number first");
	*ret_range = range;
	return 0;
}

static int select_cpus(struct selection *sel, const struct range *range)
{
	char present[SET_TEXT_BYTES];

	for (unsigned int cpu = range->first; cpu <= range->last; cpu++) {
		if (!is_present(sel->topo, cpu)) {
			cpumask_format(&sel->topo->present, present, sizeof(present));
			snprintf(sel->why, sel->why_size,
				 "\"%.*s\": there is no CPU %u: choose from %s", sel->length,
				 sel->item, cpu, present);
			return -ENOENT;
		}
		cpumask_set_cpu(cpu, &sel->cpus);
	}
	return 0;
}

/* The indices that @object has here; there are never more of them than CPUs. */
static void list_indices(const struct topology *topo, const struct object *object,
			 struct cpumask *ret_indices)
{
	cpumask_clear(ret_indices);
	for (unsigned int cpu = 0; cpu < topo->nr_cpus; cpu++) {
		int index = index_of(object, &topo->cpus[cpu]);

		if (index >= 0)
			cpumask_set_cpu((unsigned int)index, ret_indices);
	}
}

static int no_such_object(struct selection *sel, const struct object *object, unsigned int index,
			  const struct cpumask *indices)
{
	char text[SET_TEXT_BYTES];

	cpumask_format(indices, text, sizeof(text));
	if (cpumask_empty(indices))
		snprintf(sel->why, sel->why_size, "\"%.*s\": hwloc reports no %s in this machine",
			 sel->length, sel->item, object->name);
	else
		snprintf(sel->why, sel->why_size,
			 "\"%.*s\": there is no %s:%u with a CPU: choose from %s:%s", sel->length,
			 sel->item, object->name, index, object->name, text);
	return -ENOENT;
}

static int select_objects(struct selection *sel, const struct object *object,
			  const struct range *range)
{
	struct cpumask indices;

	list_indices(sel->topo, object, &indices);
	for (unsigned int index = range->first; index <= range->last; index++)
		if (!cpumask_test_cpu(index, &indices))
			return no_such_object(sel, object, index, &indices);
	for (unsigned int cpu = 0; cpu < sel->topo->nr_cpus; cpu++) {
		int index = index_of(object, &sel->topo->cpus[cpu]);

		if (index >= (int)range->first && index <= (int)range->last)
			cpumask_set_cpu(cpu, &sel->cpus);
	}
	return 0;
}

static const struct object *find_object(const char *name, size_t length)
{
	for (size_t i = 0; i < NR_OBJECTS; i++)
		if (strlen(objects[i].name) == length && !memcmp(objects[i].name, name, length))
			return &objects[i];
	return NULL;
}

static int select_item(struct selection *sel)
{
	const char *colon = memchr(sel->item, ':', (size_t)sel->length);
	const struct object *object = NULL;
	struct range range;
	int ret;

	if (sel->length == 3 && memcmp(sel->item, "all", 3) == 0) {
		cpumask_or(&sel->cpus, &sel->cpus, &sel->topo->present);
		return 0;
	}
	if (colon) {
		object = find_object(sel->item, (size_t)(colon - sel->item));
		if (!object)
			return refuse(sel, "no such object: there are core, l2, l3, die, package, "
					   "numa and kind");
	}
	ret = parse_range(sel, colon ? colon + 1 : sel->item, &range);
	if (ret)
		return ret;
	return object ? select_objects(sel, object, &range) : select_cpus(sel, &range);
}

int topology_select(const struct topology *topo, const char *text, struct cpumask *ret_mask,
		    char *why, size_t why_size)
{
	struct selection sel = { .topo = topo, .why = why, .why_size = why_size };
	const char *comma;
	int ret;

	sel.item = text;
	do {
		size_t length = strcspn(sel.item, ",");

		comma = sel.item[length] == ',' ? sel.item + length : NULL;
		sel.length = length < INT_MAX ? (int)length : INT_MAX;
		ret = select_item(&sel);
		if (comma)
			sel.item = comma + 1;
	} while (!ret && comma);
	if (ret)
		return ret;
	*ret_mask = sel.cpus;
	return 0;
}
