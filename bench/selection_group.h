/* SPDX-License-Identifier: MIT */
/* selection_group - for drivers that move many CPUs by one request: all of them, or none. */
#ifndef BENCH_SELECTION_GROUP_H
#define BENCH_SELECTION_GROUP_H

#include "options.h"
#include "selection.h"

/* Room for the beginning of a list of CPUs in a message. */
#define SELECTION_LIST_SIZE 64

/* A list of CPUs for a message; the end of a long one is cut off, and shown to be. */
const char *selection_brief(const struct cpumask *mask, char list[static SELECTION_LIST_SIZE]);

/*
 * Are the victims the driver's whole group, if it has one? 0; -EINVAL with one line; -EOPNOTSUPP
 * likewise where there is nobody in it.
 */
int selection_check_group(const struct options *o, const struct topology *topo,
			  const struct cpumask *victims, struct option_why *why);

/* Does each stretch of steps of one direction have the whole group? 0 or -EINVAL with one line. */
int selection_check_plans_of_group(const struct options *o, const struct selection *s,
				   struct option_why *why);

#endif
