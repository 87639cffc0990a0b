/* SPDX-License-Identifier: MIT */
#include "facts.h"
#include "sysfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FACT_READER(fact_read_line)
{
	char text[SYSFILE_LINE_BYTES];
	int err = sysfile_read(origin->root, arg, text, sizeof(text));

	if (err)
		fact_set_unread(ret_value, arg, err);
	else
		fact_set_text(ret_value, "%s", text);
}

FACT_READER(fact_read_number)
{
	int64_t number;
	int err = sysfile_read_number(origin->root, arg, &number);

	if (err)
		fact_set_unread(ret_value, arg, err);
	else
		fact_set_number(ret_value, number);
}

/* Both "always [madvise] never" and "none voluntary (full)" are written by kernels. */
FACT_READER(fact_read_choice)
{
	char text[SYSFILE_LINE_BYTES];
	int err = sysfile_read(origin->root, arg, text, sizeof(text));
	const char *word;

	if (err) {
		fact_set_unread(ret_value, arg, err);
		return;
	}
	word = strpbrk(text, "[(");
	if (word)
		fact_set_text(ret_value, "%.*s", (int)strcspn(word + 1, "])"), word + 1);
	else
		fact_set_missing(ret_value, "/%s: nothing is selected", arg);
}

/* Split "path:key" and look the key up. 0, or -errno with @ret_value missing. */
static int find_field(const struct environment_origin *origin, const char *arg, char *buf,
		      struct fact_value *ret_value)
{
	const char *key = strrchr(arg, ':') + 1;
	char path[SYSFILE_PATH_BYTES], text[4 * SYSFILE_LINE_BYTES];
	int err;

	snprintf(path, sizeof(path), "%.*s", (int)(key - 1 - arg), arg);
	/* The first processor of /proc/cpuinfo is enough, and the whole file can be megabytes. */
	err = sysfile_read(origin->root, path, text, sizeof(text));
	if (err) {
		fact_set_unread(ret_value, path, err);
		return err;
	}
	err = sysfile_field(text, key, buf, SYSFILE_LINE_BYTES);
	if (err)
		fact_set_missing(ret_value, "/%s has no \"%s\"", path, key);
	return err;
}

FACT_READER(fact_read_field)
{
	char text[SYSFILE_LINE_BYTES];

	if (find_field(origin, arg, text, ret_value))
		return;
	for (char *tab; (tab = strchr(text, '\t'));)
		*tab = ' ';
	fact_set_text(ret_value, "%s", text);
}

FACT_READER(fact_read_bytes)
{
	char text[SYSFILE_LINE_BYTES], *unit;
	int64_t number;

	if (find_field(origin, arg, text, ret_value))
		return;
	unit = strstr(text, " kB");
	if (unit)
		*unit = '\0';
	if (unit && !sysfile_parse_number(text, &number))
		fact_set_number(ret_value, number * 1024);
	else
		fact_set_missing(ret_value, "%s is not a number of kB", arg);
}

/* "cpu  user nice system idle iowait irq softirq steal ..."; guests' time is in user and nice. */
FACT_READER(fact_read_ticks)
{
	static const char path[] = "proc/stat";
	char text[256];
	long long ticks[8], all = 0;
	int err = sysfile_read(origin->root, path, text, sizeof(text));

	if (err) {
		fact_set_unread(ret_value, path, err);
		return;
	}
	if (sscanf(text, "cpu %lld %lld %lld %lld %lld %lld %lld %lld", &ticks[0], &ticks[1],
		   &ticks[2], &ticks[3], &ticks[4], &ticks[5], &ticks[6], &ticks[7]) != 8) {
		fact_set_missing(ret_value, "/%s has no such column", path);
		return;
	}
	for (int i = 0; i < 8; i++)
		all += ticks[i];
	fact_set_number(ret_value, strcmp(arg, "steal") ? all : ticks[7]);
}

FACT_READER(fact_read_limit)
{
	static const char path[] = "proc/self/limits";
	char text[SYSFILE_LINE_BYTES], soft[32], hard[32];
	int err = sysfile_read(origin->root, path, text, sizeof(text));
	const char *line;

	if (err) {
		fact_set_unread(ret_value, path, err);
		return;
	}
	line = strstr(text, arg);
	if (line && sscanf(line + strlen(arg), " %31s %31s", soft, hard) == 2)
		fact_set_text(ret_value, "%s/%s", soft, hard);
	else
		fact_set_missing(ret_value, "/%s has no \"%s\"", path, arg);
}

