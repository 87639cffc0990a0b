/* SPDX-License-Identifier: MIT */
#include "kthread_state.h"

#include "futex.h"

#include <sched.h>

#define LOOKS_PER_CLOCK 8 /* of some 40 ns each; what a spin may be late by at its end */

void spinner_set_limit(struct spinner *spinner, uint64_t limit_ns)
{
	if (limit_ns > KTHREAD_SPIN_NS_MAX)
		limit_ns = KTHREAD_SPIN_NS_MAX;
	/* Whatever was learnt, was learnt with another limit. */
	atomic_store_explicit(&spinner->skips, 0, memory_order_relaxed);
	atomic_store_explicit(&spinner->nr_to_skip, 0, memory_order_relaxed);
	atomic_store_explicit(&spinner->limit_ns, limit_ns, memory_order_relaxed);
}

static uint64_t counter_read(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit((_Atomic uint64_t *)(uintptr_t)counter, memory_order_relaxed);
}

void spinner_read(const struct spinner *spinner, struct kthread_spins *ret_spins)
{
	ret_spins->nr = counter_read(&spinner->nr_spins);
	ret_spins->nr_won = counter_read(&spinner->nr_won);
	ret_spins->spun_ns = counter_read(&spinner->spun_ns);
}

/* The CPU that T runs on, or will when it is woken, as far as anybody can tell. */
static int cpu_of(struct kthread *k)
{
	int cpu = atomic_load_explicit(&k->cpu, memory_order_relaxed);

	return cpu >= 0 ? cpu : atomic_load_explicit(&k->last_cpu, memory_order_relaxed);
}

bool spin_shares_cpu(struct kthread *k)
{
	return sched_getcpu() == cpu_of(k);
}

void spin_begin(struct spin *spin, struct kthread *k, struct spinner *spinner)
{
	*spin = (struct spin){
		.spinner = spinner,
		.left_ns = atomic_load_explicit(&spinner->limit_ns, memory_order_relaxed),
		/* T itself does not know who will wake it, and from where. */
		.cpu_of_other = k == kthread_self() ? -1 : cpu_of(k),
	};
}

/* Is it this wait's turn to leave it? */
static bool has_to_skip(struct spinner *spinner)
{
	uint32_t left = atomic_load_explicit(&spinner->nr_to_skip, memory_order_relaxed);

	if (!left)
		return false;
	atomic_store_explicit(&spinner->nr_to_skip, left - 1, memory_order_relaxed);
	return true;
}

static void pause_a_moment(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	/* Longer than yield, which most cores take for nothing at all. */
	__asm__ volatile("isb" ::: "memory");
#endif
}

/* Some looks, as long as no clock is needed. */
static bool look(_Atomic uint32_t *word, uint32_t *old)
{
	for (int i = 0; i < LOOKS_PER_CLOCK; i++) {
		/* pairs with state_advance() [P1], [P2] or with arrival_publish() [P4] */
		uint32_t now = atomic_load_explicit(word, memory_order_acquire);

		if (now != *old) {
			*old = now;
			return true;
		}
		pause_a_moment();
	}
	return false;
}

static bool stop_spinning(struct spin *spin)
{
	spin->left_ns = 0;
	return false;
}

bool spin_on(struct spin *spin, _Atomic uint32_t *word, uint32_t *old, uint64_t deadline_ns)
{
	uint64_t begin_ns, spent_ns, now_ns;
	bool has_changed;

	if (!spin->left_ns)
		return false;
	if (sched_getcpu() == spin->cpu_of_other || (!spin->spun_ns && has_to_skip(spin->spinner)))
		return stop_spinning(spin);
	begin_ns = futex_now_ns();
	if (begin_ns >= deadline_ns)
		return stop_spinning(spin);
	do {
		has_changed = look(word, old);
		now_ns = futex_now_ns();
		spent_ns = now_ns - begin_ns;
	} while (!has_changed && spent_ns < spin->left_ns && now_ns < deadline_ns &&
		 sched_getcpu() != spin->cpu_of_other);
	spin->spun_ns += spent_ns;
	spin->left_ns = has_changed && spent_ns < spin->left_ns ? spin->left_ns - spent_ns : 0;
	return has_changed;
}

void spin_end(struct spin *spin)
{
	struct spinner *spinner = spin->spinner;
	uint32_t skips = 0;

	if (!spin->spun_ns)
		return;
	if (!spin->left_ns) {
		skips = atomic_load_explicit(&spinner->skips, memory_order_relaxed) * 2 + 1;
		if (skips > SPIN_SKIPS_MAX)
			skips = SPIN_SKIPS_MAX;
		atomic_store_explicit(&spinner->nr_to_skip, skips, memory_order_relaxed);
	}
	atomic_store_explicit(&spinner->skips, skips, memory_order_relaxed);
	atomic_fetch_add_explicit(&spinner->nr_spins, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&spinner->nr_won, spin->left_ns > 0, memory_order_relaxed);
	atomic_fetch_add_explicit(&spinner->spun_ns, spin->spun_ns, memory_order_relaxed);
}
