/* SPDX-License-Identifier: MIT */
/*
 * report_table - the table at the end of a run: contender beside contender, phase by phase.
 *
 * Plain ASCII, at most 100 columns, the same in every locale. It shows nothing that is not in
 * summary.csv, where the digits are complete.
 */
#ifndef BENCH_REPORT_TABLE_H
#define BENCH_REPORT_TABLE_H

#include "phase.h"

#include <stdint.h>
#include <stdio.h>

struct recording;
struct summary;

/* Phases to show, a bit each. */
#define REPORT_TABLE_PHASES                                                                        \
	(1u << PHASE_QUIESCE | 1u << PHASE_OFF_CPU | 1u << PHASE_WAKE | 1u << PHASE_FIRST_WORK |   \
	 1u << PHASE_RESUME | 1u << PHASE_TOTAL)

/**
 * report_table_print() - one table per cell, with what went wrong below it.
 * @summary: of @rec.
 *
 * Return: 0 or -EIO.
 */
int report_table_print(FILE *out, const struct recording *rec, const struct summary *summary,
		       unsigned int phases);

#define REPORT_FIGURE_BYTES 24

/* What the CPUs that stayed paid in one cell; nothing without a bystander pass. */
void report_bystanders_print(FILE *out, const struct recording *rec, const struct summary *summary,
			     uint32_t cell);

/* Three significant digits and a unit: "80 ns", "12.3 us"; a value that is blank is "-". */
void report_format_ns(double ns, char text[REPORT_FIGURE_BYTES]);

/* Three significant digits, three decimals at most: "0.042", "4.48", "173". */
void report_format_ratio(double ratio, char text[REPORT_FIGURE_BYTES]);

/* CPU time per cycle that looking on has cost, one line per arm that does so. */
void report_spins_print(FILE *out, const struct recording *rec, uint32_t cell);

/* What the duty got done while CPUs came and went, one line per arm that has threads. */
void report_duty_print(FILE *out, const struct recording *rec, uint32_t cell);

#endif
