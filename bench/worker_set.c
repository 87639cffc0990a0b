/* SPDX-License-Identifier: MIT */
#include "worker_set.h"

#include "clock.h"
#include "contender.h"

#include <errno.h>
#include <sched.h>

int worker_set_prepare(struct tenancy *ty)
{
	int ret = worker_attr_init(&ty->attr, ty->real_cpu, ty->setup->stack_bytes);

	if (ret)
		return ret;
	ty->has_attr = true;
	for (size_t i = 0; i < ty->nr_tenants; i++) {
		struct tenant *t = &ty->tenants[i];

		worker_init(&t->worker);
		t->duty->wake = worker_wake;
		t->duty->wake_arg = &t->worker;
	}
	return 0;
}

/* 0; -ETIMEDOUT; or what its duty's setup failed with. */
static int wait_for_thread(struct tenant *t, uint64_t deadline_ns)
{
	/* pairs with note_thread() in tenant.c */
	while (!atomic_load_explicit(&t->tid, memory_order_acquire)) {
		if (clock_now_ns() > deadline_ns)
			return -ETIMEDOUT;
		sched_yield();
	}
	return -atomic_load_explicit(&t->error, memory_order_relaxed);
}

int worker_set_prepare_running(struct tenancy *ty)
{
	uint64_t deadline_ns = clock_now_ns() + ty->setup->deadline_ns;
	int ret = worker_set_prepare(ty);

	for (size_t i = 0; i < ty->nr_tenants && !ret; i++)
		ret = worker_start(&ty->tenants[i], &ty->attr);
	/* Until each has said who it is: its affinity will be looked at by thread id. */
	for (size_t i = 0; i < ty->nr_tenants && !ret; i++)
		ret = wait_for_thread(&ty->tenants[i], deadline_ns);
	return ret;
}

void worker_set_stop(struct tenancy *ty)
{
	for (size_t i = 0; i < ty->nr_tenants; i++)
		if (ty->tenants[i].worker.is_running)
			worker_request_stop(&ty->tenants[i].worker);
	for (size_t i = 0; i < ty->nr_tenants; i++)
		worker_join(&ty->tenants[i].worker);
}

void worker_set_finish(struct tenancy *ty)
{
	if (!ty->has_attr)
		return;
	worker_set_stop(ty);
	for (size_t i = 0; i < ty->nr_tenants; i++)
		worker_fini(&ty->tenants[i].worker);
	pthread_attr_destroy(&ty->attr);
	ty->has_attr = false;
}
