/* SPDX-License-Identifier: MIT */
/* A per-CPU thread whose binding is taken for granted as long as an epoch stands still. */
#ifndef TEST_EPOCH_FIXTURE_H
#define TEST_EPOCH_FIXTURE_H

#include "affinity_probe.h"

struct homebody {
	struct kthread_epoch epoch;
	struct subject subject;
	atomic_ulong nr_abroad; /* turns on a CPU that is not its own */
	unsigned int cpus[2];	/* its own, and another */
	struct kthread *k;
};

static inline int stay_at_home(void *data)
{
	struct homebody *own = data;

	while (!kthread_should_stop()) {
		if (sched_getcpu() != (int)own->cpus[0])
			atomic_fetch_add(&own->nr_abroad, 1);
		atomic_fetch_add(&own->subject.nr_turns, 1);
		sched_yield();
		if (!atomic_load(&own->subject.is_deaf))
			kthread_parkme();
	}
	return 0;
}

/* It runs. @epoch: its own one, or NULL. */
static inline void homebody_start(struct homebody *own, const struct kthread_epoch *epoch)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;

	probe_reset();
	pick_cpus(own->cpus);
	attr.cpu = (int)own->cpus[0];
	attr.per_cpu = true;
	attr.epoch = epoch;
	own->k = kthread_start(kthread_create_attr(&attr, stay_at_home, own, "homebody"));
	assert_non_null(own->k);
	wait_for_turns(&own->subject);
}

static inline struct kthread_stats homebody_stats(struct homebody *own)
{
	struct kthread_stats stats;

	kthread_read_stats(own->k, &stats);
	return stats;
}

static inline void homebody_park(struct homebody *own)
{
	assert_int_equal(bounded(kthread_park(own->k)), 0);
	wait_until(is_asleep(kthread_tid(own->k)));
}

/* Whether this unpark binds it. It either does, or says that it has not. */
static inline bool homebody_is_bound_by_unpark(struct homebody *own)
{
	int nr_calls = atomic_load(&probe.nr_calls);
	struct kthread_stats before = homebody_stats(own), after;

	assert_int_equal(bounded(kthread_unpark(own->k)), 0);
	after = homebody_stats(own);
	nr_calls = atomic_load(&probe.nr_calls) - nr_calls;
	assert_int_equal(after.nr_binds - before.nr_binds, nr_calls);
	assert_int_equal(after.nr_elided - before.nr_elided, !nr_calls);
	wait_for_turns(&own->subject);
	return nr_calls > 0;
}

/* A thread may leave its sleep for no reason, and is bound for that, but not every time. */
static inline bool homebody_is_trusted_soon(struct homebody *own)
{
	bool is_bound = true;

	for (int i = 0; i < 200 && is_bound; i++) {
		homebody_park(own);
		is_bound = homebody_is_bound_by_unpark(own);
	}
	return !is_bound;
}

static inline void homebody_stop(struct homebody *own)
{
	assert_true(is_bound_to(kthread_tid(own->k), own->cpus[0]));
	assert_int_equal(atomic_load(&own->nr_abroad), 0);
	bounded(kthread_stop(own->k));
}

#endif
