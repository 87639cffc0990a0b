/* SPDX-License-Identifier: MIT */
/* No threads at all: what a step costs in the harness itself. */
#include "contender.h"

static int empty_step(struct tenancy *ty)
{
	(void)ty;
	return 0;
}

const struct contender contender_empty = {
	.name = "empty",
	.summary = "has no threads (the harness's own cost)",
	.pin = "no threads",
	.has_threads = false,
	.leaves = LEAVES_NOT,
	.startup = empty_step,
	.teardown = empty_step,
};
