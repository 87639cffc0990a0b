/* SPDX-License-Identifier: MIT */
/*
 * options - the command line of `plan`, `impact` and `run` -> struct options. Pure: no file is
 * opened, no CPU is looked at, nothing is printed. What the machine can do with it, selection.h
 * decides.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "abort_on.h"
#include "bystander.h"
#include "gbench_shim.h"
#include "hotplug_fail.h"
#include "knob.h"
#include "load.h"
#include "option_values.h"
#include "run.h"

#define OPTIONS_MAX_ITEMS 64

struct contender;
struct duty;
struct hotplug;
struct workload;

/* For which subcommand; each has its own set of options. */
enum options_command { OPTIONS_PLAN, OPTIONS_IMPACT, OPTIONS_RUN, NR_OPTIONS_COMMANDS };

enum options_page { OPTIONS_NO_PAGE, OPTIONS_HELP, OPTIONS_HELP_MORE, NR_OPTIONS_PAGES };

/* Lists are in the order given, without duplicates. Texts point into argv. */
struct options {
	/* SELECTION. No workload given: selection.h chooses by the number of victims. */
	const struct workload *workloads[OPTIONS_MAX_ITEMS];
	const struct contender *contenders[OPTIONS_MAX_ITEMS];
	const struct duty *duties[OPTIONS_MAX_ITEMS];
	unsigned int threads_per_cpu[OPTIONS_MAX_ITEMS];
	size_t nr_workloads, nr_contenders, nr_duties, nr_threads_per_cpu;
	const char *cpus; /* NULL: the default victims */
	unsigned int cycles;
	unsigned int max_off;			       /* 0: no limit */
	uint64_t dwell_off_ns, dwell_on_ns, dither_ns; /* --rate gives all three */
	enum plan_order order;
	const char *history_path; /* NULL: none; only the workload replay has a use for it */
	unsigned int nr_lanes;	  /* 0: the workload's own number */
	uint64_t seed;
	unsigned int repetitions; /* without warm-up */
	const struct hotplug *hotplug;
	const char *virtual_machine; /* hwloc's synthetic notation; NULL: the real one */
	const char *plan_path;	     /* NULL: make the plans */
	bool is_controller_given;
	unsigned int controller_cpu; /* when given */

	const char *out; /* run: directory, plan: file; NULL: the default place, standard output */
	bool is_forced;	 /* plan: replace an existing file */
	bool is_drawn;	 /* plan: as a picture */
	enum options_page help; /* that is asked for: nothing else counts */

	/* run only */
	unsigned int warmup_blocks; /* per arm and cell */
	bool passes[NR_PASSES];
	const char *events; /* NULL: the default events */
	enum bystander_scope bystanders;
	bool bystander_kinds[NR_BYSTANDER_KINDS]; /* none: nobody asked for one */
	const char *knobs[KNOBS_MAX + 1];	  /* "PATH=V1,V2" each; NULL behind the last */
	size_t nr_knobs;
	const char *perf;  /* NULL: no perf tool; else its words, "stat ..." or "record ..." */
	int fifo_priority; /* 0: SCHED_OTHER */
	bool is_idle_held;
	enum controller_wait wait;
	enum pacing pacing;
	uint64_t spin_ns; /* 0: never */
	size_t stack_bytes, stack_touch_bytes, data_touch_bytes;
	uint64_t deadline_ns; /* the run ends at the next step after so long; 0: never */
	int token_fd;	      /* a block for each byte that comes from there; -1: an ordinary run */
	struct abort_terms abort_on;
	const char *abort_on_text; /* as given; NULL: not */
	struct load_terms load;	   /* beside the run */

	/* run, of real drivers */
	unsigned int min_online; /* 0: one */
	const char *journal;	 /* NULL: journal_default_dir() */
	const char *sysfs_root;	 /* NULL: this machine; for tests */
	struct hotplug_fail_terms fail;
	const char *fail_text; /* as given; NULL: not */
	bool is_container_forced;
	bool is_impact_accepted; /* a real run may hit foreign pinned work */
	bool is_foreign_repaired;

	/* Google Benchmark's */
	const char *filter;	/* NULL: all */
	const char *report_out; /* NULL: no second report */
	enum gb_format report_format, report_out_format;
	bool is_report_wanted; /* on standard output: a format or layout was asked for */
	bool is_tabular;
	bool is_list_tests;
	const char *context; /* "key=value,key=value", for gb_context_pairs(); NULL: none */
};

/**
 * options_parse() - read @argv[1..@argc-1].
 *
 * Return: 0; -EINVAL with one line in @why: what is wrong and what to do. @ret is untouched then.
 */
int options_parse(enum options_command command, int argc, char **argv, struct options *ret,
		  struct option_why *why);

/*
 * The text that --help shows, or --help-more: at most 40 lines of 100 columns, with an example.
 * NULL: the command has no such page.
 */
const char *options_help(enum options_command command, enum options_page page);

/* The names of the options of @command, "--cycles", ...: NULL behind the last. */
const char *options_name(enum options_command command, size_t index);

#endif