FACT_READER(fact_read_parameter)
{
	static const char path[] = "proc/cmdline";
	size_t len = strlen(arg);
	char text[SYSFILE_LINE_BYTES], *rest;
	int err = sysfile_read(origin->root, path, text, sizeof(text));

	if (err) {
		fact_set_unread(ret_value, path, err);
		return;
	}
	fact_set_text(ret_value, "%s", "");
	for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (strncmp(word, arg, len))
			continue;
		if (word[len] == '=') /* the last one wins, as in the kernel */
			fact_set_text(ret_value, "%s", word + len + 1);
		else if (word[len] == '\0')
			fact_set_text(ret_value, "all");
	}
}

static int read_online(const struct environment_origin *origin, struct cpumask *ret_online,
		       struct fact_value *ret_value)
{
	static const char path[] = "sys/devices/system/cpu/online";
	char text[SYSFILE_LINE_BYTES * 4];
	int err = sysfile_read(origin->root, path, text, sizeof(text));

	if (!err)
		err = cpumask_parse(text, ret_online);
	if (err)
		fact_set_unread(ret_value, path, err);
	return err;
}

static void set_unread_on_all(struct fact_value *value, const char *file, int err)
{
	fact_set_missing(value, "/sys/devices/system/cpu/cpu*/%s: %s", file, strerror(-err));
}

static void cpu_path(char path[SYSFILE_PATH_BYTES], unsigned int cpu, const char *file)
{
	snprintf(path, SYSFILE_PATH_BYTES, "sys/devices/system/cpu/cpu%u/%s", cpu, file);
}

#define MAX_DISTINCT 64

struct word_set {
	char *words[MAX_DISTINCT];
	size_t nr;
};

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_word(struct word_set *set, const char *word)
{
	for (size_t i = 0; i < set->nr; i++)
		if (!strcmp(set->words[i], word))
			return;
	if (set->nr < MAX_DISTINCT && (set->words[set->nr] = strdup(word)))
		set->nr++;
}

/* Sorted, so that the same set is the same text on each machine; empties @set. */
static void join_words(struct word_set *set, struct fact_value *ret_value)
{
	qsort(set->words, set->nr, sizeof(set->words[0]), compare_words);
	fact_set_text(ret_value, "%s", set->words[0]);
	free(set->words[0]);
	for (size_t i = 1; i < set->nr; i++) {
		char *shorter = strdup(fact_text(ret_value));

		fact_set_text(ret_value, "%s,%s", shorter ? shorter : "", set->words[i]);
		free(shorter);
		free(set->words[i]);
	}
}

FACT_READER(fact_read_distinct)
{
	char path[SYSFILE_PATH_BYTES], word[256];
	struct word_set set = { .nr = 0 };
	struct cpumask online;
	unsigned int cpu;
	int err = -ENOENT;

	if (read_online(origin, &online, ret_value))
		return;
	for_each_cpu (cpu, &online) {
		cpu_path(path, cpu, arg);
		err = sysfile_read(origin->root, path, word, sizeof(word));
		if (!err)
			add_word(&set, word);
	}
	if (set.nr)
		join_words(&set, ret_value);
	else
		set_unread_on_all(ret_value, arg, err);
}

FACT_READER(fact_read_sum)
{
	char path[SYSFILE_PATH_BYTES];
	struct cpumask online;
	int64_t sum = 0, number;
	unsigned int cpu, nr = 0;
	int err = -ENOENT;

	if (read_online(origin, &online, ret_value))
		return;
	for_each_cpu (cpu, &online) {
		cpu_path(path, cpu, arg);
		err = sysfile_read_number(origin->root, path, &number);
		if (err)
			continue;
		sum += number;
		nr++;
	}
	if (nr)
		fact_set_number(ret_value, sum);
	else
		set_unread_on_all(ret_value, arg, err);
}

FACT_READER(fact_read_variable)
{
	const char *text = getenv(arg);

	(void)origin;
	if (text)
		fact_set_text(ret_value, "%s", text);
	else
		fact_set_missing(ret_value, "%s is not set", arg);
}
