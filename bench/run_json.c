/* SPDX-License-Identifier: MIT */
/*
 * run.json in one look ("..." stands for more of the same):
 *
 *	{"schema": "parkbench-run/1", "run_id": ..., "start_utc": ..., "end_utc": ...,
 *	 "start_ns": ..., "end_ns": ..., "argv": [...], "exit_code": 0,
 *	 "ended_by": null or why before its end,
 *	 "params": {...}, "cells": [{...}], "arms": [{...}], "cpus": [{...}],
 *	 "counts": {...}, "counters": {...},
 *	 "warnings": ["..."], "steal_percent": 0.1,
 *	 "files": [{"name": ..., "bytes": ..., "sha256": ...}],
 *	 "fingerprint": {"id": "3f9c2a71b0de", "schema": 1, "hard": {...}, "soft": {...}},
 *	 "environment": {"before": {...}, "after": {...}}}
 *
 * "before" has all facts, info included, "after" the watched ones. A missing fact is null, and a
 * sibling "<key>_reason" says why. Canonical JSON is sorted by key and has no blanks; missing hard
 * facts are null in it, without their reason.
 */
#include "run_json.h"

#include "digest.h"

#include <cJSON.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FINGERPRINT_SCHEMA 1
#define PATH_BYTES	   4096

