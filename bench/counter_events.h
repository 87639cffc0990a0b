/* SPDX-License-Identifier: MIT */
/*
 * counter_events - from what the user typed behind --events to what the kernel is asked for.
 *
 * A name is one of
 *	context-switches, cs, cycles, ...   perf's generic names, in either case
 *	category:name                       a tracepoint; its id is read from tracefs
 *	r1a8                                a raw event of the core PMU, in hex
 *	anything libpfm4 knows here         L1-dcache-load-misses, INST_RETIRED:ANY, skx::...
 * separated by commas. Hardware, cache and raw events are counted on the user and on the kernel
 * side, each by itself; a modifier (:u, :k) keeps one of them. Software events and tracepoints are
 * counted on both sides together, and a modifier on them is refused: where perf_event_paranoid
 * forbids the kernel side, a context-switches:u reads 0 and looks like an answer.
 */
#ifndef BENCH_COUNTER_EVENTS_H
#define BENCH_COUNTER_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTER_EVENTS_DEFAULT                                                                     \
	"context-switches,cpu-migrations,page-faults,task-clock,cycles,instructions"

enum { COUNTER_NAME_SIZE = 96 };

enum counter_mode { COUNTER_ALL, COUNTER_USER, COUNTER_KERNEL, NR_COUNTER_MODES };

struct counter_event {
	char name[COUNTER_NAME_SIZE]; /* aliases resolved: "cs" has become "context-switches" */
	uint32_t type;		      /* this and config*: as in perf_event_attr */
	uint64_t config, config1, config2;
	bool has_mode[NR_COUNTER_MODES];
	int error; /* positive errno: the name may be good, but tracefs cannot be asked for its id
		    */
};

/*
 * Fill @events from the comma separated @list and return how many there are. -EINVAL: a name is
 * unknown, empty, twice there or cannot have its modifier; -E2BIG: more than @max. Then @why says
 * which and, where one is near, what was probably meant; @events are undefined.
 */
int counter_events_parse(const char *list, struct counter_event *events, size_t max, char *why,
			 size_t why_size);

/*
 * Visit every name that is known here: perf's generic ones, then libpfm's for the PMUs that this
 * machine has, then hints for the two open-ended kinds. Neither string outlives the visit.
 */
void counter_events_list(void (*visit)(const char *name, const char *about, void *arg), void *arg);

#endif
