/* SPDX-License-Identifier: MIT */
#include "gated_set.h"

#include "contender.h"
#include "worker_set.h"

int gated_set_prepare(struct tenancy *ty)
{
	int ret = worker_set_prepare(ty);

	if (ret)
		return ret;
	gate_init(&ty->gate);
	ty->has_gate = true;
	for (size_t i = 0; i < ty->nr_tenants && !ret; i++) {
		ty->tenants[i].worker.gate = &ty->gate;
		ret = worker_start(&ty->tenants[i], &ty->attr);
	}
	return ret;
}

void gated_set_finish(struct tenancy *ty)
{
	if (ty->has_gate)
		gate_dismiss(&ty->gate);
	worker_set_finish(ty);
	if (ty->has_gate)
		gate_fini(&ty->gate);
	ty->has_gate = false;
}

void gated_set_resume(struct tenancy *ty)
{
	for (size_t i = 0; i < ty->nr_tenants; i++)
		tenant_expect(&ty->tenants[i]);
	gate_open(&ty->gate);
}

void gated_set_quiesce(struct tenancy *ty)
{
	gate_close(&ty->gate);
	/* Whoever waits for work has to come to the gate. */
	for (size_t i = 0; i < ty->nr_tenants; i++)
		worker_wake(&ty->tenants[i].worker);
	gate_wait_for(&ty->gate, ty->nr_tenants);
}

void gated_set_let_go_on(struct tenancy *ty)
{
	gate_open(&ty->gate);
}
