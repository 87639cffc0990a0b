/* SPDX-License-Identifier: MIT */
/*
 * The control: the CPU's threads are there and nobody does anything for them. What that loses is
 * in the results (nr_affinity_lost), and made good after each step (comeback.h): every step loses
 * anew.
 */
#include "contender.h"

#include "worker_set.h"

static int none_step(struct tenancy *ty)
{
	(void)ty;
	return 0;
}

const struct contender contender_none = {
	.name = "none",
	.summary = "has the threads and does nothing to them (control)",
	.pin = "attribute, never again",
	.has_threads = true,
	.leaves = LEAVES_NOT,
	.prepare = worker_set_prepare_running,
	.finish = worker_set_finish,
	.startup = none_step,
	.teardown = none_step,
};
