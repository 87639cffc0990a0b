/* SPDX-License-Identifier: MIT */
/*
 * duty - what a per-CPU thread does while its CPU is up.
 *
 * A duty knows neither the contender nor the clock. The contender owns the thread, its loop, its
 * wait and its wake:
 *
 *	setup(dc); while (running) if (has_work(dc)) step(dc); else wait(); cleanup(dc);
 *
 * setup() runs in the thread, on its CPU, each time a thread starts: once for a thread that is
 * parked and unparked, again and again for one that is created anew. cleanup() mirrors it. What
 * has to survive the thread (the counts of accepted and done work) is in struct duty_cpu, which
 * belongs to the block.
 *
 * Work is counted in items. An item is accepted when somebody posts it (duty_post()) or when a step
 * makes one for itself (spin, pingpong: they are never out of work for long). A step does either
 * one posted item, or its own item together with all items posted before it began. So when the last
 * step was begun after the last post, accepted equals done once the threads have ended, for every
 * duty; a contender that waits for duty_backlog() to reach 0 before it ends them makes sure.
 *
 * The order in a block: duty_cpu_init(); the contender makes its threads; prepare(); any number of
 * threads, one after the other, each with duty_start() .. duty_stop(); finish(); the contender ends
 * its threads; verify(). Threads may already run before prepare() and still run after finish(): the
 * partner, which wakes them, is the first to go.
 *
 * To add one: write duty_<name>.c with `const struct duty duty_<name>`, add DUTY(<name>) to
 * duties.def.
 */
#ifndef WORKLOADS_DUTY_H
#define WORKLOADS_DUTY_H

#include "feed.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct duty;

/* What a duty needs besides its threads, made and removed outside every timed phase. */
struct duty_partner;

/* One thread's share of a duty. Fields say who writes them after duty_cpu_init(). */
struct duty_cpu {
	const struct duty *duty; /* nobody */
	unsigned int cpu;	 /* nobody; the CPU the thread belongs to */

	/* The caller of duty_cpu_init(): what each step writes, one byte a page. */
	size_t stack_touch_bytes; /* 64 KiB below the thread's stack size at most */
	size_t data_touch_bytes;  /* size of @data */

	/*
	 * The contender, before prepare(). wake() ends the contender's wait, now or the next time.
	 * Any thread may call it until finish() has returned, also while no thread of this struct
	 * exists or it is parked. NULL: nobody waits.
	 */
	void (*wake)(void *wake_arg);
	void *wake_arg;

	uint64_t (*now_ns)(void); /* the same; to tell how long fed items waited. NULL: not told */

	char *data;		   /* the thread, between duty_start() and duty_stop() */
	uint64_t random;	   /* the thread; @cpu at first */
	uint64_t made;		   /* the thread; items it made for itself */
	_Atomic uint64_t accepted; /* items posted or made: any thread, see duty_post() */
	_Atomic uint64_t done;	   /* items done: the thread alone adds, never above accepted */

	void *own;	       /* the thread, between setup() and cleanup() */
	struct feeder *feeder; /* prepare() and finish(), of the first thread only */
	struct feed feed;      /* of the duties that are fed, see there */

	struct duty_partner *partner; /* prepare() and finish(); NULL unless the duty has one */
	_Atomic uint32_t token;	      /* pingpong's word, see there */
	_Atomic uint64_t answered;    /* the partner; items it gave back */
};

struct duty {
	const char *name;    /* equals the file name without duty_ */
	const char *summary; /* one line of English */
	const char *unit;    /* what one count of step() is */
	bool is_fed;	     /* items arrive in duty_cpu.feed */

	/*
	 * Optional, harness side, for all @nr threads of a block at once; @dc is the first of @nr
	 * in a row. @partner_cpu is the CPU a partner thread may use. 0 or -errno. finish() joins
	 * the partner and accepts what prepare() never saw or failed on.
	 */
	int (*prepare)(struct duty_cpu *dc, size_t nr, unsigned int partner_cpu);
	void (*finish)(struct duty_cpu *dc, size_t nr);

	int (*setup)(struct duty_cpu *dc);     /* optional; 0 or -errno */
	void (*cleanup)(struct duty_cpu *dc);  /* optional; mirrors setup */
	bool (*has_work)(struct duty_cpu *dc); /* any time, also while another thread posts */
	uint64_t (*step)(struct duty_cpu *dc); /* bounded, <= 100 us; returns units done */

	/* After the block: did all accepted work happen, and nothing else? 0 or -EIO. */
	int (*verify)(const struct duty_cpu *dc);
};

/* In the order of duties.def; @ret_nr may not be NULL. */
const struct duty *const *duty_list(size_t *ret_nr);
const struct duty *duty_find(const char *name);

/* Zero all counts; wake, wake_arg and the bytes to touch are for the caller to set. */
void duty_cpu_init(struct duty_cpu *dc, const struct duty *duty, unsigned int cpu);

/*
 * In the thread: make dc->data, run the duty's setup; undo with duty_stop(). 0 or -errno, and then
 * nothing is left to undo.
 */
int duty_start(struct duty_cpu *dc);
void duty_stop(struct duty_cpu *dc);

/* In the thread: touch stack and data as asked, then step(). Returns items done, 0 without work. */
uint64_t duty_step(struct duty_cpu *dc);

/* Accept one work item and wake the thread. Any thread; the item is visible before the wake. */
void duty_post(struct duty_cpu *dc);

/* Accepted and not done yet. Any thread; 0 makes all work done visible to the caller. */
uint64_t duty_backlog(const struct duty_cpu *dc);

/*
 * For duties whose steps make an item of their own: accept it, with the returned value as the mark
 * up to which duty_complete() then counts everything as done. That one returns how many it were.
 */
uint64_t duty_accept_own(struct duty_cpu *dc);
uint64_t duty_complete(struct duty_cpu *dc, uint64_t mark);

/*
 * step() and verify() of duties that are fed: take an item, compute for @nr_turns turns of a few
 * ns, and do with it what was posted. No item is taken that was not put, none twice.
 */
uint64_t duty_step_fed(struct duty_cpu *dc, unsigned int nr_turns);
int duty_verify_fed(const struct duty_cpu *dc);

#endif
