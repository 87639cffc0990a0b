/* SPDX-License-Identifier: MIT */
/*
 * topology - the machine as hwloc sees it, flattened to one row per CPU.
 *
 * Loaded once, before the first CPU goes away: hwloc forgets a CPU while it is offline, and a core
 * with one sibling offline cannot even be counted. Rows are indexed by logical CPU number, so the
 * array is sized by the highest number and holes are rows with is_present false.
 *
 * hwloc's own environment decides what is loaded: HWLOC_FSROOT, else HWLOC_SYNTHETIC, else
 * HWLOC_XMLFILE, else this machine. Of a foreign machine's topology everything but measuring works.
 *
 * A CPU that is offline at load time is present, but where it sits is not known: all its groups are
 * -1. To have them anyway, save the whole machine once (lstopo all.xml) and load that with
 * HWLOC_XMLFILE=all.xml HWLOC_THISSYSTEM=1: structure then comes from the file, and which CPUs are
 * online from this machine's sysfs.
 */
#ifndef WORKLOADS_TOPOLOGY_H
#define WORKLOADS_TOPOLOGY_H

#include <kpark/cpumask.h>

#include <stdbool.h>
#include <stdio.h>

/*
 * Indices are hwloc's logical indices, counted from 0 over the whole machine; -1: not known,
 * because the CPU is offline or hwloc reports no such object.
 */
struct topo_cpu {
	bool is_present;   /* the machine has this CPU, online or not */
	bool is_online;	   /* at load time */
	bool is_allowed;   /* this process may use it (cpuset, affinity) */
	bool is_removable; /* has a control file, so that a real offline can be tried */
	int core;
	int thread; /* which of its core's online hardware threads, 0 first */
	int l2, l3; /* cache groups */
	int package;
	int die;
	int numa_node;
	int kind;	    /* hwloc's CPU kind: 0 the most efficient, the last the fastest */
	unsigned int order; /* position in hwloc's depth-first order: neighbours are near, offline
			       last */
};

struct topology {
	struct topo_cpu *cpus; /* nr_cpus rows */
	unsigned int nr_cpus;  /* highest CPU number + 1 */

	/* Of what holds an online CPU; NUMA nodes count without one, too. 0: hwloc reports none. */
	unsigned int nr_cores, nr_packages, nr_dies, nr_numa_nodes, nr_l2, nr_l3, nr_kinds;
	bool is_this_machine; /* false: loaded from XML, synthetic or a foreign sysfs root */
	struct cpumask present, online, allowed;
	char source[256]; /* where it came from, for people: "this machine", "synthetic: ..." */
};

/* How near two CPUs are; the smaller the nearer. */
enum topo_distance {
	TOPO_SAME,    /* the same CPU */
	TOPO_SIBLING, /* hardware threads of one core */
	TOPO_CACHE,   /* share the last level of cache */
	TOPO_NODE,    /* share the NUMA node */
	TOPO_REMOTE,
	NR_TOPO_DISTANCES
};

/**
 * topology_load() - read the topology as hwloc's environment directs.
 * @ret_topo: filled on success; release with topology_fini().
 *
 * Return: 0; -ENOMEM; -EINVAL hwloc could not load what its environment names; -ERANGE a CPU
 * number of CPUMASK_NR_CPUS or above.
 */
int topology_load(struct topology *ret_topo);

/* A machine that nobody has: hwloc's synthetic notation, "package:8 core:128 pu:2". As above. */
int topology_load_synthetic(const char *description, struct topology *ret_topo);

/* Accepts a zeroed struct. */
void topology_fini(struct topology *topo);

/* Absent CPUs are TOPO_REMOTE from every other one. */
enum topo_distance topology_distance(const struct topology *topo, unsigned int a, unsigned int b);

/* "same", "sibling", "cache", "node", "remote". */
const char *topo_distance_name(enum topo_distance distance);

/**
 * topology_select() - the CPUs that a --cpus argument means.
 * @text: comma separated: CPU numbers and ranges ("4-7,12"), hwloc objects ("package:1",
 *	"numa:0", "core:0-3", "l3:2", "die:0", "kind:0"), "all".
 * @ret_mask: the present CPUs meant; untouched on failure.
 * @why: receives one line for the user on failure: what is wrong and what exists.
 *
 * Return: 0; -EINVAL not understood; -ENOENT names a CPU or object that does not exist.
 */
int topology_select(const struct topology *topo, const char *text, struct cpumask *ret_mask,
		    char *why, size_t why_size);

#endif
