/* SPDX-License-Identifier: MIT */
/*
 * csv - what a run leaves behind for everybody else: scripts, people, other programs.
 *
 * One table (csv_columns.c, csv_roundtrip.c) makes the header, the rows, `parkbench list columns`
 * and results/README.md, so they cannot disagree. A column is added by one line there; columns are
 * only appended as long as the schema version stays.
 */
#ifndef BENCH_CSV_H
#define BENCH_CSV_H

#include "phase.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CSV_SCHEMA 1

struct aftermath;
struct kernel_rows;
struct bystander_row;
struct limits_outcome;
struct recording;
struct summary;

enum csv_file {
	CSV_SAMPLES,
	CSV_EVENTS,
	CSV_COUNTERS,
	CSV_SYSCALLS,
	CSV_BLOCKS,
	CSV_MEMORY,
	CSV_BYSTANDER,
	CSV_SUMMARY,
	CSV_AFTERMATH,
	CSV_STEPS,
	CSV_KPARK,
	NR_RUN_CSV_FILES, /* those above are what `run` writes, those below `limits` and `peers` */
	CSV_ROUNDTRIP = NR_RUN_CSV_FILES,
	CSV_LIMITS,
	NR_CSV_FILES
};

/* One counter of one phase of one arm, over all its counting blocks. */
struct counter_row {
	uint32_t cell, arm;
	enum phase phase; /* NR_PHASES: the whole block */
	const char *event;
	const char *mode;     /* "user", "kernel", "all" */
	const char *unit;     /* "count", "ns" */
	const char *source;   /* "perf", "getrusage" */
	const char *status;   /* "exact", "scaled", "blank" */
	const char *reason;   /* "" or NULL when exact */
	double value;	      /* scaled up when scaled; NAN when blank */
	double running_share; /* of the time the event was really counted; NAN when blank */
	uint64_t nr_cycles;   /* one CPU away and back each */
};

/* How often the threads of one arm made one system call in one phase. */
struct syscall_row {
	uint32_t cell, arm;
	enum phase phase; /* NR_PHASES: the whole block */
	const char *name;
	uint64_t nr_calls, nr_cycles;
};

/* What the rows are made from; what is not needed for the file asked for may be NULL. */
struct csv_source {
	const struct recording *rec; /* needed for all files of a run */
	const struct counter_row *counters;
	size_t nr_counters;
	const struct syscall_row *syscalls;
	size_t nr_syscalls;
	const struct summary *summary;
	const struct aftermath *aftermath;
	const struct kernel_rows *kernel;
	const struct bystander_row *bystanders;
	size_t nr_bystanders;
	const struct limits_outcome *limits; /* needed for the other files */
};

/* "samples.csv", ... */
const char *csv_file_name(enum csv_file file);

/**
 * csv_write() - write one file into the existing directory @dir.
 *
 * Return: 0, or -errno (-ENOSPC: disk full; -EEXIST: there is one already) and nothing was left
 * behind. A source without rows gives a header.
 */
int csv_write(const char *dir, enum csv_file file, const struct csv_source *source);

/**
 * csv_print_columns() - every file and column with type and meaning.
 * @is_markdown: the text of results/README.md; else for a terminal.
 *
 * Return: 0 or -EIO.
 */
int csv_print_columns(FILE *out, bool is_markdown);

#endif
