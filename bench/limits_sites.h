/* SPDX-License-Identifier: MIT */
/* limits_sites - options and topology -> where `limits` and `peers` measure. */
#ifndef BENCH_LIMITS_SITES_H
#define BENCH_LIMITS_SITES_H

#include "limits_options.h"
#include "roundtrip.h"

struct limits_sites {
	struct roundtrip_site *pairs; /* one thread; by distance, of a matrix all ordered pairs */
	size_t nr_pairs;
	struct roundtrip_site *many; /* by place, then by number of threads; none in a matrix */
	size_t nr_many;
	unsigned int *cpus; /* what the sites' far_cpus point into, in hwloc's order */
	size_t nr_cpus;
};

/* 0; -EINVAL with one line in @why; -ENOMEM. Release with limits_sites_fini(). */
int limits_sites_make(const struct limits_options *options, const struct topology *topo,
		      struct limits_sites *ret, struct option_why *why);
void limits_sites_fini(struct limits_sites *sites);

#endif
