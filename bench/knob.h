/* SPDX-License-Identifier: MIT */
/*
 * knob - settings of the running kernel that become part of the arm: --knob PATH=V1,V2.
 *
 *	knobs_resolve(&knobs, &control, texts, ...)	which files, what they say; writes nothing
 *	(the journal has knobs.before, the guardian is at its post)
 *	knobs_try(&knobs, ...)				does the kernel take every value?
 *	knobs_turn(&knobs, setting, ...)		before each block
 *
 * Putting back is the journal's: see undo.h. PATH may have wildcards; each file that it means gets
 * the value. With several knobs a setting is one combination of values, the last knob's changing
 * fastest; setting 0 has the first value of each.
 */
#ifndef BENCH_KNOB_H
#define BENCH_KNOB_H

#include "setting.h"

#define KNOBS_MAX	  8
#define KNOB_VALUES_MAX	  16
#define KNOB_SETTINGS_MAX 64
#define KNOB_TEXT_BYTES	  512
#define KNOB_LABEL_BYTES  96

struct knob {
	char text[KNOB_TEXT_BYTES];  /* what the values point into */
	char name[KNOB_LABEL_BYTES]; /* of the file, for people and for the CSV */
	const char *values[KNOB_VALUES_MAX];
	uint32_t nr_values;
	size_t first, nr_files; /* of the files in knobs.before */
};

struct knobs {
	struct hotplug_control control;
	const char *given[KNOBS_MAX]; /* on the command line */
	struct knob list[KNOBS_MAX];
	size_t nr;
	struct settings before;		  /* all files of all knobs, and what they said */
	uint32_t nr_settings;		  /* combinations; 1 if there are no knobs */
	char (*labels)[KNOB_LABEL_BYTES]; /* nr_settings of them: "rcu_expedited=1 governor=x" */
	size_t nr_drifted; /* times that a file was found not to be as knobs_turn() had left it */
	int32_t turned_to; /* setting; -1: none yet */
};

/* Is @text PATH=V1[,V2...], of a file that may be a knob? Looks at no file. 0 or -EINVAL. */
int knob_check(const char *text, char *why, size_t why_size);

/**
 * knobs_resolve() - find the files and read them.
 * @texts: NULL-terminated.
 *
 * Return: 0; with one line in @why: -EINVAL no such file, or not one for a knob; -EACCES, -EPERM it
 * may not be written by us; -ENOMEM. Release with knobs_fini() in any case.
 */
int knobs_resolve(struct knobs *knobs, const struct hotplug_control *control,
		  const char *const *texts, char *why, size_t why_size);
void knobs_fini(struct knobs *knobs);

/*
 * Write each value once, the one that is there first: what cannot be put back must not be changed.
 * 0, and all is as it was; -errno with one line in @why, and some files may have another value.
 */
int knobs_try(struct knobs *knobs, char *why, size_t why_size);

/* Untimed. Files that show their value already are not written. 0; -errno with a line in @why. */
int knobs_turn(struct knobs *knobs, uint32_t setting, char *why, size_t why_size);

#endif
