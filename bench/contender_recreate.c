/* SPDX-License-Identifier: MIT */
/*
 * The alternative: threads are told to stop and joined when their CPU goes away, and created anew,
 * bound by attribute, when it is back. All are told before the first is joined. Attributes are
 * made once; stacks come from the C library, whose cache hands the old addresses out again. Their
 * pages are gone by then (madvise at the thread's end), and glibc binds each new thread with a
 * sched_setaffinity of its own: both are part of what this way costs.
 */
#include "contender.h"

#include "worker_set.h"

static int recreate_startup(struct tenancy *ty)
{
	int ret = 0;

	for (size_t i = 0; i < ty->nr_tenants && !ret; i++) {
		tenant_expect(&ty->tenants[i]);
		ret = worker_start(&ty->tenants[i], &ty->attr);
	}
	if (!ret)
		return 0;
	worker_set_stop(ty);
	for (size_t i = 0; i < ty->nr_tenants; i++)
		tenant_unexpect(&ty->tenants[i]);
	return ret;
}

static int recreate_teardown(struct tenancy *ty)
{
	worker_set_stop(ty);
	return 0;
}

const struct contender contender_recreate = {
	.name = "recreate",
	.summary = "stops and joins the threads and creates them again (plain pthreads)",
	.pin = "attribute",
	.has_threads = true,
	.leaves = LEAVES_GONE,
	.prepare = worker_set_prepare,
	.finish = worker_set_finish,
	.startup = recreate_startup,
	.teardown = recreate_teardown,
};
