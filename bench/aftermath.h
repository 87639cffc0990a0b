/* SPDX-License-Identifier: MIT */
/*
 * aftermath - what is not as it was before the CPUs went away and came back.
 *
 *	aftermath_begin(&origin, &victims, &aftermath);	before the first offline
 *	...						all CPUs back, settings of ours restored
 *	aftermath_compare(&aftermath, NULL);
 *
 * Who appeared meanwhile is not looked at, who is gone is no difference. Somebody else may have
 * changed something, too: cause says whether CPUs of ours are involved at all, and only those
 * differences are repaired.
 */
#ifndef BENCH_AFTERMATH_H
#define BENCH_AFTERMATH_H

#include "census.h"
#include "hotplug_repair.h"

/* One difference. */
struct aftermath_row {
	const char *what; /* "task", or as census_kind_name() says */
	bool is_ours;	  /* of our threads or a setting that we write */
	bool is_by_offline;
	bool is_repaired;
	int error;	     /* positive errno of a repair that was tried and failed, else 0 */
	pid_t pid, tid;	     /* 0: no task */
	const char *name;    /* of the task, the IRQ's user, the group */
	const char *setting; /* path with its leading slash, NULL: a task's mask */
	char *before, *after;
	size_t index; /* of the task or setting in the census */
};

struct aftermath {
	struct census before;
	struct cpumask victims;
	struct aftermath_row *rows; /* settings in the census's order, then tasks */
	size_t nr_rows, max_rows;
	size_t nr_gone, nr_unreadable;
};

/**
 * aftermath_begin() - remember how everything is. census_take() says what that costs.
 *
 * Return: 0, and @ret is to be released with aftermath_fini(); -errno.
 */
int aftermath_begin(const struct census_origin *origin, const struct cpumask *victims,
		    struct aftermath *ret);

/**
 * aftermath_compare() - find the differences, once.
 * @repair: puts back what is not ours and was changed by the offline; NULL: only report. Ours is
 *	never touched here: the journal and the knobs restore it, and what they left is a failure.
 *
 * Return: 0 or -ENOMEM.
 */
int aftermath_compare(struct aftermath *aftermath, const struct repair_ops *repair);

/* Differences of ours, which a run must not leave: exit 1. */
size_t aftermath_nr_ours(const struct aftermath *aftermath);

/* Differences that the offline made to others and that are still there. */
size_t aftermath_nr_foreign(const struct aftermath *aftermath);

/* Why the row is as it is: "repaired", "not asked for", errno's name, ... */
const char *aftermath_status(const struct aftermath_row *row);

/* Accepts a zeroed struct. */
void aftermath_fini(struct aftermath *aftermath);

#endif
