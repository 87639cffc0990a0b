/* SPDX-License-Identifier: MIT */
/* timer - the thread has a tick every millisecond and does a little then, as housekeeping does. */
#include "duty.h"

static const struct feed_pace pace = {
	.period_ns = 1000000,
	.min_items = 1,
	.max_items = 1,
	.max_waiting = 1,
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
	return duty_step_fed(dc, 64);
}

const struct duty duty_timer = {
	.name = "timer",
	.summary = "does a little at each tick of a timer of 1 ms; ticks that nobody waited for "
		   "are missed",
	.unit = "ticks",
	.is_fed = true,
	.prepare = prepare,
	.finish = feed_stop,
	.has_work = has_work,
	.step = step,
	.verify = duty_verify_fed,
};
