/* SPDX-License-Identifier: MIT */
/*
 * torture_internal - what torture*.c share.
 *
 * A victim's ledger is relaxed atomics on purpose: nothing but the library shall order the victim
 * against its controllers, or the check would hide what it looks for.
 */
#ifndef BENCH_TORTURE_INTERNAL_H
#define BENCH_TORTURE_INTERNAL_H

#include "random.h"
#include "torture.h"

#include <kpark/kthread.h>

#include <pthread.h>
#include <stdatomic.h>

#define relaxed_load(object)	    atomic_load_explicit(object, memory_order_relaxed)
#define relaxed_store(object, next) atomic_store_explicit(object, next, memory_order_relaxed)
#define relaxed_add(object, n)	    atomic_fetch_add_explicit(object, n, memory_order_relaxed)

/* Small, but enough for what sanitizers put on it. */
#define TORTURE_STACK_BYTES ((size_t)1 << 20)

/* Where a victim is in its function; it is the last phase it has reached. */
enum victim_phase {
	PHASE_NEW,     /* its function has not been entered */
	PHASE_RUNNING, /* a turn of its loop */
	PHASE_WAITING, /* in kthread_sleep() or poll() */
	PHASE_PARKING, /* in kthread_parkme() */
	PHASE_BACK,    /* has returned in order to park */
	PHASE_LEAVING, /* will not come back */
};

enum victim_wait { WAIT_SLEEP, WAIT_POLL, WAIT_YIELD, NR_VICTIM_WAITS };

struct victim_kind {
	enum victim_wait wait;
	bool is_per_cpu;
	bool returns_to_park; /* the style of 2012 */
	bool is_created_parked;
	bool is_started;
	bool is_affine;	     /* bound once, before it starts; no unpark may bind it again */
	bool leaves_by_exit; /* kthread_exit() instead of return */
	unsigned int cpu;    /* of a per-CPU or affine one */
	int result;
};

struct torture;

struct victim {
	struct torture *t;
	struct kthread *k;
	struct victim_kind kind;
	unsigned int slot;
	atomic_uint refs;

	/* The victim's side of the ledger. */
	_Alignas(64) atomic_ulong nr_turns;
	atomic_int phase;
	atomic_ulong nr_parked; /* entries and returns from kthread_parkme(): at least its parks */
	atomic_bool is_leaving;
	bool is_entered;	     /* read after stop */
	unsigned long scratch, note; /* plain: the library alone orders them, see hold */

	/* The controllers'. */
	_Alignas(64) atomic_ulong nr_releases_begun; /* unparks and stops */
	atomic_ulong nr_releases_done;
	atomic_ulong nr_parks_begun, nr_parks_active;
	atomic_ulong nr_held; /* parks that were seen to be entered, and left by running */
	atomic_bool wants_selfpark, wants_exit;
	atomic_ulong nr_submitted, nr_pending, nr_worked;
	/* Shared by who unparks or stops, exclusive for who wants a park undisturbed. */
	pthread_rwlock_t release;
};

struct slot {
	pthread_mutex_t lock;
	struct victim *victim; /* NULL while it is renewed */
	struct victim *newest; /* the same, or the one that is being stopped; for the dump */
};

/* What somebody is waiting for, for the watchdog. */
struct watch {
	_Atomic uint64_t since_ns; /* 0: for nothing */
	atomic_int invariant;	   /* the one that is broken if it takes for ever */
	_Atomic(const char *) what;
	atomic_int slot; /* or -1 */
};

struct controller_thread {
	struct torture *t;
	unsigned int index;
	struct random random;
	uint64_t nr_ops_max; /* UINT64_MAX: until the time is over */
	_Atomic uint64_t nr_ops;
	struct torture_count counts[NR_TORTURE_OPS];
	struct watch watch;
	pthread_t thread;
	bool is_started;
	atomic_bool is_done;
};

struct hostile {
	struct torture *t;
	unsigned int slot;
	struct random random;
	uint64_t nr_wakes, nr_signals;
	pthread_t thread;
	bool is_started;
};

struct torture_ladder;

struct torture {
	const struct torture_options *options;
	struct torture_report *report;
	struct slot *slots;
	struct controller_thread *controllers;
	struct controller_thread closer;
	struct hostile *hostiles;
	struct torture_ladder *ladder; /* NULL: no CPU walks */
	unsigned int *cpus;	       /* that walk the ladder */
	size_t nr_cpus;
	size_t nr_stable_cpus; /* the first of them, which never really go away: for victims */
	_Atomic uint64_t pause_until_ns;
	atomic_bool is_over, is_calm; /* controllers end; hostile ones end */
	atomic_int invariant;	      /* the first that was broken */
	_Atomic uint64_t nr_checks[9];
	_Atomic uint64_t nr_created, nr_stopped, nr_injected;
};

/* torture.c */

/* The first one is kept, and ends the run. */
void torture_violation(struct torture *t, int invariant, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void torture_checked(struct torture *t, int invariant);

void watch_begin(struct controller_thread *c, int invariant, const char *what, int slot);
void watch_end(struct controller_thread *c);

/* One step of polling: soon first, then seldom. @nr is 0 at first. */
void torture_linger(unsigned int *nr);

/* torture_victim.c */

/* NULL: somebody renews it. Give it back with victim_put(). */
struct victim *victim_get(struct torture *t, unsigned int slot);
void victim_put(struct victim *v);

/* 0 or -errno. The new victim is in its slot. */
int victim_create(struct torture *t, unsigned int slot, const struct victim_kind *kind);

/* The slot is empty afterwards. -ENOENT: it was. Checks what stop returned. */
int victim_stop(struct controller_thread *c, unsigned int slot);

/* Around every unpark and stop. */
void victim_release_begin(struct victim *v);
void victim_release_end(struct victim *v);

/* "victim 3 (per-CPU 1, parkme, sleep)" */
const char *victim_name(const struct victim *v, char *buf, size_t size);
#define VICTIM_NAME_BYTES 96

const char *victim_phase_name(int phase);

/* torture_ops.c */

/* Everything that an operation needs is drawn before it: what happens changes no later draw. */
struct torture_draw {
	enum torture_op op;
	unsigned int slots[4];
	uint64_t a, b, c;
};

void torture_draw(struct controller_thread *c, struct torture_draw *ret);

/* 1 done; 0 tried and refused; -1 there was nobody to do it to. */
int torture_do(struct controller_thread *c, const struct torture_draw *draw);

/* For the end: let every victim run and finish its work, then stop it. */
void torture_drain(struct controller_thread *c);

/* torture_inject.c */

/* Failures that the kernel makes, in a thread that lives for this alone. As torture_do(). */
int torture_inject(struct controller_thread *c, const struct torture_draw *draw);

/* torture_ladder.c */

/* 0 or -errno. */
int torture_ladder_init(struct torture *t);
int torture_ladder_move(struct controller_thread *c, const struct torture_draw *draw);
int torture_ladder_kind(struct controller_thread *c);

/* All CPUs up, all work done, every callback in balance. */
void torture_ladder_close(struct controller_thread *c);
void torture_ladder_fini(struct torture *t);

/* torture_kind.c */

struct smpboot;

/* 1; or -errno of what should have worked. */
int torture_short_kind(struct torture *t, struct smpboot *sb, unsigned int nr_cpus);

/* torture_dump.c */

void torture_dump(struct torture *t);

#endif
