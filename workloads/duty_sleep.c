/* SPDX-License-Identifier: MIT */
/* sleep - the thread waits for items, as most per-CPU threads of a kernel do; one item a step. */
#include "duty.h"

#include <errno.h>

static bool has_work(struct duty_cpu *dc)
{
	return duty_backlog(dc) > 0;
}

static uint64_t step(struct duty_cpu *dc)
{
	if (!has_work(dc))
		return 0;
	return duty_complete(dc, atomic_load_explicit(&dc->done, memory_order_relaxed) + 1);
}

static int verify(const struct duty_cpu *dc)
{
	return duty_backlog(dc) || dc->made ? -EIO : 0;
}

const struct duty duty_sleep = {
	.name = "sleep",
	.summary = "waits for posted items and does one a step",
	.unit = "items",
	.has_work = has_work,
	.step = step,
	.verify = verify,
};
