/* SPDX-License-Identifier: MIT */
/*
 * explore - run the library's own C code under every schedule there is, up to a bound.
 *
 * The library is compiled with explore_shim.h, which puts a point before each access to an atomic
 * and replaces threads, affinity and time. Threads are real, but only one runs at a time, and at
 * each point the explorer decides which: the same decisions give the same execution. Running on
 * costs nothing; taking the turn from a thread that could go on is a preemption, and a wait that
 * times out, or returns for no reason, before it has to is one, too. All schedules with at most
 * that many preemptions are tried, one after the other; then random priorities (PCT).
 *
 * The memory model is sequential consistency: what a weaker order does is not seen here.
 */
#ifndef TEST_EXPLORE_H
#define TEST_EXPLORE_H

#include <kpark/kthread.h>

#include <stdbool.h>
#include <stdint.h>

struct scenario {
	const char *name;
	const char *summary;
	int nr_spurious;	  /* waits that may return for no reason, per execution */
	void (*setup)(void);	  /* alone: no schedule is explored before it ends */
	void (*threads[4])(void); /* controllers, at once; NULL ends them */
	void (*finish)(void);	  /* alone, after them: everything has to end here */
};

/* Each ends with one that has no name. */
extern const struct scenario scenarios[];
extern const struct scenario scenarios_fast[];

/* A named point in a scenario. */
#define explore_point() explore_at(__FILE__, __LINE__)
void explore_at(const char *file, int line);

/* A check has failed: by which name, and what was seen. Does not return. */
void explore_fail(const char *check, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#define explore_check(condition, check)                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			explore_fail(check, "%s:%d: %s", __FILE__, __LINE__, #condition);          \
	} while (0)

/* What the calling thread waits for from here on: the name of the check if it never ends. */
void explore_doing(const char *check);

/* Virtual CPUs 0 to 3. */
int explore_cpu(void);			     /* where the caller is */
bool explore_is_bound_to(int tid, int cpu);  /* there and nowhere else */
void explore_set_affinity(int tid, int cpu); /* somebody from outside */
void explore_forget_affinity(int tid);	     /* may run anywhere; stays where it is */
void explore_stir(int tid);		     /* its sleep ends for no reason; back when it sleeps */
void explore_fail_affinity(int nr);	     /* the next @nr bindings give EINVAL */

/* Until @flag is set by somebody else. */
void explore_until(const bool *flag);

#endif
