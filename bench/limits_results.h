/* SPDX-License-Identifier: MIT */
/* limits_results - what `limits` and `peers` leave in their directory: two CSVs and run.json. */
#ifndef BENCH_LIMITS_RESULTS_H
#define BENCH_LIMITS_RESULTS_H

#include "limits_options.h"
#include "limits_rows.h"

struct environment;
struct results;

/* Recordings: of pairs, and of many threads. */
#define LIMITS_MAX_RECORDINGS 2

struct limits_outcome {
	const char *suite; /* "limits", "peers", "matrix" */
	struct roundtrip_recording recordings[LIMITS_MAX_RECORDINGS];
	size_t nr_recordings;
	struct limits_rows rows;
};

struct limits_results_input {
	const struct limits_outcome *outcome;
	const struct limits_options *options;
	const struct environment *env;
	const char *const *warnings; /* NULL-terminated */
	uint64_t clock_read_ns;
	int exit_code;
};

/* 0; or -errno with one line in @why, and nothing of ours is left in the directory. */
int limits_results_write(struct results *results, const struct limits_results_input *input,
			 char *why, size_t why_size);

#endif
