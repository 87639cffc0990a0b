/* SPDX-License-Identifier: MIT */
/* limits_options - the command line of `limits` and `peers`. Pure, as options.h. */
#ifndef BENCH_LIMITS_OPTIONS_H
#define BENCH_LIMITS_OPTIONS_H

#include "option_values.h"
#include "topology.h"

enum limits_suite { SUITE_LIMITS, SUITE_PEERS };

struct limits_options {
	enum limits_suite suite;
	const char *cpus; /* NULL: chosen by placement */
	bool placements[NR_TOPO_DISTANCES];
	bool is_placement_given;
	bool is_matrix;
	bool is_goals_only;
	uint64_t rounds, samples, seed;
	uint64_t threads_max; /* below 2: one thread at a time only */
	const char *out;
	bool is_help;
};

/* 0; -EINVAL with one line in @why; @ret is untouched then. */
int limits_options_parse(enum limits_suite suite, int argc, char **argv, struct limits_options *ret,
			 struct option_why *why);

/* What --help shows. */
const char *limits_options_help(enum limits_suite suite);

#endif
