/* SPDX-License-Identifier: MIT */
/*
 * Threads are kept and bound again: on the way down they finish what they do, wait at a turnstile
 * and are let go from their CPU, on the way up they are bound to it and let pass. What runtimes
 * with a thread pool do; unlike rebind nothing runs while the CPU is away. The pool is the CPU's
 * own, so that a thread comes back to where its tenant's memory is.
 */
#include "contender.h"

#include "turnstile_set.h"

/*
 * All wait at the turnstile or have left. One that has ended has no thread id any more, and to
 * bind "0" would bind the caller.
 */
static int bind_all(struct tenancy *ty, const struct cpumask *mask)
{
	int ret = 0;

	for (size_t i = 0; i < ty->nr_tenants && !ret; i++) {
		if (worker_has_left(&ty->tenants[i].worker))
			continue;
		ret = -pthread_setaffinity_np(ty->tenants[i].worker.thread, sizeof(*mask),
					      (const cpu_set_t *)mask->bits);
	}
	return ret;
}

static void own_cpu(const struct tenancy *ty, struct cpumask *ret_mask)
{
	cpumask_clear(ret_mask);
	cpumask_set_cpu(ty->real_cpu, ret_mask);
}

static int pool_startup(struct tenancy *ty)
{
	struct cpumask own;
	int ret;

	own_cpu(ty, &own);
	ret = bind_all(ty, &own);
	if (ret)
		bind_all(ty, ty->elsewhere);
	else
		turnstile_set_resume(ty);
	return ret;
}

/* Where they cannot be let go they go on working: the CPU stays. */
static int pool_teardown(struct tenancy *ty)
{
	struct cpumask own;
	int ret = turnstile_set_quiesce(ty);

	if (ret)
		return ret;
	ret = bind_all(ty, ty->elsewhere);
	if (!ret)
		return 0;
	own_cpu(ty, &own);
	bind_all(ty, &own);
	turnstile_set_let_go_on(ty);
	return ret;
}

const struct contender contender_pool = {
	.name = "pool",
	.summary = "keeps the threads in a pool, let go from their CPU and bound again",
	.pin = "sched_setaffinity by the controller",
	.has_threads = true,
	.leaves = LEAVES_ASLEEP,
	.prepare = turnstile_set_prepare,
	.finish = turnstile_set_finish,
	.startup = pool_startup,
	.teardown = pool_teardown,
};
