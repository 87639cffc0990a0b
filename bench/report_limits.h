/* SPDX-License-Identifier: MIT */
/* report_limits - the tables of `limits` and `peers`: plain ASCII, at most 100 columns. */
#ifndef BENCH_REPORT_LIMITS_H
#define BENCH_REPORT_LIMITS_H

#include "limits_results.h"
#include "limits_sites.h"

#include <stdio.h>

/* Each prints nothing where there is nothing to tell. */
void report_limits_print(FILE *out, const struct limits_outcome *outcome,
			 const struct limits_sites *sites, bool is_goals_only);
void report_peers_print(FILE *out, const struct limits_outcome *outcome,
			const struct limits_sites *sites);
void report_matrix_print(FILE *out, const struct limits_outcome *outcome,
			 const struct limits_sites *sites);

#endif
