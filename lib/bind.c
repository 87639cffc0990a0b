/* SPDX-License-Identifier: MIT */
/* Binding a thread to its CPU: when it is necessary, doing it, and whether it has held. */
#include "kthread_state.h"

#include <errno.h>
#include <sched.h>

/* sched_setaffinity() takes the short set as one with nothing above it. */
static int bind_thread(struct kthread *k, unsigned int cpu)
{
	size_t bytes = (cpu / CPUMASK_BITS_PER_LONG + 1) * sizeof(unsigned long);
	struct cpumask mask;

	memset(&mask, 0, bytes);
	cpumask_set_cpu(cpu, &mask);
	return sched_setaffinity(k->tid, bytes, (cpu_set_t *)mask.bits) ? -errno : 0;
}

static void count(_Atomic uint64_t *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/*
 * Relaxed, here and below: what an epoch counts are changes of the kernel's, which it does not
 * order. Whoever reports one before an unpark is ordered to it by the callers' own means, and then
 * the unpark sees the newer count.
 */
void kthread_affinity_changed(struct kthread_epoch *epoch)
{
	__atomic_fetch_add(&epoch->nr_changes, 1, __ATOMIC_RELAXED);
}

uint32_t bind_epoch_now(const struct kthread_epoch *epoch)
{
	return epoch ? __atomic_load_n(&epoch->nr_changes, __ATOMIC_RELAXED) : 0;
}

bool bind_is_needed(struct kthread *k, uint32_t state)
{
	if (!k->is_per_cpu || (state & (PARKED | STOP)) != PARKED)
		return false;
	return !k->epoch || (state & STIRRED) ||
	       bind_epoch_now(k->epoch) !=
		       atomic_load_explicit(&k->bound_epoch, memory_order_relaxed);
}

void bind_note_elided(struct kthread *k)
{
	count(&k->nr_elided);
}

int bind_again(struct kthread *k)
{
	/* Before the call: a change that comes during it counts as one after it. */
	uint32_t epoch = bind_epoch_now(k->epoch);
	int cpu = atomic_load_explicit(&k->cpu, memory_order_relaxed); /* constant by now */
	int ret = bind_thread(k, (unsigned int)cpu);

	if (ret)
		return ret;
	atomic_store_explicit(&k->bound_epoch, epoch, memory_order_relaxed);
	count(&k->nr_binds);
	return 0;
}

bool bind_verify(struct kthread *k, bool may_repair)
{
	int cpu = atomic_load_explicit(&k->cpu, memory_order_relaxed); /* constant by now */
	bool is_home = sched_getcpu() == cpu;

	if (is_home || !may_repair)
		return is_home;
	/* Nobody else binds T now: it is not parked. */
	is_home = !bind_thread(k, (unsigned int)cpu) && sched_getcpu() == cpu;
	count(is_home ? &k->nr_repaired : &k->nr_astray);
	return is_home;
}

int kthread_bind(struct kthread *k, unsigned int cpu)
{
	uint32_t old = state_load(k);
	int ret;

	if (cpu >= CPUMASK_NR_CPUS || k->is_per_cpu)
		return -EINVAL;
	for (;;) {
		if (!(old & NEW))
			return -EINVAL;
		if (old & BIND)
			state_await(k, &old, FUTEX_NO_DEADLINE);
		else if (state_advance(k, &old, old | BIND))
			break;
	}
	ret = bind_thread(k, cpu);
	if (!ret)
		atomic_store_explicit(&k->cpu, (int)cpu, memory_order_relaxed); /* BIND orders it */
	old = state_load(k);
	/* T has been kept at its gate meanwhile: let it look at what came. */
	while (!state_advance(k, &old, old & ~(uint32_t)(BIND | SLEEP)))
		;
	return ret;
}
