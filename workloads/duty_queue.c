/* SPDX-License-Identifier: MIT */
/*
 * queue - a realistic per-CPU service: items arrive whether the CPU is there or not, wait in a
 * queue of 64, and each is worked on for some microseconds.
 */
#include "duty.h"

static const struct feed_pace pace = {
	.period_ns = 1000000,
	.min_items = 0,
	.max_items = 4,
	.max_waiting = FEED_SLOTS,
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
	return duty_step_fed(dc, 1024);
}

const struct duty duty_queue = {
	.name = "queue",
	.summary = "serves a queue into which 0 to 4 items arrive each ms, up or not",
	.unit = "items",
	.is_fed = true,
	.prepare = prepare,
	.finish = feed_stop,
	.has_work = has_work,
	.step = step,
	.verify = duty_verify_fed,
};
