/* SPDX-License-Identifier: MIT */
#include "catalogue.h"
#include "cmd.h"
#include "counter_events.h"
#include "csv.h"
#include "suggest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
	"usage: parkbench list [KIND]\n"
	"\n"
	"Names with one line each. Without KIND: the first four.\n"
	"\n"
	"  workloads    what happens to which CPU and when       --workload\n"
	"  duties       what the threads do while their CPU is up  --duty\n"
	"  contenders   how the threads of a CPU are treated     --contender\n"
	"  hotplug      how a CPU is taken away                  --hotplug\n"
	"  columns      every column of the CSV files (--markdown: as results/README.md)\n"
	"  events       every counter that is known here         --events\n"
	"\n"
	"  -h, --help   this text\n"
	"\n"
	"example: parkbench list contenders\n";

static int print_catalogue(enum catalogue catalogue)
{
	for (size_t i = 0; i < catalogue_size(catalogue); i++) {
		const struct catalogue_entry entry = catalogue_entry(catalogue, i);

		printf("  %-12s %s\n", entry.name, entry.summary);
	}
	return EXIT_DONE;
}

static int list_workloads(void)
{
	return print_catalogue(CATALOGUE_WORKLOADS);
}

static int list_duties(void)
{
	return print_catalogue(CATALOGUE_DUTIES);
}

static int list_contenders(void)
{
	return print_catalogue(CATALOGUE_CONTENDERS);
}

static int list_hotplug(void)
{
	return print_catalogue(CATALOGUE_HOTPLUG);
}

static int list_columns(void)
{
	return csv_print_columns(stdout, false) ? EXIT_USAGE : EXIT_DONE;
}

static void print_event(const char *name, const char *about, void *arg)
{
	(void)arg;
	printf("  %-32s %s\n", name, about);
}

static int list_events(void)
{
	counter_events_list(print_event, NULL);
	return EXIT_DONE;
}

static const struct {
	const char *name;
	int (*list)(void);
	bool is_short; /* shown without being asked for by name */
} kinds[] = {
	{ "workloads", list_workloads, true },	 { "duties", list_duties, true },
	{ "contenders", list_contenders, true }, { "hotplug", list_hotplug, true },
	{ "columns", list_columns, false },	 { "events", list_events, false },
};

#define NR_KINDS (sizeof(kinds) / sizeof(*kinds))

static int list_short(void)
{
	for (size_t i = 0; i < NR_KINDS; i++) {
		if (kinds[i].is_short) {
			printf("%s%s\n", i ? "\n" : "", kinds[i].name);
			kinds[i].list();
		}
	}
	puts("\nSee also: parkbench list columns, parkbench list events");
	return EXIT_DONE;
}

static int refuse_kind(const char *kind)
{
	const char *names[NR_KINDS];
	const struct suggest_names known = { "kind", names, NR_KINDS };
	char why[256];

	for (size_t i = 0; i < NR_KINDS; i++)
		names[i] = kinds[i].name;
	suggest_unknown(&known, kind, why, sizeof(why));
	return cmd_refuse_usage("list", "%s", why);
}

int cmd_list(int argc, char **argv)
{
	if (argc < 2)
		return list_short();
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return EXIT_DONE;
	}
	if (argc == 3 && strcmp(argv[1], "columns") == 0 && strcmp(argv[2], "--markdown") == 0)
		return csv_print_columns(stdout, true) ? EXIT_USAGE : EXIT_DONE;
	if (argc > 2)
		return cmd_refuse_usage("list", "unexpected '%.60s': give one kind", argv[2]);
	for (size_t i = 0; i < NR_KINDS; i++)
		if (strcmp(argv[1], kinds[i].name) == 0)
			return kinds[i].list();
	return refuse_kind(argv[1]);
}
