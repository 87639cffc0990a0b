/* SPDX-License-Identifier: MIT */
/* doctor - what a machine can and cannot measure, one line per finding. */
#ifndef BENCH_DOCTOR_H
#define BENCH_DOCTOR_H

#include "environment.h"

#include <stddef.h>

enum doctor_verdict {
	DOCTOR_OK,
	DOCTOR_NOTE,   /* numbers are to be read with this in mind */
	DOCTOR_MISSING /* something cannot be measured here */
};

struct finding {
	enum doctor_verdict verdict;
	char subject[20];
	char text[160];
	char advice[160]; /* what to do; "" with DOCTOR_OK */
};

struct findings {
	struct finding rows[64];
	size_t nr;
};

/* Append one finding, cut to fit; with all rows in use it is dropped. */
void doctor_add(struct findings *findings, enum doctor_verdict verdict, const char *subject,
		const char *advice, const char *text, ...) __attribute__((format(printf, 5, 6)));

/* From what is known: settings and company that endanger numbers. Opens nothing. */
void doctor_judge_machine(const struct environment *env, struct findings *findings);

/* By trying: hotplug drivers, counters, tracing, priorities. Leaves no trace on the machine. */
void doctor_try_features(const struct environment *env, struct findings *findings);

#endif
