/* SPDX-License-Identifier: MIT */
/* worker_set - the workers of one tenancy together, for the contenders made of plain pthreads. */
#ifndef BENCH_WORKER_SET_H
#define BENCH_WORKER_SET_H

struct tenancy;

/* Everything but the threads themselves. 0 or -errno. */
int worker_set_prepare(struct tenancy *ty);

/* worker_set_prepare(), and start the threads. 0 or -errno. */
int worker_set_prepare_running(struct tenancy *ty);

/* Tell all to stop, then join all. Accepts workers that do not run. */
void worker_set_stop(struct tenancy *ty);

/* Stop what runs and undo worker_set_prepare(), also when that failed. */
void worker_set_finish(struct tenancy *ty);

#endif
