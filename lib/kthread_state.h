/* SPDX-License-Identifier: MIT */
/*
 * The state word of a kthread, and what the files around it share.
 *
 * T is the thread, a controller is anybody else. Every change of the word is one compare-and-swap
 * through state_advance(), which also wakes whoever the change concerns; nothing else ever wakes.
 *
 * bit     meaning                                set by       cleared by     a stale value costs
 * PARK    somebody wants T parked                anybody      unpark,        T: a turn of its loop
 *                                                             timeout        more; T tests it again
 *                                                                            before it sleeps
 * PARKED  T is in the parked position; it stays  T only       unpark; T when a retry of the CAS
 *         there while PARKED is set                           STOP is set
 * STOP    T shall end; for ever                  stop         never          as PARK
 * EXITED  T executes no thread function any more T, at last   never          a retry of the CAS
 * WAKE    token of kthread_wake()                wake           T, when it     a retry; it is never
 *                                                               takes it       taken without a CAS
 * SLEEP   T sleeps on the word or is about to:   T            who wakes T    an idle system call,
 *         whoever gives T a reason clears it                                 never a lost wake: the
 *         and wakes T                                                        futex tests the word
 * BIND    a controller binds T's thread id;      unpark,      the same       T: none, it waits for
 *         T may not leave park or gate: it       kthread_bind controller     the word to change
 *         could end and its id be used again
 * SELF    T itself wants to park: a timed-out    T            unpark         a retry of the CAS
 *         parker may not take PARK back
 * FD      T has an eventfd that mirrors "PARK,   T            never          a retry of the CAS
 *         STOP or WAKE is set"
 * NEW     T has not been let through its gate    create         wake, unpark;  a retry of the CAS
 *                                                               T to leave
 * STIRRED T has noticed that it left its futex  T            unpark         a system call: unpark
 *         while PARKED, or ran last away from                                binds T once more. Not
 *         home: its binding may be gone. A sleep                             set: T finds out when
 *         that the kernel restarts goes unnoticed                            it arrives
 * AWAITED a controller sleeps on the word or is  who waits    who gives it   as SLEEP; a parker
 *         about to: as SLEEP, for controllers                 a reason       that gives up may
 *                                                                            leave it set
 * NREQ    controllers that asked for this park   parkers      a parker that  a request that nobody
 *         and have not given up, whether they                 gives up; 0    takes back
 *         wait still or are done                              with GEN + 1
 * GEN     counts the ends of park requests:      unpark, timeout, T's exit   a parker that sleeps
 *         a parker of an older generation is                                 through 32768 of them
 *         done, whatever the other bits say                                  waits for the next
 */
#ifndef KPARK_KTHREAD_STATE_H
#define KPARK_KTHREAD_STATE_H

#include "completion.h"
#include "futex.h"
#include "spin.h"
#include "stack.h"

#include <kpark/kthread.h>

#include <pthread.h>
#include <stdatomic.h>

enum {
	PARK = 1u << 0,
	PARKED = 1u << 1,
	STOP = 1u << 2,
	EXITED = 1u << 3,
	WAKE = 1u << 4,
	SLEEP = 1u << 5,
	BIND = 1u << 6,
	SELF = 1u << 7,
	FD = 1u << 8,
	NEW = 1u << 9,
	STIRRED = 1u << 10,
	AWAITED = 1u << 11,
	NREQ_ONE = 1u << 12,
	NREQ = KTHREAD_PARKERS_MAX * NREQ_ONE,
	GEN_ONE = 1u << 17,
};

_Static_assert(NREQ + NREQ_ONE == GEN_ONE, "NREQ fills the bits below GEN");

#define CACHE_LINE_BYTES 64

struct kthread {
	/* Any thread; see the table above. Alone on its line with what T needs when it wakes. */
	_Alignas(CACHE_LINE_BYTES) _Atomic uint32_t state;
	_Atomic uint32_t arrival; /* T writes, see arrival.c; controllers add a mark */
	_Atomic int cpu;	  /* kthread_bind() writes, under BIND */
	_Atomic int last_cpu;	  /* T writes when it goes to sleep; where it may be expected */
	bool told_to_park;	  /* T only: it may return from threadfn in order to park */
	int result;		  /* T writes before EXITED */
	int fd;			  /* T writes before FD */
	struct spinner idle;	  /* T only, but for the limit: looking for work and for unpark */

