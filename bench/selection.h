/* SPDX-License-Identifier: MIT */
/*
 * selection - options + topology -> which CPUs go away, which one stays for the suite, and the
 * plans. Everything about CPUs that can be wrong with a command line is found here, before the
 * first thread exists.
 *
 * CPU 0 is a victim only when its number is given; "all" or "package:0" do not name it. Nor do they
 * name a CPU that is offline: somebody wanted it so. With its number it comes online for the run.
 */
#ifndef BENCH_SELECTION_H
#define BENCH_SELECTION_H

#include "history.h"
#include "options.h"
#include "plan.h"
#include "topology.h"

/* Something the user should know that is not an error: one line each. */
#define SELECTION_MAX_NOTES 8

struct selection {
	struct cpumask victims;	     /* CPUs that go away in at least one plan */
	struct cpumask offline;	     /* of them: off when the run begins, and again at its end */
	unsigned int controller_cpu; /* a victim only in a simulated run that asked for it */
	struct plan *plans;	     /* in the order of the options, or of the plan file */
	size_t nr_plans;
	struct history history; /* where one is given */
	char notes[SELECTION_MAX_NOTES][160];
	size_t nr_notes;
};

/**
 * selection_make() - decide, and generate or load the plans.
 *
 * Return: 0; -EINVAL, -ENOENT with one line in @why when the options do not fit the machine;
 * -EOPNOTSUPP likewise when the machine lacks what a workload is about; -ENOMEM; another -errno
 * with a line when a plan file cannot be read. @ret is untouched on failure; release with
 * selection_fini().
 */
int selection_make(const struct options *options, const struct topology *topo,
		   struct selection *ret, struct option_why *why);

/* Accepts a zeroed struct. */
void selection_fini(struct selection *selection);

/* The CPUs that may go away when nobody says which: all usable ones but CPU 0. */
void selection_default_victims(const struct topology *topo, struct cpumask *ret_victims);

#endif
