/* SPDX-License-Identifier: MIT */
/* explore [--bound N] [--max N] [--random N] [--seed N] [SCENARIO...] */
#include "explore.h"
#include "schedule.h"

#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NR_TABLES 2

static const struct scenario *const tables[NR_TABLES] = { scenarios, scenarios_fast };

static const char help[] =
	"usage: explore [--bound N] [--max N] [--random N] [--seed N] [SCENARIO...]\n"
	"\n"
	"Runs each scenario under all schedules with at most --bound preemptions (2), --max "
	"(1000000)\n"
	"at most, then --random (200) times with random priorities. Exit 0; 1 a check failed; 2 "
	"usage.\n"
	"\n";

static int print_help(void)
{
	fputs(help, stdout);
	for (int i = 0; i < NR_TABLES; i++)
		for (const struct scenario *s = tables[i]; s->name; s++)
			printf("  %-12s %s\n", s->name, s->summary);
	return 0;
}

static bool is_meant(const char *name, char **names, int nr)
{
	for (int i = 0; i < nr; i++)
		if (!strcmp(name, names[i]))
			return true;
	return !nr;
}

/* One CPU: only one thread runs at a time, and the turn changes hands faster. */
static void stay_on_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* How many schedules there were. */
static uint64_t explore_one(const struct scenario *s, const struct schedule_options *options)
{
	uint64_t nr;
	bool is_complete = schedule_explore(s, options, &nr);

	printf("%-12s bound %d: %llu schedules%s, %llu random\n", s->name, options->bound,
	       (unsigned long long)nr, is_complete ? ", all" : ", NOT all",
	       (unsigned long long)options->nr_random);
	fflush(stdout);
	return nr;
}

static int explore(const struct schedule_options *options, char **names, int nr_names)
{
	uint64_t sum = 0;
	int nr_explored = 0;

	for (int i = 0; i < NR_TABLES; i++) {
		for (const struct scenario *s = tables[i]; s->name; s++) {
			if (!is_meant(s->name, names, nr_names))
				continue;
			sum += explore_one(s, options);
			nr_explored++;
		}
	}
	if (!nr_explored) {
		fprintf(stderr, "explore: no such scenario: see explore --help\n");
		return 2;
	}
	printf("%d scenarios, %llu schedules with at most %d preemptions, %llu random: all hold\n",
	       nr_explored, (unsigned long long)sum, options->bound,
	       (unsigned long long)options->nr_random * (unsigned long long)nr_explored);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "bound", required_argument, NULL, 'b' },
		{ "max", required_argument, NULL, 'm' },
		{ "random", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct schedule_options options = {
		.bound = 2, .max_schedules = 1000000, .nr_random = 200, .seed = 1
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		uint64_t number = optarg ? strtoull(optarg, NULL, 0) : 0;

		if (letter == 'b')
			options.bound = (int)number;
		else if (letter == 'm')
			options.max_schedules = number;
		else if (letter == 'r')
			options.nr_random = number;
		else if (letter == 's')
			options.seed = number;
		else
			return letter == 'h' ? print_help() : 2;
	}
	stay_on_one_cpu();
	return explore(&options, argv + optind, argc - optind);
}
