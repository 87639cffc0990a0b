/* SPDX-License-Identifier: MIT */
/*
 * guardian - a process that outlives the suite and puts the machine back when that is killed.
 *
 * It has its own session, its place at the roots of the cgroups (where permitted), stays off the
 * CPUs that go away, has its memory locked and is not for the OOM killer. It waits for the end of
 * the suite and does nothing else; only an end without guardian_dismiss() makes it act.
 */
#ifndef BENCH_GUARDIAN_H
#define BENCH_GUARDIAN_H

#include "journal.h"

struct guardian_orders {
	const struct hotplug_control *control;
	const struct journal *journal; /* its lock is shared until the guardian ends */
	const struct journal_entry *entry;
};

struct guardian {
	pid_t pid;
	int fd; /* the guardian sees it close when all of the suite is dead */
};

/*
 * Before the caller has threads. On return the guardian is at its post. 0 or -errno; -ETIMEDOUT.
 */
int guardian_start(const struct guardian_orders *orders, struct guardian *ret_guardian);

/* All is restored: it ends without doing anything. 0; -ESRCH it had been killed before. */
int guardian_dismiss(struct guardian *guardian);

#endif
