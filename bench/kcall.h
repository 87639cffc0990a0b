/* SPDX-License-Identifier: MIT */
/*
 * kcall - calls of the kernel's own kthread facility: from the marks of probes at entry and return
 * to calls with a begin and an end. Pure; where the marks come from is tracesteps.h's.
 *
 * A return belongs to the newest open entry of the same call by the same task.
 */
#ifndef BENCH_KCALL_H
#define BENCH_KCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kcall_name { KCALL_PARK, KCALL_UNPARK, KCALL_STOP, KCALL_CREATE, NR_KCALLS };

#define KCALL_COMM_BYTES 16 /* TASK_COMM_LEN */

/* The thread that a call is about; what the kernel did not show is 0 or "". */
struct kcall_thread {
	uint64_t task; /* address of its task_struct */
	int32_t tid;
	char comm[KCALL_COMM_BYTES];
};

/* One probe hit. */
struct kcall_mark {
	enum kcall_name call;
	bool is_return;
	uint64_t ns; /* CLOCK_MONOTONIC */
	uint32_t runs_on;
	int32_t tid;		       /* of the caller */
	char caller[KCALL_COMM_BYTES]; /* of an entry */
	struct kcall_thread thread;    /* of an entry; of the return of a creation */
	int32_t result;		       /* of a return: 0 or -errno; unpark has none */
};

enum kcall_fate { KCALL_WHOLE, KCALL_NO_ENTRY, KCALL_NO_RETURN };

struct kcall {
	enum kcall_fate fate;
	enum kcall_name call;
	uint32_t runs_on; /* at entry */
	int32_t tid;
	char caller[KCALL_COMM_BYTES];
	struct kcall_thread thread;
	uint64_t begin_ns, end_ns;
	int32_t result;
};

/* "park", "unpark", "stop", "create"; and the function of the kernel that is probed for it. */
const char *kcall_name(enum kcall_name call);
const char *kcall_function(enum kcall_name call);

/* @marks in order of time -> calls in order of their begin, to be freed. 0 or -ENOMEM. */
int kcall_pair(const struct kcall_mark *marks, size_t nr_marks, struct kcall **ret_calls,
	       size_t *ret_nr);

#endif
