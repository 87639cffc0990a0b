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

bool bind_is_needed(struct kthread *k, uint32_t state)
{
	return k->is_per_cpu && (state & (PARKED | STOP)) == PARKED;
}

int bind_again(struct kthread *k)
{
	int cpu = atomic_load_explicit(&k->cpu, memory_order_relaxed); /* constant by now */

	return bind_thread(k, (unsigned int)cpu);
}

bool bind_verify(struct kthread *k)
{
	/* Constant by now. */
	return sched_getcpu() == atomic_load_explicit(&k->cpu, memory_order_relaxed);
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
