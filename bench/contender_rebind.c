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

/* All of them, or as before: 0 or -errno. */
static int set_all(struct tenancy *ty, const struct cpumask *mask, const struct cpumask *before)
{
	int ret = 0;
	size_t nr = 0;

	while (nr < ty->nr_tenants && !ret)
		ret = set_affinity(&ty->tenants[nr++], mask);
	for (size_t i = 0; ret && i < nr; i++)
		set_affinity(&ty->tenants[i], before);
	return ret;
}

static void own_cpu(const struct tenancy *ty, struct cpumask *ret_mask)
{
	cpumask_clear(ret_mask);
	cpumask_set_cpu(ty->real_cpu, ret_mask);
}

static int rebind_teardown(struct tenancy *ty)
{
	struct cpumask own;

	own_cpu(ty, &own);
	return set_all(ty, ty->elsewhere, &own);
}

static int rebind_startup(struct tenancy *ty)
{
	struct cpumask own;
	int ret;

	own_cpu(ty, &own);
	ret = set_all(ty, &own, ty->elsewhere);
	/* Only now: a thread that runs elsewhere would report its arrival there. */
	for (size_t i = 0; i < ty->nr_tenants && !ret; i++) {
		tenant_expect(&ty->tenants[i]);
		worker_wake(&ty->tenants[i].worker);
	}
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
