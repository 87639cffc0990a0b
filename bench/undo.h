/* SPDX-License-Identifier: MIT */
/*
 * undo - pay what a journal says is owed: smt/control, CPUs and settings as they were.
 *
 * The one way back, for the end of a run, the guardian and `parkbench restore`. CPUs come before
 * settings: that of a CPU which is away may not be there to be written.
 */
#ifndef BENCH_UNDO_H
#define BENCH_UNDO_H

#include "journal.h"

/* What was done, and what could not be done. */
struct undo {
	struct hotplug_repair cpus; /* all zero where the run moved none */
	struct settings_repair settings;
};

/* 0, and all is as @entry says; -EIO. @deadline_ns is hotplug_control_restore()'s. */
int undo_all(const struct hotplug_control *c, const struct journal_entry *entry,
	     uint64_t deadline_ns, struct undo *ret_undo);

/* In a few words what is not as it was: "CPU 3: Device or resource busy". */
void undo_name_failure(const struct undo *undo, char *text, size_t size);

#endif
