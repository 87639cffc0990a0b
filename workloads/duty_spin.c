/* SPDX-License-Identifier: MIT */
/*
 * spin - the thread is never out of work: register arithmetic in bursts of about 10 us.
 *
 * It yields after each burst. Alone on its CPU that costs a third of a microsecond; where several
 * share a CPU, all of them see a request after a burst each, and what is measured is the strategy
 * and not the length of the scheduler's time slices.
 *
 * The arithmetic is a linear congruential sequence. Each of its values needs the one before, so
 * that turns cannot be left out; but its n-th value can be had in log n, so that verify() can tell
 * whether exactly the counted turns happened, however many there were.
 */
#include "duty.h"

#include <errno.h>
#include <sched.h>

/* Four cycles each on most machines: a burst is bounded by a count, not by a clock. */
#define TURNS_PER_STEP 8192

/* x -> x * factor + term */
struct turn {
	uint64_t factor, term;
};

/* Knuth's MMIX constants. */
static const struct turn one_turn = { 6364136223846793005u, 1442695040888963407u };

static bool has_work(struct duty_cpu *dc)
{
	(void)dc;
	return true;
}

static uint64_t step(struct duty_cpu *dc)
{
	uint64_t mark = duty_accept_own(dc);
	uint64_t value = dc->random;

	for (int i = 0; i < TURNS_PER_STEP; i++) {
		value = value * one_turn.factor + one_turn.term;
		__asm__("" : "+r"(value)); /* each turn for itself: no vector, no closed form */
	}
	dc->random = value;
	sched_yield();
	return duty_complete(dc, mark);
}

/* @first, then @second. */
static struct turn combine(struct turn first, struct turn second)
{
	return (struct turn){ first.factor * second.factor,
			      first.term * second.factor + second.term };
}

/* @nr_turns turns at once, by squaring. */
static uint64_t value_after(uint64_t value, uint64_t nr_turns)
{
	struct turn all = { 1, 0 }, power = one_turn;

	for (; nr_turns; nr_turns >>= 1) {
		if (nr_turns & 1)
			all = combine(all, power);
		power = combine(power, power);
	}
	return value * all.factor + all.term;
}

static int verify(const struct duty_cpu *dc)
{
	uint64_t expected = value_after(dc->cpu, dc->made * TURNS_PER_STEP);

	return duty_backlog(dc) || dc->random != expected ? -EIO : 0;
}

const struct duty duty_spin = {
	.name = "spin",
	.summary = "computes all the time, in bursts of about 10 us, and yields between them",
	.unit = "bursts",
	.has_work = has_work,
	.step = step,
	.verify = verify,
};
