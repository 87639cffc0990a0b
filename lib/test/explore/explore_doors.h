/* SPDX-License-Identifier: MIT */
/* explore_doors - what the explored copy of the library calls instead of the C library. */
#ifndef TEST_EXPLORE_DOORS_H
#define TEST_EXPLORE_DOORS_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

void explore_at(const char *file, int line);
void explore_at_relaxed(const char *file, int line);
int explore_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*main)(void *),
			   void *arg);
int explore_pthread_join(pthread_t thread, void **ret);
int explore_sched_setaffinity(pid_t tid, size_t size, const cpu_set_t *set);
int explore_cpu(void);
int explore_gettid(void);
int explore_sched_yield(void);

#endif
