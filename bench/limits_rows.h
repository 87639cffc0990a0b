/* SPDX-License-Identifier: MIT */
/*
 * limits_rows - few numbers out of a roundtrip recording: what limits.csv and the tables show.
 *
 * A ratio is taken round by round, so that drift hits both sides of it, from the medians of blocks
 * less the median of "empty" in the same round, where there is one: the two clock reads are no
 * part of what is compared.
 */
#ifndef BENCH_LIMITS_ROWS_H
#define BENCH_LIMITS_ROWS_H

#include "roundtrip.h"

#define LIMITS_LEVEL	       0.95
#define LIMITS_MAX_TERMS       2
#define LIMITS_REFERENCE_BYTES 64

/* So many times this case, or so many times per thread of the site. */
struct limits_term {
	const struct roundtrip_case *what; /* NULL: no more terms */
	double times;
	bool is_per_thread;
};

/* @what is to be compared with the sum of @floor; a goal where one is set. */
struct limits_comparison {
	const struct roundtrip_case *what;
	struct limits_term floor[LIMITS_MAX_TERMS];
	unsigned int where; /* enum roundtrip_where */
	double goal;	    /* the ratio should be at most so much; 0: none is set */
};

/* Ends with a comparison of nothing. */
extern const struct limits_comparison limits_comparisons[], peers_comparisons[];

enum limits_verdict { VERDICT_NONE, VERDICT_MET, VERDICT_MISSED };

/* One statistic of one case at one site. Texts are constants. */
struct limits_row {
	const struct roundtrip_case *what;
	const struct roundtrip_site *site;
	const char *statistic; /* "p50", "p99", "near_cpu", "far_cpu", "spun", ... */
	const char *unit;      /* "ns", "ratio", "bytes" */
	double value;	       /* NAN: reason says why */
	double low, high, level;
	size_t n;
	size_t nr_dropped;     /* of a ratio: rounds with a time not above 0 without empty */
	const char *replicate; /* what n counts */
	const char *method, *reason;
	char reference[LIMITS_REFERENCE_BYTES]; /* of a ratio: "futex_wake + setaffinity" */
	double goal;				/* 0: none */
	enum limits_verdict verdict;		/* none without an interval */
};

struct limits_rows {
	struct limits_row *rows;
	size_t nr, max;
};

/* "", "met", "missed". */
const char *limits_verdict_name(enum limits_verdict verdict);

/* Does the interval contain the goal, so that the verdict may be chance? */
bool limits_is_close(const struct limits_row *row);

/**
 * limits_rows_add() - all statistics of @recording, then its ratios by @comparisons.
 *
 * Return: 0 or -ENOMEM.
 */
int limits_rows_add(struct limits_rows *rows, const struct roundtrip_recording *recording,
		    const struct limits_comparison *comparisons);

/* A value from elsewhere. 0 or -ENOMEM. */
int limits_rows_put(struct limits_rows *rows, const struct limits_row *row);

/* The first row of its kind, or NULL. @reference: NULL for any. */
const struct limits_row *limits_rows_find(const struct limits_rows *rows,
					  const struct roundtrip_case *what,
					  const struct roundtrip_site *site, const char *statistic);

void limits_rows_fini(struct limits_rows *rows);

#endif
