/* SPDX-License-Identifier: MIT */
/* What cmd_run.c and cmd_run_real.c share: one run from the command line to its results. */
#ifndef BENCH_CMD_RUN_INTERNAL_H
#define BENCH_CMD_RUN_INTERNAL_H

#include "abort_on.h"
#include "aftermath.h"
#include "custody.h"
#include "environment.h"
#include "handover.h"
#include "options.h"
#include "passes.h"
#include "results.h"
#include "selection.h"
#include "summary.h"

#define MAX_WARNINGS 24

struct run {
	char *const *argv;
	struct options options;
	struct topology topo;
	struct selection selection;
	struct run_setup setup;
	struct cpumask real_cpus; /* what virtual ones share */
	struct knobs knobs;
	const char **own_paths; /* files of the knobs, for the census */
	struct cell *cells;
	struct arm *arms;
	bool *is_selected;
	struct passes passes;
	struct handover *handover;
	struct custody custody;
	struct abort_watch *abort;
	struct load *load;
	char ended_by[256];	 /* "": it came to its end */
	struct cpumask affinity; /* ours, before CPUs were added to it; empty: none were */
	bool is_unrestored;	 /* something of ours was not put back */
	struct environment env;
	struct summary summary;
	struct aftermath aftermath; /* of a real run */
	struct results results;
	char *report;
	char warning_texts[MAX_WARNINGS][512];
	const char *warnings[MAX_WARNINGS + 1];
	size_t nr_warnings;
};

/* Remember @text for the end of the output and for run.json. */
void run_warn(struct run *run, const char *text);

/* Where no time can be given: say so, and leave out the passes that count what phases cost. */
void run_settle_scale(struct run *run);

void run_raise_descriptor_limit(void);

/* Will all threads of the largest cell fit? 0, or -EAGAIN with the number that would in @why. */
int run_check_capacity(const struct run *run, struct option_why *why);

/* Whom a real offline would hurt, said before it; and how everything is. An exit code. */
int run_look_before(struct run *run);

/* Is there the load that is wanted? Nothing runs yet. An exit code. */
int run_find_load(struct run *run);

/* At work before the first block. 0, or -errno with the passes' why set. */
int run_start_load(struct run *run);

/* What ends a run early; @run is a struct run: for interrupt_ask(). */
const char *run_look_for_trouble(void *run);

/* From here on signs of trouble count, signals and the deadline too. An exit code. */
int run_watch(struct run *run);

/*
 * CPUs found offline come online, and the topology is read again: it knows nothing about them. 0,
 * or -errno with the passes' why set.
 */
int run_first_online(struct run *run);

/* With everything restored: why it ended, and whether somebody else turned our knobs. */
int run_note_end(struct run *run, int ret);
void run_warn_of_drift(struct run *run);

/* Say so where an open schedule was too tight to be kept. */
void run_note_lateness(struct run *run);

/* With all CPUs back and our settings restored. EXIT_DONE, or EXIT_FAILED: not as found. */
int run_look_after(struct run *run);

/* --token-fd: blocks on demand until the end of file. An exit code. */
int run_tokens(struct run *run);

/* From here on somebody restores the machine, whatever happens to us. An exit code. */
int run_take_custody(struct run *run);

#endif
