/* SPDX-License-Identifier: MIT */
#include "digest.h"
#include "facts.h"
#include "sysfile.h"

#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#ifndef PARKBENCH_BUILD_TYPE
#define PARKBENCH_BUILD_TYPE "unknown"
#endif

/* What a run can need; "root" in a user namespace has the bits and not the power. */
static const struct {
	unsigned int bit;
	const char *name;
} wanted_capabilities[] = {
	{ CAP_DAC_OVERRIDE, "dac_override" }, { CAP_IPC_LOCK, "ipc_lock" },
	{ CAP_SYS_PTRACE, "sys_ptrace" },     { CAP_SYS_ADMIN, "sys_admin" },
	{ CAP_SYS_NICE, "sys_nice" },	      { CAP_PERFMON, "perfmon" },
};

FACT_READER(fact_read_privileges)
{
	const size_t nr_wanted = sizeof(wanted_capabilities) / sizeof(wanted_capabilities[0]);
	struct fact_value mask = { 0 };
	char names[256] = "";
	unsigned long long bits;
	size_t nr = 0;

	fact_read_field(origin, arg, &mask);
	if (mask.type != FACT_TEXT) {
		fact_fini(ret_value);
		*ret_value = mask;
		return;
	}
	bits = strtoull(mask.text, NULL, 16);
	fact_fini(&mask);
	for (size_t i = 0; i < nr_wanted; i++) {
		if (!(bits >> wanted_capabilities[i].bit & 1))
			continue;
		if (nr++)
			strcat(names, ",");
		strcat(names, wanted_capabilities[i].name);
	}
	if (nr == 0)
		fact_set_text(ret_value, "none");
	else
		fact_set_text(ret_value, "%s", nr == nr_wanted ? "all" : names);
}

FACT_READER(fact_read_libc)
{
	(void)origin, (void)arg;
#ifdef __GLIBC__
	fact_set_text(ret_value, "glibc %s", gnu_get_libc_version());
#else
	fact_set_missing(ret_value, "not glibc, and others do not tell");
#endif
}

/*
 * glibc keeps the stacks of ended threads up to this many bytes; beyond it each create pays for
 * a new mapping. The default is nptl/nptl-stack.c's stack_cache_maxsize.
 */
FACT_READER(fact_read_stack_cache)
{
#ifdef __GLIBC__
	const char *tunables = getenv("GLIBC_TUNABLES"), *at = tunables;
	long long bytes = 40ll << 20;

	(void)origin;
	while (at && (at = strstr(at, arg))) {
		at += strlen(arg);
		if (*at == '=')
			bytes = strtoll(at + 1, NULL, 0);
	}
	fact_set_number(ret_value, bytes);
#else
	(void)origin, (void)arg;
	fact_set_missing(ret_value, "not glibc");
#endif
}

FACT_READER(fact_read_constant)
{
	(void)origin;
	if (arg && strcmp(arg, "unknown"))
		fact_set_text(ret_value, "%s", arg);
	else
		fact_set_missing(ret_value, "the build did not say");
}

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZER "/asan"
#elif defined(__SANITIZE_THREAD__)
#define SANITIZER "/tsan"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZER "/asan"
#elif __has_feature(thread_sanitizer)
#define SANITIZER "/tsan"
#endif
#endif
#ifndef SANITIZER
#define SANITIZER ""
#endif

/* Compiler family, build type and what else makes numbers incomparable. */
FACT_READER(fact_read_build)
{
	(void)origin, (void)arg;
#ifdef __clang__
	fact_set_text(ret_value, "clang/%s%s", PARKBENCH_BUILD_TYPE, SANITIZER);
#else
	fact_set_text(ret_value, "gcc/%s%s", PARKBENCH_BUILD_TYPE, SANITIZER);
#endif
}

static bool is_usable(const struct topo_cpu *cpu)
{
	return cpu->is_online && cpu->is_allowed;
}

/* Our own index of @object, in the order of first sight, so that holes do not show. */
static int renumber(int seen[], int *nr_seen, int object)
{
	int i = 0;

	while (i < *nr_seen && seen[i] != object)
		i++;
	if (i == *nr_seen)
		seen[(*nr_seen)++] = object;
	return i;
}

/* One level of the nesting. */
struct level {
	int *seen, nr;
};

enum level_index { PACKAGE, NODE, L3, CORE, KIND, NR_LEVELS };

/*
 * "1p1n1l3:4c8t#1f2e3d": how many packages, NUMA nodes, L3 groups, cores and threads are usable,
 * and a digest over who sits where, which tells an even machine from an uneven one.
 */
static void sign_topology(const struct topology *topo, struct level levels[NR_LEVELS],
			  FILE *nesting, struct fact_value *ret_value)
{
	unsigned int nr_threads = 0;

	for (unsigned int i = 0; i < topo->nr_cpus; i++) {
		const struct topo_cpu *cpu = &topo->cpus[i];
		const int objects[NR_LEVELS] = { cpu->package, cpu->numa_node, cpu->l3, cpu->core,
						 cpu->kind };

		if (!is_usable(cpu))
			continue;
		nr_threads++;
		for (int l = 0; l < NR_LEVELS; l++)
			fprintf(nesting, "%d.",
				renumber(levels[l].seen, &levels[l].nr, objects[l]));
		fputc('\n', nesting);
	}
	fact_set_text(ret_value, "%dp%dn%dl3:%dc%ut", levels[PACKAGE].nr, levels[NODE].nr,
		      levels[L3].nr, levels[CORE].nr, nr_threads);
}

FACT_READER(fact_read_topology)
{
	const struct topology *topo = origin->topo;
	struct level levels[NR_LEVELS];
	char *nesting_text = NULL, *counts, hex[DIGEST_HEX_BYTES];
	size_t nesting_bytes;
	FILE *nesting;
	int *seen;

	(void)arg;
	if (!topo) {
		fact_set_missing(ret_value, "the topology was not loaded");
		return;
	}
	seen = calloc((size_t)topo->nr_cpus * NR_LEVELS + 1, sizeof(*seen));
	nesting = open_memstream(&nesting_text, &nesting_bytes);
	if (!seen || !nesting)
		goto out_free;
	for (int l = 0; l < NR_LEVELS; l++)
		levels[l] = (struct level){ .seen = seen + (size_t)l * topo->nr_cpus };
	sign_topology(topo, levels, nesting, ret_value);
	fclose(nesting);
	nesting = NULL;
	digest_text(nesting_text, hex);
	counts = strdup(fact_text(ret_value));
	fact_set_text(ret_value, "%s#%.6s", counts ? counts : "", hex);
	free(counts);
out_free:
	if (nesting)
		fclose(nesting);
	free(nesting_text);
	free(seen);
}

FACT_READER(fact_read_nr_online)
{
	char text[4 * SYSFILE_LINE_BYTES];
	struct cpumask online;
	int err = sysfile_read(origin->root, arg, text, sizeof(text));

	if (!err)
		err = cpumask_parse(text, &online);
	if (err)
		fact_set_unread(ret_value, arg, err);
	else
		fact_set_number(ret_value, cpumask_weight(&online));
}

static void set_given(const char *text, const char *why, struct fact_value *ret_value)
{
	if (text)
		fact_set_text(ret_value, "%s", text);
	else
		fact_set_missing(ret_value, "%s", why);
}

FACT_READER(fact_read_hotplug)
{
	(void)arg;
	set_given(origin->hotplug, "no hotplug driver was chosen", ret_value);
}

FACT_READER(fact_read_workloads)
{
	(void)arg;
	set_given(origin->workloads, "no workload was chosen", ret_value);
}
