/* SPDX-License-Identifier: MIT */
#include "turnstile_set.h"

#include "clock.h"
#include "contender.h"
#include "worker_set.h"

int turnstile_set_prepare(struct tenancy *ty)
{
	int ret = worker_set_prepare(ty);

	if (ret)
		return ret;
	turnstile_init(&ty->turnstile);
	ty->has_turnstile = true;
	for (size_t i = 0; i < ty->nr_tenants && !ret; i++) {
		ty->tenants[i].worker.turnstile = &ty->turnstile;
		ret = worker_start(&ty->tenants[i], &ty->attr);
	}
	return ret;
}

void turnstile_set_finish(struct tenancy *ty)
{
	if (ty->has_turnstile)
		turnstile_dismiss(&ty->turnstile);
	worker_set_finish(ty);
	if (ty->has_turnstile)
		turnstile_fini(&ty->turnstile);
	ty->has_turnstile = false;
}

void turnstile_set_resume(struct tenancy *ty)
{
	for (size_t i = 0; i < ty->nr_tenants; i++)
		tenant_expect(&ty->tenants[i]);
	turnstile_open(&ty->turnstile);
}

int turnstile_set_quiesce(struct tenancy *ty)
{
	uint64_t deadline_ns = clock_now_ns() + ty->setup->deadline_ns;

	turnstile_close(&ty->turnstile);
	/* Whoever waits for work has to come to the turnstile. */
	for (size_t i = 0; i < ty->nr_tenants; i++)
		worker_wake(&ty->tenants[i].worker);
	return turnstile_wait_for(&ty->turnstile, ty->nr_tenants, deadline_ns);
}

void turnstile_set_let_go_on(struct tenancy *ty)
{
	turnstile_open(&ty->turnstile);
}
