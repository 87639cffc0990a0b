/* SPDX-License-Identifier: MIT */
/*
 * history - what once happened to the CPUs of some machine, recorded as CSV, for `replay`.
 *
 *	time_s,cpu,state
 *	0.000000,5,offline
 *	12.250000,5,online
 *
 * The first column is time_s, seconds with up to nine decimals, or time_ns, whole nanoseconds, from
 * any start; state is offline or online, also 0 or 1. Lines ascend in time. What changes nothing
 * (online of a CPU that was never seen to go) is left out; CPUs still away at the end come back.
 */
#ifndef WORKLOADS_HISTORY_H
#define WORKLOADS_HISTORY_H

#include <kpark/cpumask.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct history_event {
	uint64_t at_ns; /* since the first event */
	unsigned int cpu;
	bool is_online;
};

struct history {
	struct history_event *events;
	size_t nr_events, max_events;
	struct cpumask cpus; /* that went away at least once */
};

/* 0; -EINVAL with the line named in @why; -ENOMEM. Release with history_fini(). */
int history_load(FILE *file, struct history *ret_history, char *why, size_t why_size);
void history_fini(struct history *history);

#endif
