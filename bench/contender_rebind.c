/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's workqueues do: the threads run on. On the way down they may run anywhere but
 * on CPUs of the plan, on the way up they are bound to their own again.
 */
#include "contender.h"

#include "worker_set.h"

static int set_affinity(const struct tenant *t, const struct cpumask *mask)
{
	return -pthread_setaffinity_np(t->worker.thread, sizeof(*mask),
				       (const cpu_set_t *)mask->bits);
}

static int rebind_teardown(struct tenancy *ty)
{
	int ret = 0;

	for (size_t i = 0; i < ty->nr_tenants && !ret; i++)
		ret = set_affinity(&ty->tenants[i], ty->elsewhere);
	return ret;
}

static int rebind_startup(struct tenancy *ty)
{
	struct cpumask own;
	int ret = 0;

	cpumask_clear(&own);
	cpumask_set_cpu(ty->real_cpu, &own);
	for (size_t i = 0; i < ty->nr_tenants && !ret; i++) {
		struct tenant *t = &ty->tenants[i];

		ret = set_affinity(t, &own);
		/* Only now: a thread that runs elsewhere would report its arrival there. */
		if (!ret) {
			tenant_expect(t);
			worker_wake(&t->worker);
		}
	}
	if (ret)
		rebind_teardown(ty);
	return ret;
}

const struct contender contender_rebind = {
	.name = "rebind",
	.summary = "lets the threads run elsewhere and binds them again (as workqueues do)",
	.pin = "sched_setaffinity by the controller",
	.has_threads = true,
	.leaves = LEAVES_MOVED,
	.prepare = worker_set_prepare_running,
	.finish = worker_set_finish,
	.startup = rebind_startup,
	.teardown = rebind_teardown,
};
