/* SPDX-License-Identifier: MIT */
/*
 * perftool - the perf tool beside a run: `--perf 'stat ...'` and `--perf 'record ...'`.
 *
 * perf is started as a child, attached to this process with all events disabled, and switched on
 * and off through its control file, so that only what is between perftool_enable() and
 * perftool_disable() is in its output. Threads that exist when it starts are covered, and all
 * that they create later. It inherits the caller's CPU affinity and scheduling policy: start it
 * before the controller is pinned. It perturbs what it watches; a pass with it is no timing pass.
 * Without the right to count the kernel side perf falls back to the user side by itself and says
 * so by a ":u" behind the name: a context-switches:u of 0 means nothing.
 *
 * perf's own messages go to <dir>/perf.log; the last word of a perf that failed is quoted from
 * there. One of these at a time and from one thread at a time.
 */
#ifndef BENCH_PERFTOOL_H
#define BENCH_PERFTOOL_H

#include <stddef.h>

struct perftool;

/*
 * Start "perf @command" with its output in the directory @dir: perf.stat.txt or perf.data, unless
 * @command has an -o of its own. @command is split at blanks; '...', "..." and \ quote as in a
 * shell, nothing is expanded. When it returns 0, perf is attached and idle.
 *
 * -EINVAL: @command is neither stat nor record, is badly quoted, runs a program behind -- or sets
 * --control or --delay, which is done here. -ENOENT: no perf on the PATH. -EPIPE: perf ended by
 * itself, most likely because it may not or an option is wrong. -ETIMEDOUT: it did not answer
 * within ten seconds. Nothing is left behind then, @why says it in one line.
 */
int perftool_start(const char *command, const char *dir, struct perftool **perftool, char *why,
		   size_t why_size);

/* Returns when perf has said that it is done. Errors: -EPIPE, -ETIMEDOUT as above. */
int perftool_enable(struct perftool *perftool, char *why, size_t why_size);
int perftool_disable(struct perftool *perftool, char *why, size_t why_size);

/*
 * Let perf write its result, wait for it and free @perftool (NULL: 0, nothing to do). Returns
 * perf's exit code, 128 + signal if it was killed, or -ETIMEDOUT if it had to be killed by us
 * since it had not ended after 30 seconds. @why is set for everything but 0.
 */
int perftool_finish(struct perftool *perftool, char *why, size_t why_size);

#endif
