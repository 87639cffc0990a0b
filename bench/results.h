/* SPDX-License-Identifier: MIT */
/*
 * results - the directory of a run: found fit before the first step, filled after the last one.
 *
 * A directory holds a whole run or nothing: run.json comes last, and when anything cannot be
 * written, what was written before is taken away again.
 */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include "aftermath.h"
#include "environment.h"
#include "passes.h"
#include "selection.h"
#include "summary.h"

#define RESULTS_PATH_BYTES 4096

struct results {
	char path[RESULTS_PATH_BYTES];
	bool is_made; /* by us: removed again if nothing comes of it */
};

/**
 * results_open() - make the directory, or take one that is there and empty.
 * @path: NULL for results/runs/<UTC time>-<pid> below the current directory.
 *
 * Return: 0; -errno with one line in @why.
 */
int results_open(const char *path, struct results *ret, char *why, size_t why_size);

/* Take away what results_open() and results_write() made. Files of others stay. */
void results_abandon(struct results *results);

/* What goes into the directory. */
struct results_input {
	const struct passes *passes;
	const struct selection *selection;
	const struct summary *summary;
	const struct environment *env;
	const struct aftermath *aftermath; /* NULL: not looked at */
	const char *benchmark_report;	   /* Google Benchmark's JSON, or NULL */
	const struct load *load;	   /* beside the run; NULL: none */
	const char *ended_by;		   /* NULL: it came to its end */
	const char *const *warnings;	   /* NULL-terminated */
	int exit_code;
};

/* 0; or -errno with one line in @why, and the directory is as results_abandon() leaves it. */
int results_write(struct results *results, const struct results_input *input, char *why,
		  size_t why_size);

#endif
