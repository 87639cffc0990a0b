/* SPDX-License-Identifier: MIT */
/*
 * custody - the care a run takes of the machine while CPUs are really away, or settings are not
 * as they were: lock, journal, guardian; and in the end the machine as it was.
 */
#ifndef BENCH_CUSTODY_H
#define BENCH_CUSTODY_H

#include "guardian.h"

struct custody_request {
	const struct hotplug_control *control;
	const struct cpumask *victims;	 /* NULL: no CPU is moved, only settings are changed */
	const struct settings *settings; /* as they are; NULL: none is changed */
	const char *dir;		 /* NULL: journal_default_dir() */
	char *const *argv;
};

struct custody {
	struct hotplug_control control;
	struct journal_entry entry;
	struct journal journal;
	struct guardian guardian;
	bool is_held;
};

/*
 * Before the first thread and the first write. 0; or -errno with one line in @why: -EWOULDBLOCK
 * another run is under way, -EBUSY one that was killed has not been cleared up after.
 */
int custody_begin(const struct custody_request *request, struct custody *ret_custody, char *why,
		  size_t why_size);

/*
 * Restore, dismiss the guardian, remove the journal. Accepts a custody that is not held.
 * 0; -EIO the machine is not as it was: @why says what, and the journal stays.
 */
int custody_end(struct custody *custody, char *why, size_t why_size);

#endif
