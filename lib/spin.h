/* SPDX-License-Identifier: MIT */
/*
 * spin - look at a word for a short while before sleeping on it, where that has paid before.
 *
 * A sleeper across CPUs has to be woken, which takes longer than most of what is waited for here;
 * who looks on needs no wake. The price is the CPU time burnt, so it is bounded per wait, it is
 * counted, and a wait that spun in vain is followed by 1, 3, 7, ... up to SPIN_SKIPS_MAX that do
 * not try. A spin that was worth it starts that series again.
 */
#ifndef KPARK_SPIN_H
#define KPARK_SPIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct kthread;
struct kthread_spins;

#define SPIN_SKIPS_MAX 255u

/*
 * One kind of wait for one thread, and what is known about spinning in it. All relaxed: they order
 * nothing, and two who update at once lose no more than one lesson.
 */
struct spinner {
	_Atomic uint64_t limit_ns; /* per wait; 0 is never */
	_Atomic uint32_t skips;	   /* how many waits the next failure will cost */
	_Atomic uint32_t nr_to_skip;
	_Atomic uint64_t nr_spins;
	_Atomic uint64_t nr_won;
	_Atomic uint64_t spun_ns;
};

/* One wait, on the stack of who waits. */
struct spin {
	struct spinner *spinner;
	uint64_t left_ns;
	uint64_t spun_ns;
	int cpu_of_other; /* to be there makes no sense; -1 unknown */
};

/* @limit_ns: at most KTHREAD_SPIN_NS_MAX is taken of it. */
void spinner_set_limit(struct spinner *spinner, uint64_t limit_ns);
static inline bool spinner_is_on(const struct spinner *spinner)
{
	return atomic_load_explicit((_Atomic uint64_t *)(uintptr_t)&spinner->limit_ns,
				    memory_order_relaxed) > 0;
}

void spinner_read(const struct spinner *spinner, struct kthread_spins *ret_spins);

/* Is the caller on T's CPU, as far as anybody can tell? */
bool spin_shares_cpu(struct kthread *k);

/* Begin a wait that T will end. Decides nothing yet and costs next to nothing. */
void spin_begin(struct spin *spin, struct kthread *k, struct spinner *spinner);

/*
 * Look at @word until it is no longer *@old: true, and *@old is refreshed with an acquire load that
 * pairs with who changes the word. False: do not spin (any more), sleep.
 */
bool spin_on(struct spin *spin, _Atomic uint32_t *word, uint32_t *old, uint64_t deadline_ns);

/* End a wait: learn from it, and count it. */
void spin_end(struct spin *spin);

#endif