/* Bytes of the UTF-8 character at @at; 0: it is none. */
static size_t utf8_length(const unsigned char *at)
{
	size_t len = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;

	if (at[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Firmware and argv hold what they like; JSON has to be UTF-8. */
static cJSON *make_text(const char *text)
{
	char *clean = text ? strdup(text) : NULL;
	cJSON *item;

	if (!text)
		return cJSON_CreateNull();
	if (!clean)
		return NULL;
	for (char *at = clean; *at;) {
		size_t len = utf8_length((unsigned char *)at);

		if (!len)
			*at = '?';
		at += len ? len : 1;
	}
	item = cJSON_CreateString(clean);
	free(clean);
	return item;
}

/* cJSON keeps numbers as doubles; seeds have 64 bits. */
static cJSON *make_number(bool is_negative, uint64_t magnitude)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%s%llu", is_negative ? "-" : "",
		 (unsigned long long)magnitude);
	return cJSON_CreateRaw(digits);
}

static cJSON *make_real(double real)
{
	return isfinite(real) ? cJSON_CreateNumber(real) : cJSON_CreateNull();
}

static cJSON *make_lines(const char *lines)
{
	cJSON *array = cJSON_CreateArray();
	char *copy = strdup(lines), *rest;

	for (char *line = copy ? strtok_r(copy, "\n", &rest) : NULL; line;
	     line = strtok_r(NULL, "\n", &rest))
		cJSON_AddItemToArray(array, make_text(line));
	free(copy);
	return array;
}

static cJSON *make_strings(const char *const *texts)
{
	cJSON *array = cJSON_CreateArray();

	for (; texts && *texts; texts++)
		cJSON_AddItemToArray(array, make_text(*texts));
	return array;
}

static cJSON *make_fact(const struct fact_value *value)
{
	int64_t number = value->number;

	switch (value->type) {
	case FACT_TEXT:
		return make_text(value->text);
	case FACT_NUMBER:
		return make_number(number < 0, number < 0 ? -(uint64_t)number : (uint64_t)number);
	case FACT_LIST:
		return make_lines(value->text);
	case FACT_MISSING:
		break;
	}
	return cJSON_CreateNull();
}

static void add_reason(cJSON *object, const char *key, const struct fact_value *value)
{
	char name[80];

	if (value->type != FACT_MISSING || !value->text)
		return;
	snprintf(name, sizeof(name), "%s_reason", key);
	cJSON_AddItemToObject(object, name, make_text(value->text));
}

/* All facts, or the watched ones after the run, with their reasons. */
static cJSON *make_facts(const struct fact_value *values, bool is_after)
{
	cJSON *object = cJSON_CreateObject();
	size_t nr;
	const struct fact *facts = environment_facts(&nr);

	for (size_t i = 0; i < nr; i++) {
		if (is_after && !facts[i].is_watched)
			continue;
		cJSON_AddItemToObject(object, facts[i].key, make_fact(&values[i]));
		add_reason(object, facts[i].key, &values[i]);
	}
	return object;
}

static int compare_keys(const void *a, const void *b)
{
	const struct fact *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/* The facts of one class, sorted by key. NULL without memory. */
static cJSON *make_class(const struct environment *env, enum fact_class class)
{
	size_t nr, nr_chosen = 0;
	const struct fact *facts = environment_facts(&nr), **chosen = calloc(nr, sizeof(*chosen));
	cJSON *object;

	if (!chosen)
		return NULL;
	for (size_t i = 0; i < nr; i++)
		if (facts[i].class == class)
			chosen[nr_chosen++] = &facts[i];
	qsort(chosen, nr_chosen, sizeof(*chosen), compare_keys);
	object = cJSON_CreateObject();
	for (size_t i = 0; i < nr_chosen; i++)
		cJSON_AddItemToObject(object, chosen[i]->key,
				      make_fact(environment_get(env, chosen[i]->key)));
	free(chosen);
	return object;
}

int environment_fingerprint(const struct environment *env, char id[FINGERPRINT_BYTES])
{
	cJSON *hard = make_class(env, FACT_HARD);
	char *canonical = hard ? cJSON_PrintUnformatted(hard) : NULL;
	char hex[DIGEST_HEX_BYTES];

	cJSON_Delete(hard);
	if (!canonical)
		return -ENOMEM;
	digest_text(canonical, hex);
	free(canonical);
	snprintf(id, FINGERPRINT_BYTES, "%.*s", FINGERPRINT_BYTES - 1, hex);
	return 0;
}

static cJSON *make_fingerprint(const struct environment *env)
{
	cJSON *object = cJSON_CreateObject();
	char id[FINGERPRINT_BYTES];

	if (environment_fingerprint(env, id)) {
		cJSON_Delete(object);
		return NULL;
	}
	cJSON_AddItemToObject(object, "id", make_text(id));
	cJSON_AddItemToObject(object, "schema", make_number(false, FINGERPRINT_SCHEMA));
	cJSON_AddItemToObject(object, "hard", make_class(env, FACT_HARD));
	cJSON_AddItemToObject(object, "soft", make_class(env, FACT_SOFT));
	return object;
}

/* Append "fingerprint" and "environment". */
static void add_environment(cJSON *object, const struct environment *env)
{
	cJSON *both = cJSON_CreateObject();

	cJSON_AddItemToObject(both, "before", make_facts(env->before, false));
	if (env->after_utc[0])
		cJSON_AddItemToObject(both, "after", make_facts(env->after, true));
	else
		cJSON_AddNullToObject(both, "after");
	cJSON_AddItemToObject(object, "fingerprint", make_fingerprint(env));
	cJSON_AddItemToObject(object, "environment", both);
}

char *environment_to_json(const struct environment *env)
{
	cJSON *object = cJSON_CreateObject();
	char *text;

	add_environment(object, env);
	text = cJSON_Print(object);
	cJSON_Delete(object);
	return text;
}

static cJSON *make_field(const struct json_field *field)
{
	switch (field->type) {
	case JSON_TEXT:
		return make_text(field->text);
	case JSON_NUMBER:
		return make_number(false, field->number);
	case JSON_REAL:
		return make_real(field->real);
	case JSON_TRUTH:
		return cJSON_CreateBool(field->truth);
	}
	return NULL;
}

static cJSON *make_record(const struct json_record *record)
{
	cJSON *object = cJSON_CreateObject();

	for (size_t i = 0; i < record->nr_fields; i++)
		cJSON_AddItemToObject(object, record->fields[i].name,
				      make_field(&record->fields[i]));
	return object;
}

static cJSON *make_records(const struct json_records *records)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < records->nr_records; i++)
		cJSON_AddItemToArray(array, make_record(&records->records[i]));
	return array;
}

static cJSON *make_warnings(const struct run_json_input *input)
{
	struct fact_value found = { 0 };
	cJSON *array;

	environment_warnings(input->env, &found);
	array = make_lines(found.text ? found.text : "");
	for (const char *const *text = input->warnings; text && *text; text++)
		cJSON_AddItemToArray(array, make_text(*text));
	fact_fini(&found);
	return array;
}

