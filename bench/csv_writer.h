/* SPDX-License-Identifier: MIT */
/*
 * csv_writer - one CSV file that exists complete or not at all.
 *
 * RFC 4180 with LF and "." as the decimal point, whatever the locale. Rows go through a large
 * buffer into a temporary file; only csv_commit(), after fsync, gives the file its name. The first
 * failure is kept and everything after it does nothing, so callers look once, at the commit.
 *
 *	ret = csv_open(&csv, "results/runs/x", "samples.csv");
 *	if (ret)
 *		return ret;
 *	csv_put_text(&csv, "park");
 *	csv_put_u64(&csv, 12345);
 *	csv_end_row(&csv);
 *	return csv_commit(&csv);
 */
#ifndef BENCH_CSV_WRITER_H
#define BENCH_CSV_WRITER_H

#include "outfile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_writer {
	struct outfile out;
	int error; /* the first failure, negative */
	bool is_row_begun;
	size_t used;
	char *buffer;
};

/* Begin @name in the directory @dir, which exists. 0, or -errno with nothing to release. */
int csv_open(struct csv_writer *csv, const char *dir, const char *name);

/* One field each; a separator goes before it when the row has one already. */
void csv_put_text(struct csv_writer *csv, const char *text); /* NULL: empty */
void csv_put_u64(struct csv_writer *csv, uint64_t value);
void csv_put_double(struct csv_writer *csv, double value); /* not finite: empty */
void csv_put_empty(struct csv_writer *csv);
void csv_end_row(struct csv_writer *csv);

/**
 * csv_commit() - flush, fsync, close and give the file its name, which must be free.
 *
 * Releases @csv in any case. Return: 0, or the first failure of all calls since csv_open(), for
 * instance -ENOSPC, or -EEXIST; the temporary file is gone then and the name untouched. The
 * directory itself is not synced: that is for run.json, which comes last.
 */
int csv_commit(struct csv_writer *csv);

#endif