	/* Controllers. Not on T's line, where each of their notes would slow T down. */
	_Alignas(CACHE_LINE_BYTES) struct spinner parks; /* waiting for PARKED */
	struct spinner arrivals;			 /* waiting for T to run */
	_Atomic uint32_t bound_epoch;			 /* of the last binding; under BIND */
	_Atomic uint64_t nr_binds;
	_Atomic uint64_t nr_elided;
	_Atomic uint64_t nr_repaired; /* T writes, and the next one: rare */
	_Atomic uint64_t nr_astray;

	/* Set once before T starts. */
	_Alignas(CACHE_LINE_BYTES) int (*threadfn)(void *data);
	void *data;
	const struct kthread_epoch *epoch; /* NULL: no binding is ever taken for granted */
	bool is_per_cpu;
	bool trims_stack;
	char name[KTHREAD_NAME_LEN + 1];
	struct stack stack;
	/* T only: what kthread_trim_stack() found. */
	struct stack_range own_stack;

	pthread_t thread;	   /* the creator, before anybody else has the pointer */
	pid_t tid;		   /* T, before it completes created */
	struct completion created; /* T sits at its gate */
	_Atomic uint32_t refs;
};

/* What T has to react to; kthread_fd() is readable while one of them is set. */
#define PENDING ((uint32_t)(PARK | STOP | WAKE))

/*
 * The arrival word: the generation in which T parked last, the one in whose park it was before it
 * ran last, 15 bits of each, and two marks. Only T changes generations.
 */
enum {
	ARRIVAL_AWAITED = 1u << 0, /* a controller sleeps on this word */
	ARRIVAL_ASTRAY = 1u << 1,  /* T ran last on a CPU that is not its own */
	ARRIVAL_PARKED_SHIFT = 2,
	ARRIVAL_RAN_SHIFT = 17,
	ARRIVAL_GEN_MASK = 0x7fff,
};

static inline uint32_t generation(uint32_t word)
{
	return word / GEN_ONE;
}

/* state.c. */

uint32_t state_load(struct kthread *k);

/* Change the word from *@old to @next and wake; false with *@old refreshed if it had changed. */
bool state_advance(struct kthread *k, uint32_t *old, uint32_t next);

/*
 * T: with SLEEP in @old sleep until somebody clears it, without it set it, after a spin if T may;
 * or just look again. Returns the word as it is then.
 */
uint32_t state_sleep(struct kthread *k, uint32_t old);

/*
 * A controller: sleep until the word has changed in a way that controllers wait for, or just look
 * again. 0 or -ETIMEDOUT; *@old is refreshed.
 */
int state_await(struct kthread *k, uint32_t *old, uint64_t deadline_ns);

/* T: make the descriptor's readiness agree with the word again after requests have gone. */
void fd_settle(struct kthread *k);

/* Make the descriptor readable. FD must be set, or be about to be. */
void fd_signal(struct kthread *k);

/* bind.c. */

uint32_t bind_epoch_now(const struct kthread_epoch *epoch);

/* Must T be bound before it is released from @state? Not if it cannot have lost its CPU. */
bool bind_is_needed(struct kthread *k, uint32_t state);

/* The other answer has been acted upon. */
void bind_note_elided(struct kthread *k);

/* Bind T to its CPU, under BIND. 0 or -errno. */
int bind_again(struct kthread *k);

/* T: is it on its CPU, if need be after binding itself? */
bool bind_verify(struct kthread *k, bool may_repair);

/* arrival.c. */

/* T parks in generation @gen; @is_again: without having run since the park before. */
void arrival_park(struct kthread *k, uint32_t gen, bool is_again);

/* T runs, for the first time after it was parked. */
void arrival_run(struct kthread *k, bool is_home);

/* T: was it away from home when it ran last? */
bool arrival_is_astray(struct kthread *k);

/*
 * Wait until T has run after its park of generation @gen, or was parked again before it could.
 * 0; -ECANCELED; -EXDEV it is not on its CPU.
 */
int kthread_await_arrival(struct kthread *k, uint32_t gen);

/* park.c, for T in kthread.c. */

/* Wait at the gate. True: enter threadfn; false: stopped before. */
bool kthread_pass_gate(struct kthread *k);

/* Park if asked to. True if it parked. */
bool kthread_park_here(struct kthread *k);

/* The last change of the word that T makes. */
void kthread_mark_exited(struct kthread *k);

/* sleep.c, for kthread_stop(). 0 or -EALREADY. */
int kthread_request_stop(struct kthread *k);

#endif
