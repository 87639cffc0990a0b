/* SPDX-License-Identifier: MIT */
/*
 * What most programs do: the threads are made once and wait at a turnstile of mutex and condition
 * variables while their CPU is away. The way down is over when the last one has arrived there.
 * Nobody binds them again on the way up: where a kernel moved them meanwhile that is lost.
 */
#include "contender.h"

#include "turnstile_set.h"

static int cond_startup(struct tenancy *ty)
{
	turnstile_set_resume(ty);
	return 0;
}

static int cond_teardown(struct tenancy *ty)
{
	return turnstile_set_quiesce(ty);
}

const struct contender contender_cond = {
	.name = "cond",
	.summary = "lets the threads wait at a mutex and condition variable (most programs)",
	.pin = "attribute, never again",
	.has_threads = true,
	.leaves = LEAVES_ASLEEP,
	.prepare = turnstile_set_prepare,
	.finish = turnstile_set_finish,
	.startup = cond_startup,
	.teardown = cond_teardown,
};
