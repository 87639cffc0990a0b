/* SPDX-License-Identifier: MIT */
/* burst - nothing for a while, then 16 items at once: interrupt coalescing, batched input. */
#include "duty.h"

static const struct feed_pace pace = {
	.period_ns = 4000000,
	.min_items = 16,
	.max_items = 16,
	.max_waiting = 16,
};

static int prepare(struct duty_cpu *dc, size_t nr, unsigned int partner_cpu)
{
	return feed_start(&pace, dc, nr, partner_cpu);
}

static bool has_work(struct duty_cpu *dc)
{
	return feed_has_item(dc) || duty_backlog(dc) > 0;
}

static uint64_t step(struct duty_cpu *dc)
{
	return duty_step_fed(dc, 512);
}

const struct duty duty_burst = {
	.name = "burst",
	.summary = "sleeps, and every 4 ms has 16 items of work at once",
	.unit = "items",
	.is_fed = true,
	.prepare = prepare,
	.finish = feed_stop,
	.has_work = has_work,
	.step = step,
	.verify = duty_verify_fed,
};
