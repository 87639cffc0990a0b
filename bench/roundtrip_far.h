/* SPDX-License-Identifier: MIT */
/* roundtrip_far - the threads of the far side: made where they belong, watched, waited for. */
#ifndef BENCH_ROUNDTRIP_FAR_H
#define BENCH_ROUNDTRIP_FAR_H

#include "roundtrip.h"

#include <pthread.h>

/* The CPU of the @index-th thread. */
unsigned int far_cpu(const struct roundtrip_site *site, size_t index);

/* pthread_create() on one CPU, with a small stack. 0 or -errno. */
int far_create(pthread_t *thread, unsigned int cpu, void *(*run)(void *arg), void *arg);

/* The thread: I am here. */
void far_enter(struct roundtrip_far *far);

/* The thread: I have seen the operation; with the time, or without what that costs. */
void far_answer(struct roundtrip_far *far);
void far_answer_stamped(struct roundtrip_far *far);

/* One look of many: lets others run on this CPU. -ETIMEDOUT once @deadline_ns has passed. */
int far_pause(uint64_t deadline_ns);

/* Until each thread has seen @nr operations. 0 or -ETIMEDOUT. */
int far_await_answers(const struct roundtrip_block *block, uint64_t nr);

/* Until each thread has entered: a park before that would keep it from its function. */
int far_await_entry(const struct roundtrip_block *block);

/* Until each thread has entered; then watch them. 0, -ETIMEDOUT, -EMFILE or another -errno. */
int far_watch(struct roundtrip_block *block);
void far_unwatch(struct roundtrip_block *block);

/* Until the kernel shows every thread waiting in a system call. 0, -ETIMEDOUT or -errno. */
int far_await_sleep(const struct roundtrip_block *block);

/* CPU time of all threads of the far side. */
uint64_t far_cpu_ns(const struct roundtrip_block *block);

#endif
