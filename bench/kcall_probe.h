/* SPDX-License-Identifier: MIT */
/*
 * kcall_probe - what a probe on one of the kernel's kthread functions is to record, in the words
 * of the kernel's kprobe events.
 */
#ifndef BENCH_KCALL_PROBE_H
#define BENCH_KCALL_PROBE_H

#include "kcall.h"

struct kcall_probe {
	char name[32];
	char fields[256];
};

/*
 * Names and numbers of threads are fetched where the kernel's BTF says they lie; without BTF the
 * fields are left out. Fields: caller, task, thread, tid, ret.
 */
void kcall_probe_make(enum kcall_name call, bool is_return, struct kcall_probe *ret_probe);

/* From the name of a probe back to its call. False: it is none of ours; nothing is set. */
bool kcall_probe_parse(const char *name, enum kcall_name *ret_call, bool *ret_is_return);

#endif
