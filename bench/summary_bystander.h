/* SPDX-License-Identifier: MIT */
/*
 * summary_bystander - how long CPUs that stay stood still, by arm, kind and distance. Pure.
 *
 * Statistics of the worst gaps of finished steps, each with the same of the quiet stretches:
 *	offline_gap_p50, _p99, _max	while a CPU went away
 *	online_gap_...			while one came back
 *	offline_quiet_gap_..., online_quiet_gap_...
 * A step without a gap above the threshold counts as the threshold. The bystander on the
 * controller's own CPU waits for the controller, too, and is a group by itself.
 */
#ifndef BENCH_SUMMARY_BYSTANDER_H
#define BENCH_SUMMARY_BYSTANDER_H

#include "summary.h"

struct bystander_row;

#define SUMMARY_CONTROLLER "controller" /* as a distance */

/* Append to @summary, which summary_make() made. 0 or -ENOMEM. */
int summary_add_bystanders(struct summary *summary, const struct recording *rec,
			   const struct bystander_row *rows, size_t nr_rows);

#endif
