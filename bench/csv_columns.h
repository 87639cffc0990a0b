/* SPDX-License-Identifier: MIT */
/* csv_columns - the one table of columns. For csv.c; everybody else includes csv.h. */
#ifndef BENCH_CSV_COLUMNS_H
#define BENCH_CSV_COLUMNS_H

#include "csv.h"
#include "csv_writer.h"
#include "run.h"

struct aftermath_row;
struct kcall_row;
struct kstep_row;
struct bystander_row;
struct summary_row;
struct csv_roundtrip_row;

/* What the row at hand is about; pointers that its file does not need are NULL. */
struct csv_row {
	const struct recording *rec;
	uint32_t cell, arm;
	const struct block *block;
	const struct step_sample *step;
	enum phase phase;	/* NR_PHASES: none */
	const char *controller; /* of rows about many steps: their common distance, or "mixed" */
	const struct counter_row *counter;
	const struct syscall_row *syscall;
	const struct summary_row *summary;
	const struct aftermath_row *aftermath;
	const struct kstep_row *kstep;
	const struct kcall_row *kcall;
	const struct bystander_row *bystander;
	const struct csv_roundtrip_row *roundtrip; /* of its files alone; rec is NULL then */
};

/* Files of a run. */
#define CSV_EVERY_FILE ((1u << NR_RUN_CSV_FILES) - 1)
/* Files with rows about cells and arms; the others are about the run as a whole. */
#define CSV_ARM_FILES (CSV_EVERY_FILE & ~(1u << CSV_AFTERMATH))

typedef void csv_put_field(struct csv_writer *csv, const struct csv_row *row);

/* A field that is one expression about @row, put by csv_put_@kind(). */
#define CSV_FIELD(column, kind, expression)                                                        \
	void csv_put_##column(struct csv_writer *csv, const struct csv_row *row)                   \
	{                                                                                          \
		csv_put_##kind(csv, expression);                                                   \
	}

struct csv_column {
	const char *name;
	const char *type;   /* "integer", "number", "text", "0/1" */
	unsigned int files; /* bit per enum csv_file */
	const char *meaning;
	csv_put_field *put;
};

/* In the order in which they stand in a row. */
const struct csv_column *csv_columns(size_t *ret_nr);

/* How near the controller was to the CPU of one step. */
const char *csv_controller(const struct recording *rec, const struct step_sample *step);

/*
 * The distance that all steps of a cell share, "mixed", or NULL before its first block. All blocks
 * of a cell pass the same plan, so the first one tells.
 */
const char *csv_controller_of_cell(const struct recording *rec, uint32_t cell);

#endif
