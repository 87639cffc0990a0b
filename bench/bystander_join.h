/* SPDX-License-Identifier: MIT */
/*
 * bystander_join - logs of gaps + the steps of a block -> how long which CPU stood still in which
 * step, and in an equally long stretch without one. Pure.
 *
 * A gap counts for a step from the later of the two begins, its own and the step's, to its own end:
 * what began before is not the step's doing, what lasts longer is. One that goes on into the next
 * step counts there again, from that step's begin. The same holds for the quiet stretch.
 */
#ifndef BENCH_BYSTANDER_JOIN_H
#define BENCH_BYSTANDER_JOIN_H

#include "bystander.h"
#include "run.h"

struct window {
	uint64_t begin_ns, end_ns; /* CLOCK_MONOTONIC; the end is outside */
};

enum gap_status {
	GAP_SEEN,
	GAP_BELOW, /* there was none of threshold_ns or more */
	GAP_BLANK, /* not known: see the reason */
};

/* The longest gap of one window. */
struct worst_gap {
	enum gap_status status;
	const char *reason; /* NULL when seen */
	uint64_t begin_ns;  /* these two when seen */
	uint64_t gap_ns;
};

/* One bystander's CPU in one step. */
struct bystander_row {
	uint32_t block, step; /* places in the recording and in the block */
	uint32_t cpu;	      /* the bystander's */
	enum bystander_kind kind;
	enum topo_distance distance; /* from the CPU that goes or comes */
	enum phase phase;	     /* in which most of the gap fell; NR_PHASES: none */
	uint64_t window_ns;	     /* how long the step took: both windows have this length */
	uint64_t threshold_ns;
	uint64_t quiet_age_ns; /* from the quiet window's end to the step's begin */
	struct worst_gap worst, quiet;
};

/* What a spinner saw in @window, or a sleeper. */
struct worst_gap bystander_worst(const struct bystander_view *view, struct window window);

/* From the step's begin to the last reading of the clock that belongs to it. */
struct window bystander_window(const struct block *block, const struct step_sample *step);

/* The phase that has most of the gap, or NR_PHASES. */
enum phase bystander_phase(const struct step_sample *step, const struct worst_gap *gap);

/* One block with bystanders around it. */
struct bystander_scene {
	const struct topology *topo;
	const struct block *block;
	struct window lead; /* before the block: nothing went away, and everybody was looking */
};

/**
 * bystander_join() - the rows of one bystander.
 * @rows: room for as many as the block has steps.
 * @ret_nr: how many there are: steps that were not tried, or changed nothing, have none.
 *
 * The quiet window ends where the step begins, if the dwell before is long enough; else it is the
 * end of the newest dwell that is, or of the lead; without one it is blank.
 *
 * Return: 0 or -ENOMEM.
 */
int bystander_join(const struct bystander_scene *scene, const struct bystander_view *view,
		   struct bystander_row *rows, size_t *ret_nr);

#endif
