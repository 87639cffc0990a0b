/* SPDX-License-Identifier: MIT */
/* The subject: threads are created once, parked while their CPU is away, unparked when it is back.
 */
#include "contender.h"

#include <errno.h>
#include <kpark/kthread.h>
#include <stdlib.h>

static int park_threadfn(void *data)
{
	struct tenant *t = data;
	int ret = tenant_begin(t);

	while (!ret && !kthread_should_stop()) {
		kthread_parkme();
		tenant_arrive(t);
		if (!tenant_work(t))
			kthread_sleep();
	}
	tenant_end(t);
	return ret;
}

static void park_wake(void *kthread)
{
	kthread_wake(kthread);
}

static int park_prepare(struct tenancy *ty)
{
	struct kthread_attr attr = {
		.stack_bytes = ty->setup->stack_bytes,
		.node = NUMA_NO_NODE,
		.cpu = (int)ty->real_cpu,
		.per_cpu = true,
		.parked = true,
		.spin_ns = ty->setup->spin_ns,
	};

	ty->kthreads = calloc(ty->nr_tenants, sizeof(struct kthread *));
	ty->results = calloc(ty->nr_tenants, sizeof(*ty->results));
	if (!ty->kthreads || !ty->results)
		return -ENOMEM;
	for (size_t i = 0; i < ty->nr_tenants; i++) {
		struct tenant *t = &ty->tenants[i];

		t->kthread =
			kthread_create_attr(&attr, park_threadfn, t, "park/%u.%zu", ty->cpu, i);
		if (!t->kthread)
			return -errno;
		t->duty->wake = park_wake;
		t->duty->wake_arg = t->kthread;
		ty->kthreads[i] = t->kthread;
	}
	return 0;
}

static int park_startup(struct tenancy *ty)
{
	int ret;

	for (size_t i = 0; i < ty->nr_tenants; i++)
		tenant_expect(&ty->tenants[i]);
	ret = kthread_unpark_many(ty->kthreads, ty->nr_tenants, ty->results);
	if (!ret)
		return 0;
	kthread_park_many(ty->kthreads, ty->nr_tenants, ty->results);
	for (size_t i = 0; i < ty->nr_tenants; i++)
		tenant_unexpect(&ty->tenants[i]);
	return ret;
}

static int park_teardown(struct tenancy *ty)
{
	return kthread_park_many(ty->kthreads, ty->nr_tenants, ty->results);
}

static void park_add_spins(const struct tenancy *ty, struct spin_result *spins)
{
	for (size_t i = 0; i < ty->nr_tenants; i++) {
		struct kthread_stats stats;

		kthread_read_stats(ty->kthreads[i], &stats);
		spins->nr_waits += stats.parks.nr;
		spins->nr_won += stats.parks.nr_won;
		spins->spun_ns += stats.parks.spun_ns;
	}
}

static void park_finish(struct tenancy *ty)
{
	for (size_t i = 0; ty->kthreads && i < ty->nr_tenants; i++)
		if (ty->kthreads[i])
			kthread_stop(ty->kthreads[i]);
	free(ty->kthreads);
	free(ty->results);
}

const struct contender contender_park = {
	.name = "park",
	.summary = "parks the threads and unparks them (kthread_park of this library)",
	.pin = "attribute, again at each unpark",
	.has_threads = true,
	.leaves = LEAVES_ASLEEP,
	.prepare = park_prepare,
	.finish = park_finish,
	.startup = park_startup,
	.teardown = park_teardown,
	.add_spins = park_add_spins,
};
