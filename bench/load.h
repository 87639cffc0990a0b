/* SPDX-License-Identifier: MIT */
/*
 * load - stress-ng beside a run: --load stress-ng:cpu=2,vm=1.
 *
 * A child in a process group of its own, at work before the warm-up and ended by us, also when the
 * run is interrupted or fails; when we are killed the kernel tells it to end. It may use all CPUs
 * that the suite may use: nothing of it is bound, so that a CPU that goes away moves it and
 * takes nothing from it. One at a time, and from one thread at a time.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "option_values.h"

#include <kpark/cpumask.h>

#define LOAD_STRESSORS	16
#define LOAD_NAME_BYTES 32

struct load_terms {
	struct load_stressor {
		char name[LOAD_NAME_BYTES];
		unsigned int nr;
	} stressors[LOAD_STRESSORS];
	size_t nr_stressors; /* 0: no load */
};

/* "stress-ng:cpu=2,vm=1". 0, or -EINVAL with one line in @why. Pure. */
int load_terms_parse(const char *text, struct load_terms *ret, struct option_why *why);

struct load;

/**
 * load_find() - ask stress-ng for its version and whether it has what @terms want.
 *
 * Return: 0, and nothing runs yet; -ENOENT with one line: there is no stress-ng here; -EINVAL
 * likewise: it has no such stressor; -ENOMEM.
 */
int load_find(const struct load_terms *terms, struct load **ret_load, struct option_why *why);

/*
 * Start it on @cpus, what it says going to @dir/load.log. 0, and it has been at work for a second
 * or the run is interrupted; -errno.
 */
int load_start(struct load *load, const struct cpumask *cpus, const char *dir);

/* NULL, or how it ended although nobody told it to. It stays so. @load may be NULL. */
const char *load_look(struct load *load);

/* Have it end, all of it; nothing where it does not run. Frees nothing. @load may be NULL. */
void load_stop(struct load *load);

/* For the record: "stress-ng, version 0.15.06 ...", its words, its CPUs as a list. */
const char *load_version(const struct load *load);
const char *load_command(const struct load *load);
const char *load_cpus(const struct load *load);

/* load_stop() and the rest. NULL is allowed. */
void load_free(struct load *load);

#endif
