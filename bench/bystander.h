/* SPDX-License-Identifier: MIT */
/*
 * bystander - a thread on a CPU that stays, which notes whenever it could not run.
 *
 * Two kinds, never together: each would be in the other's measurements.
 *
 * A spinner reads the clock in a loop, and every pause between two readings that is longer than a
 * threshold is a gap: an interrupt, another thread, a stopped machine. It keeps the CPU out of its
 * idle states. It is not put on the controller's CPU, where it would take turns with the
 * controller: that would lengthen the steps, and the gaps would be our own.
 *
 * A sleeper waits for absolute deadlines, a period apart, and notes how late it was woken. It
 * leaves its CPU alone in between, and so may also sit beside the controller; there it waits for
 * the controller, too. What happens between two deadlines it does not see.
 *
 * Both run as SCHED_OTHER, whatever the controller runs as: they stand for somebody's ordinary
 * work. No lock, no allocation and, with a clock that user space can read, no system call is in
 * the spinner's loop.
 */
#ifndef BENCH_BYSTANDER_H
#define BENCH_BYSTANDER_H

#include "gap_log.h"
#include "topology.h"

#include <stdbool.h>

enum bystander_kind { BYSTANDER_SPIN, BYSTANDER_SLEEP, NR_BYSTANDER_KINDS };

/* Where they sit: on all CPUs that stay, or on one for each core, last level cache or node. */
enum bystander_scope {
	BYSTANDERS_NONE,
	BYSTANDERS_ALL,
	BYSTANDERS_CORE,
	BYSTANDERS_CACHE,
	BYSTANDERS_NODE,
	NR_BYSTANDER_SCOPES
};

/* A pause of the spinner this much longer than a reading of the clock is a gap. */
#define BYSTANDER_GAP_NS    2000u
#define BYSTANDER_PERIOD_NS 1000000u /* of the sleeper's deadlines */
#define BYSTANDER_MAX_GAPS  65536u   /* 1 MiB for each CPU; a sleeper's minute */

const char *bystander_kind_name(enum bystander_kind kind);    /* "spin", "sleep" */
const char *bystander_scope_name(enum bystander_scope scope); /* "none", "all", "core", ... */

/* Who is asked for. */
struct bystander_choice {
	enum bystander_scope scope;
	enum bystander_kind kind;
	struct cpumask victims; /* of any plan: never among them */
	unsigned int controller_cpu;
};

/*
 * The CPUs for bystanders of one kind. Of one object's CPUs the first is taken, the controller's
 * only when there is no other. Pure.
 */
void bystander_select(const struct topology *topo, const struct bystander_choice *choice,
		      struct cpumask *ret_cpus);

/* How to run them. */
struct bystander_setup {
	enum bystander_kind kind;
	struct cpumask cpus;
	uint64_t clock_read_ns; /* what one reading of the clock costs */
	size_t max_gaps;	/* per CPU */
	uint64_t deadline_ns;	/* a thread that has not begun after this long is lost */
};

struct bystander;

struct bystanders {
	enum bystander_kind kind;
	struct bystander *list; /* one per CPU, ascending */
	size_t nr;
};

/**
 * bystanders_start() - make one thread per CPU and wait until each has begun to look.
 * @ret: may be empty; release with bystanders_fini(). Untouched on failure.
 *
 * Return: 0; -EINVAL a CPU we may not run on; -EAGAIN no threads to be had; -ENOMEM; -ETIMEDOUT
 * one did not begin in time. On failure none is left.
 */
int bystanders_start(const struct bystander_setup *setup, struct bystanders *ret);

/* End them, two periods later at most. From then on the logs can be read. */
void bystanders_stop(struct bystanders *bystanders);

/* Accepts a zeroed struct and bystanders that run. */
void bystanders_fini(struct bystanders *bystanders);

/* The longest gap so far, of any of them. */
struct bystander_gap {
	uint64_t gap_ns; /* 0: none yet */
	unsigned int cpu;
};

/* Also while they run: an unfinished gap is not seen yet. */
struct bystander_gap bystanders_worst(const struct bystanders *bystanders);

/* What one of them saw. */
struct bystander_view {
	unsigned int cpu;
	enum bystander_kind kind;
	const struct gap_log *log;
	bool is_displaced; /* found on another CPU at its end: the log says nothing about its own */
};

/* After bystanders_stop(), and until bystanders_fini(). */
struct bystander_view bystanders_view(const struct bystanders *bystanders, size_t index);

#endif
