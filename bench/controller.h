/* SPDX-License-Identifier: MIT */
/*
 * controller - the thread that takes CPUs away and brings them back: where and how it runs.
 *
 * What is set here is inherited by every thread that it creates afterwards: scheduling policy and
 * timer slack (1 ns, so that waits end when they should). Everything is put back on leaving.
 */
#ifndef BENCH_CONTROLLER_H
#define BENCH_CONTROLLER_H

#include "run.h"

#include <kpark/cpumask.h>

struct controller {
	struct cpumask affinity; /* as it was */
	int policy, priority;	 /* likewise */
	int timer_slack_ns;
	int dma_latency_fd; /* holds C-states out while open; -1 */
};

/* 0; or -errno with one line in @why: what is not permitted and what would permit it. */
int controller_enter(const struct run_setup *setup, struct controller *ret, char *why,
		     size_t why_size);
void controller_leave(struct controller *controller);

#endif
