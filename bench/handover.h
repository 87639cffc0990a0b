/* SPDX-License-Identifier: MIT */
/*
 * handover - Google Benchmark reports what our own schedule has measured.
 *
 * Each arm of each cell is registered as "workload/duty/threads:N/contender". The first one of a
 * cell that Google Benchmark calls has the whole cell run, all selected arms in their balanced
 * order. After that a repetition of a benchmark is one recorded block: an iteration is one cycle
 * (a CPU away and back), its time the cycle's total.
 */
#ifndef BENCH_HANDOVER_H
#define BENCH_HANDOVER_H

#include "passes.h"

struct handover;

/* Register every arm of every cell. NULL without memory. */
struct handover *handover_new(struct passes *p);
void handover_free(struct handover *h);

/*
 * What --benchmark_filter lets pass, into @is_selected (nr_cells rows of nr_arms). Returns how
 * many, or -errno.
 */
int handover_select(struct handover *h, const char *filter, bool *is_selected);

/* Print the names that pass, as --benchmark_list_tests does. 0 or -errno. */
int handover_list(const char *filter);

/*
 * Run the timing pass under Google Benchmark. @ret_report: its second report as text, to be freed.
 * 0, or the error of the first block that failed, with p->why set.
 */
int handover_run(struct handover *h, char **ret_report);

#endif
