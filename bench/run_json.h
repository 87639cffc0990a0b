/* SPDX-License-Identifier: MIT */
/*
 * run_json - a run's identity and conditions as JSON: run.json, and what doctor --json prints.
 *
 * run.json is written last and appears whole or not at all: it is the run's commit marker.
 */
#ifndef BENCH_RUN_JSON_H
#define BENCH_RUN_JSON_H

#include "environment.h"

#define RUN_JSON_NAME	"run.json"
#define RUN_JSON_SCHEMA "parkbench-run/1"

/* Digits of a fingerprint's id, and the terminator. */
#define FINGERPRINT_BYTES 13

/* One named value; exactly one of the constructors below makes it. */
struct json_field {
	const char *name;
	enum { JSON_TEXT, JSON_NUMBER, JSON_REAL, JSON_TRUTH } type;
	const char *text; /* NULL: null */
	uint64_t number;  /* written with all digits; JavaScript rounds above 2^53 */
	double real;	  /* not finite: null */
	bool truth;
};

static inline struct json_field json_text(const char *name, const char *text)
{
	return (struct json_field){ .name = name, .type = JSON_TEXT, .text = text };
}

static inline struct json_field json_number(const char *name, uint64_t number)
{
	return (struct json_field){ .name = name, .type = JSON_NUMBER, .number = number };
}

static inline struct json_field json_real(const char *name, double real)
{
	return (struct json_field){ .name = name, .type = JSON_REAL, .real = real };
}

static inline struct json_field json_truth(const char *name, bool truth)
{
	return (struct json_field){ .name = name, .type = JSON_TRUTH, .truth = truth };
}

struct json_record {
	const struct json_field *fields;
	size_t nr_fields;
};

struct json_records {
	const struct json_record *records;
	size_t nr_records;
};

/* All of it is the caller's. */
struct run_json_input {
	const struct environment *env; /* with "after" collected, if the run got that far */
	const char *run_id;
	struct json_record params;   /* seeds, repetitions, stack bytes, ... */
	struct json_records cells;   /* what each cell is: workload, duty, threads per CPU, ... */
	struct json_records arms;    /* contender and knobs of each arm */
	struct json_records cpus;    /* where each CPU sits; empty: not in the file */
	struct json_record counts;   /* planned, tried, done, refused, ... */
	struct json_record counters; /* which counters were available, and why others were not */
	const char *ended_by;	     /* before its end; NULL: not */
	const char *const *warnings; /* besides environment_warnings(); NULL-terminated or NULL */
	const char *const *files;    /* names in the directory; NULL-terminated or NULL */
	int exit_code;
};

/**
 * run_json_write() - write @dir/run.json: a temporary file, synced, renamed, directory synced.
 *
 * For each of the files, which have to be complete, it records size and SHA-256. Return: 0;
 * -errno of a file that could not be read or written, and then there is no new run.json; -ENOMEM.
 */
int run_json_write(const char *dir, const struct run_json_input *input);

/* {"fingerprint": ..., "environment": ...}, indented, to be freed; NULL without memory. */
char *environment_to_json(const struct environment *env);

/* The first 12 digits of SHA-256 over the hard facts as canonical JSON. 0 or -ENOMEM. */
int environment_fingerprint(const struct environment *env, char id[FINGERPRINT_BYTES]);

#endif
