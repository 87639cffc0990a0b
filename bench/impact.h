/* SPDX-License-Identifier: MIT */
/*
 * impact - whom a real offline of some CPUs would hurt. Nothing is changed, only read.
 *
 *	blocks  foreign work that may run only there: it is moved, and where it was pinned is
 *		forgotten by the kernel for good. A run needs the user's consent.
 *	moves	it goes elsewhere meanwhile, and the kernel itself restores what was set
 *	note	worth knowing
 *
 * The kernel's own per-CPU threads and the suite's threads are nobody's loss and not counted.
 */
#ifndef BENCH_IMPACT_H
#define BENCH_IMPACT_H

#include "census.h"

struct impact_question {
	struct census_origin origin;
	struct cpumask victims;
	/* At most so many are away at the same time; 0: all. A mask of more CPUs never empties. */
	unsigned int nr_at_once;
};

enum impact_severity { IMPACT_BLOCKS, IMPACT_MOVES, IMPACT_NOTE, NR_IMPACT_SEVERITIES };

enum impact_kind {
	IMPACT_TASK,
	IMPACT_VCPU, /* of a running guest */
	IMPACT_DEADLINE,
	IMPACT_KERNEL_THREAD,
	IMPACT_IRQ,
	IMPACT_CPUSET,
	IMPACT_RESCTRL,
	IMPACT_CPUFREQ,
	IMPACT_HOUSEKEEPING,
	NR_IMPACT_KINDS
};

/* One row; threads of one process with one mask are one. */
struct impact_finding {
	enum impact_severity severity;
	enum impact_kind kind;
	pid_t pid; /* 0: no task */
	size_t nr_threads;
	char who[192];	     /* printable */
	char *cpus;	     /* that it may use, as a list */
	const char *meaning; /* what becomes of it; one pointer per meaning */
};

struct impact {
	struct impact_finding *findings; /* by severity, kind and meaning */
	size_t nr_findings, max_findings;
	size_t nr_tasks; /* looked at, without our own */
	size_t nr_free;	 /* of these: on every CPU, or on all of a cpuset: nobody pinned them */
	size_t nr_gone;	 /* ended before they were read */
	size_t nr_unreadable; /* tasks and settings */
	bool is_partial;      /* in a container: tasks outside were not seen */
};

/**
 * impact_collect() - ask @question. No victims: no findings.
 *
 * Return: 0, and @ret is to be released with impact_fini(); -ENOMEM; -errno there is no /proc.
 */
int impact_collect(const struct impact_question *question, struct impact *ret);

/* Accepts a zeroed struct. */
void impact_fini(struct impact *impact);

size_t impact_count(const struct impact *impact, enum impact_severity severity);

/* Would foreign pinned work be hit, so that a real run may not go ahead unasked? */
bool impact_needs_consent(const struct impact *impact);

/* "blocks", "moves", "note" */
const char *impact_severity_name(enum impact_severity severity);

/* For the heading of a group: "tasks", "interrupts", ... */
const char *impact_kind_name(enum impact_kind kind);

#endif
