/* SPDX-License-Identifier: MIT */
/*
 * syscalls - the system call pass: which calls each phase made, those inside the C library too.
 *
 * A tracer, forked off this process, follows all its threads with ptrace, those that are created
 * meanwhile included; processes that it forks are not followed. Every call is counted on entry,
 * for each phase that is open at that moment, or outside all phases. For the thread that opens
 * and closes the phases this is exact; a call of another thread that races with a boundary may
 * fall on either side of it. Each call costs two stops, tens of microseconds: a pass of its own.
 *
 * No privilege is needed, unless somebody traces us already (strace, gdb) or forbids it to all.
 * While it lasts, waits that the kernel does not restart (epoll_wait, sigtimedwait) may return
 * EINTR once in syscalls_start(), all fatal signals still kill us, and the death of the tracer
 * merely ends the counting: nothing hangs, and syscalls_stop() says so.
 */
#ifndef BENCH_SYSCALLS_H
#define BENCH_SYSCALLS_H

#include "phase.h"

#include <stddef.h>
#include <stdint.h>

struct syscalls;

enum {
	SYSCALLS_OUTSIDE = NR_PHASES, /* as a phase of syscalls_count(): while none was open */
	SYSCALLS_NR_MAX = 600,	      /* one more stands for all numbers from here on */
	SYSCALLS_NAME_SIZE = 32
};

/*
 * When it returns 0, all threads of the process are followed. -EPERM: refused, or traced already;
 * -ENOSYS: the kernel is older than 5.3; -ETIMEDOUT: a thread did not stop within ten seconds;
 * other errors: no memory or no processes left. @why says it in one line, and no tracer is left.
 */
int syscalls_start(struct syscalls **syscalls, char *why, size_t why_size);

/* Open and close a phase; a store each, from any thread. Phases may overlap. */
void syscalls_begin(struct syscalls *syscalls, enum phase phase);
void syscalls_end(struct syscalls *syscalls, enum phase phase);

/*
 * When it returns, no thread is traced any more. 0: every call until now was counted. -EIO: the
 * tracer had died before, the counts are incomplete. To be called once, before exit(): a process
 * that is traced cannot be searched for leaks.
 */
int syscalls_stop(struct syscalls *syscalls, char *why, size_t why_size);

/* After syscalls_stop(); NULL is allowed. */
void syscalls_free(struct syscalls *syscalls);

/* Calls with number @nr (0 .. SYSCALLS_NR_MAX) in @phase or SYSCALLS_OUTSIDE, so far. */
uint64_t syscalls_count(const struct syscalls *syscalls, unsigned int phase, unsigned int nr);

/* "futex"; "syscall_<nr>" where the table has no name; "others" for SYSCALLS_NR_MAX. */
const char *syscalls_name(unsigned int nr, char name[static SYSCALLS_NAME_SIZE]);

#endif
