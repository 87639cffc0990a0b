/* SPDX-License-Identifier: MIT */
/*
 * setting - one-line files of the running kernel, below /sys and /proc/sys, that the suite changes
 * and puts back.
 *
 * What a file shows is not always what was written: a truth value is written as 1 and shown as Y,
 * a choice is shown as "always [madvise] never". setting_shows() knows, and setting_word() is what
 * to write to have a line back. Paths are as sysfile.h takes them.
 */
#ifndef BENCH_SETTING_H
#define BENCH_SETTING_H

#include "hotplug_control.h"

#define SETTING_VALUE_BYTES 256

struct setting {
	char *path;
	char *was; /* the whole line */
};

struct settings {
	struct setting *list;
	size_t nr, max;
};

/* Both texts are copied. 0 or -ENOMEM. */
int settings_add(struct settings *settings, const char *path, const char *was);
void settings_fini(struct settings *settings);

/* Is @line what a file shows that has been given @value? */
bool setting_shows(const char *line, const char *value);

/* The part of @line that can be written: the chosen one of a list of choices, else all of it. */
void setting_word(const char *line, char word[static SETTING_VALUE_BYTES]);

/**
 * setting_write() - write @value and wait until the file shows it.
 *
 * Return: 0; -errno that the kernel refused with; -EIO it took the value and shows another one.
 */
int setting_write(const struct hotplug_control *c, const char *path, const char *value);

/* What a restore of settings did, and what it could not do. */
struct settings_repair {
	size_t nr_back;		      /* how many were not as they had been, and are again */
	const struct setting *failed; /* the last one; NULL: none */
	int error;		      /* positive errno of it */
};

/* All of @settings as they were. 0 or -EIO. */
int settings_restore(const struct hotplug_control *c, const struct settings *settings,
		     struct settings_repair *ret_repair);

#endif
