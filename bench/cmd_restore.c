/* SPDX-License-Identifier: MIT */
/* `parkbench restore`: what a killed run left off comes back, from its journal. */
#include "clock.h"
#include "cmd.h"
#include "undo.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define RESTORE_NS  30000000000u
#define GUARDIAN_NS 10000000000u /* for a guardian that is at work */
#define PAUSE_NS    5000000u
#define LIST_BYTES  256

struct restore_options {
	bool is_help;
	char dir[JOURNAL_PATH_BYTES];
};

static const char help[] =
	"usage: parkbench restore [--journal DIR]\n"
	"\n"
	"Brings the machine back to what it was before a run that took CPUs off or turned knobs\n"
	"and was killed together with its guardian: the same CPUs online, the same offline,\n"
	"smt/control and knobs as they were. It says what it did; nothing to do is no failure. "
	"While a run is under way it\n"
	"does nothing.\n"
	"\n"
	"  --journal DIR   where that run kept its journal (/run/parkbench for root)\n"
	"  -h, --help      this text\n"
	"\n"
	"exit: 0 as it was, 1 something could not be put back, 2 usage or I/O, or a run is under "
	"way\n"
	"example: parkbench restore\n";

static int parse_options(int argc, char **argv, struct restore_options *options)
{
	static const struct option known[] = {
		{ "journal", required_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int letter, code = EXIT_DONE;

	opterr = 0;
	optind = 0;
	while (code == EXIT_DONE && (letter = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (letter == 'h')
			options->is_help = true;
		else if (letter == 'j' && *optarg && strlen(optarg) < sizeof(options->dir) - 16)
			strcpy(options->dir, optarg);
		else if (letter == 'j')
			code = cmd_refuse_usage("restore", "--journal: give a directory");
		else if (letter == ':')
			code = cmd_refuse_usage("restore", "%.60s needs a value", argv[optind - 1]);
		else
			code = cmd_refuse_usage("restore", "unknown option '%.60s'",
						argv[optind - 1]);
	}
	if (code == EXIT_DONE && optind < argc)
		code = cmd_refuse_usage("restore", "unexpected '%.60s'", argv[optind]);
	return code;
}

/* "CPU 1-3 came back", if any did. */
static void print_moved(const struct cpumask *cpus, const char *what)
{
	char list[LIST_BYTES];

	if (cpumask_empty(cpus))
		return;
	cpumask_format(cpus, list, sizeof(list));
	printf("CPU %s %s\n", list, what);
}

static int put_back(const char *dir, const struct journal_entry *entry)
{
	const struct hotplug_control control = { .root = entry->root };
	struct undo undo;
	char list[LIST_BYTES];
	int ret = undo_all(&control, entry, clock_now_ns() + RESTORE_NS, &undo);

	cpumask_format(&entry->state.online, list, sizeof(list));
	printf("process %d was killed (%s)\n", (int)entry->pid, entry->command);
	if (undo.cpus.is_smt_changed)
		printf("smt/control is '%s' again\n", entry->state.smt);
	print_moved(&undo.cpus.brought_back, "came back");
	print_moved(&undo.cpus.taken_off, "went off again");
	if (undo.settings.nr_back)
		printf("%zu of %zu settings put back\n", undo.settings.nr_back, entry->settings.nr);
	if (ret) {
		undo_name_failure(&undo, list, sizeof(list));
		fprintf(stderr, "parkbench restore: cannot be put back: %s; the journal stays\n",
			list);
		return EXIT_FAILED;
	}
	if (!entry->is_settings_only)
		printf("online as before: %s\n", list);
	ret = journal_remove(dir);
	return ret ? cmd_refuse("restore", "cannot remove the journal in %s: %s", dir,
				strerror(-ret))
		   : EXIT_DONE;
}

/* The journal is ours alone now. */
static int restore(const char *dir)
{
	struct journal_entry entry = { .pid = 0 };
	int ret = journal_read(dir, &entry);

	if (ret == -ENOENT) {
		puts("nothing to restore: no run left anything");
		return EXIT_DONE;
	}
	if (ret)
		return cmd_refuse("restore",
				  "the journal in %s cannot be read: %s; what was off before that "
				  "run is not known",
				  dir, strerror(-ret));
	if (!journal_is_of_this_boot(&entry)) {
		puts("nothing to restore: the machine has been booted since that run");
		journal_remove(dir);
	} else {
		ret = put_back(dir, &entry);
	}
	settings_fini(&entry.settings);
	return ret;
}

/* A guardian may be at work: wait for it, but not for a run that lives. */
static int lock(const char *dir, struct journal *ret_journal)
{
	const uint64_t deadline_ns = clock_now_ns() + GUARDIAN_NS;
	struct journal_entry entry;
	bool is_alive;
	int ret;

	while ((ret = journal_open(dir, ret_journal)) == -EWOULDBLOCK) {
		is_alive = !journal_read(dir, &entry);
		if (is_alive) {
			settings_fini(&entry.settings);
			is_alive = journal_is_owner_alive(&entry);
		}
		if (is_alive)
			return cmd_refuse("restore", "a run is under way: process %d (%s)",
					  (int)entry.pid, entry.command);
		if (clock_now_ns() > deadline_ns)
			return cmd_refuse("restore", "the guardian of a run has the lock in %s",
					  dir);
		clock_sleep_until_ns(clock_now_ns() + PAUSE_NS);
	}
	return ret ? cmd_refuse("restore", "cannot use %s: %s; see --journal", dir, strerror(-ret))
		   : EXIT_DONE;
}

int cmd_restore(int argc, char **argv)
{
	struct restore_options options = { .is_help = false };
	struct journal journal;
	int code;

	journal_default_dir(options.dir);
	code = parse_options(argc, argv, &options);
	if (code != EXIT_DONE)
		return code;
	if (options.is_help) {
		fputs(help, stdout);
		return EXIT_DONE;
	}
	code = lock(options.dir, &journal);
	if (code != EXIT_DONE)
		return code;
	code = restore(options.dir);
	journal_close(&journal);
	return code;
}
