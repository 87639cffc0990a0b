/* SPDX-License-Identifier: MIT */
/* cmd_stress_internal - what cmd_stress*.c share. */
#ifndef BENCH_CMD_STRESS_INTERNAL_H
#define BENCH_CMD_STRESS_INTERNAL_H

#include "topology.h"
#include "torture.h"

struct stress {
	struct torture_options torture;
	struct topology topo;
	const char *cpus; /* as given; NULL: two that may be used */
	const char *mix;  /* as given, or NULL */
	bool is_help, is_impact_accepted;
};

/* EXIT_DONE, or the line has been said. */
int stress_parse(int argc, char **argv, struct stress *stress);

/* The text of --help. */
void stress_print_help(void);

#endif
