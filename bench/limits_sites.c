/* SPDX-License-Identifier: MIT */
#include "limits_sites.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers and busy machines included. */
#define PATIENCE_NS 30000000000u

#define FIRST_THREADS  16
#define THREADS_FACTOR 4

/* Of so many threads a block takes seconds, most of them to make and end the threads. */
#define LARGE_THREADS 1024
#define LARGE_ROUNDS  6 /* fewer give no interval at 95 % */
#define LARGE_SAMPLES 1

/* At most: 16, 64, 256, 1024, 4096 and --threads-max itself. */
#define MAX_SIZES  6
#define MAX_PLACES 3

/* The CPUs asked for that can be used now. */
static int select_cpus(const struct limits_options *o, const struct topology *topo,
		       struct cpumask *ret, struct option_why *why)
{
	struct cpumask usable, wanted;
	char text[256];

	cpumask_and(&usable, &topo->online, &topo->allowed);
	wanted = usable;
	if (o->cpus && topology_select(topo, o->cpus, &wanted, text, sizeof(text)))
		return option_refuse(why, "--cpus: %s", text);
	if (cpumask_empty(&wanted) || !cpumask_subset(&wanted, &usable))
		return option_refuse(why,
				     "--cpus %.60s: not all of them are online and allowed "
				     "to this process",
				     o->cpus ? o->cpus : "");
	if (o->cpus && !o->is_matrix && cpumask_weight(&wanted) > 2)
		return option_refuse(why,
				     "--cpus %.60s: give one or two CPUs, or --matrix for "
				     "every pair",
				     o->cpus);
	*ret = wanted;
	return 0;
}

/* In hwloc's order: neighbours are near. */
static int list_cpus(const struct topology *topo, const struct cpumask *mask,
		     struct limits_sites *sites)
{
	unsigned int cpu;

	sites->cpus = calloc(cpumask_weight(mask), sizeof(*sites->cpus));
	if (!sites->cpus)
		return -ENOMEM;
	for_each_cpu (cpu, mask) {
		size_t at = sites->nr_cpus++;

		for (; at > 0 && topo->cpus[sites->cpus[at - 1]].order > topo->cpus[cpu].order;
		     at--)
			sites->cpus[at] = sites->cpus[at - 1];
		sites->cpus[at] = cpu;
	}
	return 0;
}

static struct roundtrip_site pair_of(const struct topology *topo, unsigned int near,
				     const unsigned int *far)
{
	return (struct roundtrip_site){
		.near_cpu = near,
		.far_cpus = far,
		.nr_far_cpus = 1,
		.nr_threads = 1,
		.name = topo_distance_name(topology_distance(topo, near, *far)),
		.patience_ns = PATIENCE_NS,
	};
}

static int make_matrix(const struct topology *topo, struct limits_sites *sites)
{
	size_t nr = sites->nr_cpus;

	sites->pairs = calloc(nr * nr, sizeof(*sites->pairs));
	if (!sites->pairs)
		return -ENOMEM;
	for (size_t i = 0; i < nr * nr; i++)
		sites->pairs[i] = pair_of(topo, sites->cpus[i / nr], &sites->cpus[i % nr]);
	sites->nr_pairs = nr * nr;
	return 0;
}

/* Named first where numbers are given, else the first in hwloc's order. */
static unsigned int near_cpu(const struct limits_options *o, const struct limits_sites *sites)
{
	char *end = NULL;
	unsigned long first = o->cpus ? strtoul(o->cpus, &end, 10) : 0;

	for (size_t i = 0; i < sites->nr_cpus && end && end > o->cpus; i++)
		if (sites->cpus[i] == first)
			return sites->cpus[i];
	return sites->cpus[0];
}

/* One CPU of each distance that is wanted and there. */
static int make_pairs(const struct limits_options *o, const struct topology *topo,
		      struct limits_sites *sites, struct option_why *why)
{
	unsigned int near = near_cpu(o, sites);

	sites->pairs = calloc(NR_TOPO_DISTANCES, sizeof(*sites->pairs));
	if (!sites->pairs)
		return -ENOMEM;
	for (int d = 0; d < NR_TOPO_DISTANCES; d++) {
		size_t i = 0;

		if (o->is_placement_given && !o->placements[d])
			continue;
		while (i < sites->nr_cpus &&
		       topology_distance(topo, near, sites->cpus[i]) != (enum topo_distance)d)
			i++;
		if (i < sites->nr_cpus)
			sites->pairs[sites->nr_pairs++] = pair_of(topo, near, &sites->cpus[i]);
		else if (o->is_placement_given)
			return option_refuse(why, "--placement %s: CPU %u has no such partner here",
					     topo_distance_name((enum topo_distance)d), near);
	}
	return 0;
}

static size_t list_sizes(uint64_t threads_max, size_t sizes[MAX_SIZES])
{
	size_t nr = 0;

	for (uint64_t n = FIRST_THREADS; n < threads_max; n *= THREADS_FACTOR)
		sizes[nr++] = n;
	if (threads_max > 1)
		sizes[nr++] = threads_max;
	return nr;
}

/* On the near CPU, on the farthest other one, on all of them: as far as they differ. */
static int make_many(const struct limits_options *o, struct limits_sites *sites)
{
	const struct roundtrip_site *last = &sites->pairs[sites->nr_pairs - 1];
	struct roundtrip_site places[MAX_PLACES];
	size_t sizes[MAX_SIZES], nr_sizes = list_sizes(o->threads_max, sizes), nr_places = 0;

	if (sites->pairs != last)
		places[nr_places++] = sites->pairs[0];
	places[nr_places++] = *last;
	if (sites->nr_cpus > 1) {
		places[nr_places] = *last;
		places[nr_places].far_cpus = sites->cpus;
		places[nr_places].nr_far_cpus = sites->nr_cpus;
		places[nr_places++].name = "all";
	}
	sites->many = calloc(nr_places * nr_sizes + 1, sizeof(*sites->many));
	if (!sites->many)
		return -ENOMEM;
	for (size_t i = 0; i < nr_places * nr_sizes; i++) {
		sites->many[i] = places[i / nr_sizes];
		sites->many[i].nr_threads = sizes[i % nr_sizes];
		if (sizes[i % nr_sizes] >= LARGE_THREADS) {
			sites->many[i].max_rounds = LARGE_ROUNDS;
			sites->many[i].max_samples = LARGE_SAMPLES;
		}
	}
	sites->nr_many = nr_places * nr_sizes;
	return 0;
}

int limits_sites_make(const struct limits_options *o, const struct topology *topo,
		      struct limits_sites *ret, struct option_why *why)
{
	struct limits_sites sites = { .nr_cpus = 0 };
	struct cpumask mask;
	int err = select_cpus(o, topo, &mask, why);

	if (!err)
		err = list_cpus(topo, &mask, &sites);
	if (!err)
		err = o->is_matrix ? make_matrix(topo, &sites) : make_pairs(o, topo, &sites, why);
	if (!err && o->suite == SUITE_LIMITS && !o->is_matrix)
		err = make_many(o, &sites);
	if (err)
		limits_sites_fini(&sites);
	else
		*ret = sites;
	return err;
}

void limits_sites_fini(struct limits_sites *sites)
{
	free(sites->pairs);
	free(sites->many);
	free(sites->cpus);
	*sites = (struct limits_sites){ .nr_cpus = 0 };
}
