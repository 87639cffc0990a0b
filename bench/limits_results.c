/* SPDX-License-Identifier: MIT */
#include "limits_results.h"

#include "csv.h"
#include "results.h"
#include "run_json.h"

#include <stdio.h>
#include <string.h>

#define MAX_FIELDS  16
#define MAX_CASES   64
#define CASE_FIELDS 3

static const enum csv_file files[] = { CSV_ROUNDTRIP, CSV_LIMITS };

#define NR_FILES (sizeof(files) / sizeof(*files))

static const char *const role_names[] = {
	[ROLE_EMPTY] = "empty",
	[ROLE_FLOOR] = "floor",
	[ROLE_FACILITY] = "facility",
	[ROLE_PEER] = "peer",
};

/* What was measured, each case once. */
static size_t fill_cases(const struct limits_outcome *outcome, struct json_field *fields,
			 struct json_record *records)
{
	size_t nr = 0;

	for (size_t r = 0; r < outcome->nr_recordings; r++) {
		const struct roundtrip_spec *spec = outcome->recordings[r].spec;

		for (size_t i = 0; i < spec->nr_cases && nr < MAX_CASES; i++) {
			struct json_field *f = fields + nr * CASE_FIELDS;

			f[0] = json_text("case", spec->cases[i]->name);
			f[1] = json_text("role", role_names[spec->cases[i]->role]);
			f[2] = json_text("about", spec->cases[i]->about);
			records[nr++] = (struct json_record){ f, CASE_FIELDS };
		}
	}
	return nr;
}

static size_t fill_params(const struct limits_results_input *input, struct json_field *fields)
{
	const struct limits_options *o = input->options;
	size_t nr = 0;

	fields[nr++] = json_text("suite", input->outcome->suite);
	fields[nr++] = json_number("seed", o->seed);
	fields[nr++] = json_number("rounds", o->rounds);
	fields[nr++] = json_number("samples", o->samples);
	fields[nr++] = json_number("threads_max", o->threads_max);
	fields[nr++] = json_text("cpus", o->cpus);
	fields[nr++] = json_number("clock_read_ns", input->clock_read_ns);
	return nr;
}

static size_t fill_counts(const struct limits_outcome *outcome, struct json_field *fields)
{
	uint64_t nr_blocks = 0, nr_samples = 0;

	for (size_t r = 0; r < outcome->nr_recordings; r++) {
		nr_blocks += outcome->recordings[r].nr_records;
		for (size_t i = 0; i < outcome->recordings[r].nr_records; i++)
			nr_samples += outcome->recordings[r].records[i].nr_samples;
	}
	fields[0] = json_number("blocks", nr_blocks);
	fields[1] = json_number("samples", nr_samples);
	return 2;
}

static int write_run_json(const char *dir, const struct limits_results_input *input)
{
	struct json_field params[MAX_FIELDS], counts[MAX_FIELDS];
	struct json_field case_fields[MAX_CASES * CASE_FIELDS];
	struct json_record cases[MAX_CASES];
	const char *names[NR_FILES + 1] = { NULL };
	const char *slash = strrchr(dir, '/');
	size_t nr_cases = fill_cases(input->outcome, case_fields, cases);
	struct run_json_input json = {
		.env = input->env,
		.run_id = slash && slash[1] ? slash + 1 : dir,
		.params = { params, fill_params(input, params) },
		.arms = { cases, nr_cases },
		.counts = { counts, fill_counts(input->outcome, counts) },
		.warnings = input->warnings,
		.files = names,
		.exit_code = input->exit_code,
	};

	for (size_t i = 0; i < NR_FILES; i++)
		names[i] = csv_file_name(files[i]);
	return run_json_write(dir, &json);
}

int limits_results_write(struct results *results, const struct limits_results_input *input,
			 char *why, size_t why_size)
{
	const struct csv_source source = { .limits = input->outcome };
	int ret = 0;

	for (size_t i = 0; i < NR_FILES && !ret; i++)
		ret = csv_write(results->path, files[i], &source);
	if (!ret)
		ret = write_run_json(results->path, input);
	if (!ret)
		return 0;
	snprintf(why, why_size, "cannot write results to '%s': %s; choose another place with --out",
		 results->path, strerror(-ret));
	results_abandon(results);
	return ret;
}
