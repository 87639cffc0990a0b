/* SPDX-License-Identifier: MIT */
/* argv - a command line in one string -> argv, for tests of the options. */
#ifndef BENCH_TEST_ARGV_H
#define BENCH_TEST_ARGV_H

#include "options.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define ARGV_MAX 32

/* The words' texts live as long as this. */
struct argv {
	char text[1024];
	char *words[ARGV_MAX + 1];
	int nr;
};

/* Split at blanks; "_" stands for the empty word, and '~' for a blank in a word. */
static inline void argv_split(struct argv *argv, const char *line)
{
	char *rest;

	assert(strlen(line) < sizeof(argv->text));
	strcpy(argv->text, line);
	argv->nr = 0;
	for (char *word = strtok_r(argv->text, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest)) {
		assert(argv->nr < ARGV_MAX);
		for (char *c = word; *c; c++)
			*c = *c == '~' ? ' ' : *c;
		argv->words[argv->nr++] = strcmp(word, "_") ? word : word + 1;
	}
	argv->words[argv->nr] = NULL;
}

static inline int argv_parse(struct argv *argv, enum options_command command, const char *line,
			     struct options *ret, struct option_why *why)
{
	argv_split(argv, line);
	return options_parse(command, argv->nr, argv->words, ret, why);
}

#endif