static int add_file(cJSON *array, const char *dir, const char *name)
{
	char path[PATH_BYTES], hex[DIGEST_HEX_BYTES];
	cJSON *object;
	struct stat st;
	int err;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	if (stat(path, &st))
		return -errno;
	err = digest_file(path, hex);
	if (err)
		return err;
	object = cJSON_CreateObject();
	cJSON_AddItemToObject(object, "name", make_text(name));
	cJSON_AddItemToObject(object, "bytes", make_number(false, (uint64_t)st.st_size));
	cJSON_AddItemToObject(object, "sha256", make_text(hex));
	return cJSON_AddItemToArray(array, object) ? 0 : -ENOMEM;
}

static int add_files(cJSON *object, const char *dir, const char *const *names)
{
	cJSON *array = cJSON_AddArrayToObject(object, "files");
	int err = array ? 0 : -ENOMEM;

	for (; names && *names && !err; names++)
		err = add_file(array, dir, *names);
	return err;
}

static void add_head(cJSON *object, const struct run_json_input *input)
{
	const struct environment *env = input->env;
	double steal = environment_steal_percent(env);

	cJSON_AddItemToObject(object, "schema", make_text(RUN_JSON_SCHEMA));
	cJSON_AddItemToObject(object, "run_id", make_text(input->run_id));
	cJSON_AddItemToObject(object, "start_utc", make_text(env->before_utc));
	cJSON_AddItemToObject(object, "end_utc",
			      make_text(env->after_utc[0] ? env->after_utc : NULL));
	cJSON_AddItemToObject(object, "start_ns", make_number(false, env->before_ns));
	cJSON_AddItemToObject(object, "end_ns",
			      env->after_utc[0] ? make_number(false, env->after_ns)
						: cJSON_CreateNull());
	cJSON_AddItemToObject(object, "argv", make_strings((const char *const *)env->origin.argv));
	cJSON_AddItemToObject(object, "exit_code",
			      make_number(input->exit_code < 0, (uint64_t)llabs(input->exit_code)));
	cJSON_AddItemToObject(object, "ended_by", make_text(input->ended_by));
	cJSON_AddItemToObject(object, "params", make_record(&input->params));
	cJSON_AddItemToObject(object, "cells", make_records(&input->cells));
	cJSON_AddItemToObject(object, "arms", make_records(&input->arms));
	if (input->cpus.nr_records)
		cJSON_AddItemToObject(object, "cpus", make_records(&input->cpus));
	cJSON_AddItemToObject(object, "counts", make_record(&input->counts));
	cJSON_AddItemToObject(object, "counters", make_record(&input->counters));
	cJSON_AddItemToObject(object, "warnings", make_warnings(input));
	cJSON_AddItemToObject(object, "steal_percent",
			      steal < 0 ? cJSON_CreateNull() : make_real(steal));
}

static int write_fully(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t done = write(fd, text, left);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			text += done;
			left -= (size_t)done;
		}
	}
	return fsync(fd) ? -errno : 0;
}

/* Whole or not at all, also when the power goes: sync, rename, sync the directory. */
static int write_in_dir(int dir_fd, const char *text)
{
	char temp[64];
	int fd, err;

	snprintf(temp, sizeof(temp), "." RUN_JSON_NAME ".%ld", (long)getpid());
	fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	err = write_fully(fd, text);
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir_fd, temp, dir_fd, RUN_JSON_NAME))
		err = -errno;
	if (err)
		unlinkat(dir_fd, temp, 0);
	else if (fsync(dir_fd) && errno != EINVAL) /* not every file system can */
		err = -errno;
	return err;
}

static int write_text(const char *dir, const char *text)
{
	int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (dir_fd < 0)
		return -errno;
	err = write_in_dir(dir_fd, text);
	close(dir_fd);
	return err;
}

int run_json_write(const char *dir, const struct run_json_input *input)
{
	cJSON *object = cJSON_CreateObject();
	char *text = NULL, *line = NULL;
	int err;

	add_head(object, input);
	err = add_files(object, dir, input->files);
	if (err)
		goto out_delete;
	add_environment(object, input->env);
	text = cJSON_Print(object);
	if (!text || asprintf(&line, "%s\n", text) < 0) {
		line = NULL;
		err = -ENOMEM;
		goto out_delete;
	}
	err = write_text(dir, line);
out_delete:
	free(line);
	free(text);
	cJSON_Delete(object);
	return err;
}
