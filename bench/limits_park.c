/* SPDX-License-Identifier: MIT */
/*
 * The park facility in the loop: one per-CPU thread, asleep or polling, parked and unparked.
 *
 * Every case counts in the thread itself, so an operation that had no effect fails the block.
 */
#include "limits_cases.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <kpark/kthread.h>
#include <stdlib.h>

struct parked {
	struct kthread *k;
	struct roundtrip_far *far;
	bool is_stamping;
};

/* Whatever woke it: a park counts once it is over, a wake when its token is taken. */
static void serve(struct parked *p)
{
	if (kthread_parkme() != 1)
		return;
	if (p->is_stamping)
		far_answer_stamped(p->far);
	else
		far_answer(p->far);
}

static int run_asleep(void *arg)
{
	struct parked *p = arg;

	far_enter(p->far);
	while (!kthread_should_stop()) {
		serve(p);
		kthread_sleep();
	}
	return 0;
}

static int run_polling(void *arg)
{
	struct parked *p = arg;

	far_enter(p->far);
	while (!kthread_should_stop())
		serve(p);
	return 0;
}

static int run_woken(void *arg)
{
	struct parked *p = arg;

	far_enter(p->far);
	while (!kthread_should_stop())
		if (!kthread_sleep())
			far_answer(p->far);
	return 0;
}

static int open_thread(struct roundtrip_block *block, int (*run)(void *arg), bool is_stamping)
{
	struct parked *p = calloc(1, sizeof(*p));
	int ret;

	if (!p)
		return -ENOMEM;
	p->far = &block->fars[0];
	p->is_stamping = is_stamping;
	p->k = kthread_create_on_cpu(run, p, far_cpu(block->site, 0), "limits/%u");
	if (!p->k) {
		ret = -errno;
		free(p);
		return ret;
	}
	block->own = p;
	block->nr_fars = 1;
	ret = kthread_unpark_wait(p->k);
	if (ret) {
		kthread_stop(p->k);
		free(p);
	}
	return ret;
}

static int open_asleep(struct roundtrip_block *block)
{
	return open_thread(block, run_asleep, false);
}

static int open_polling(struct roundtrip_block *block)
{
	return open_thread(block, run_polling, false);
}

static int open_woken(struct roundtrip_block *block)
{
	return open_thread(block, run_woken, false);
}

/* Asleep in its park when the block begins. */
static int open_parked_as(struct roundtrip_block *block, bool is_stamping)
{
	int ret = open_thread(block, run_asleep, is_stamping);
	struct parked *p = block->own;

	if (!ret)
		ret = far_await_entry(block);
	return ret ? ret : kthread_park(p->k);
}

static int open_parked(struct roundtrip_block *block)
{
	return open_parked_as(block, false);
}

static int open_parked_stamping(struct roundtrip_block *block)
{
	return open_parked_as(block, true);
}

static int close_thread(struct roundtrip_block *block)
{
	struct parked *p = block->own;
	int ret = kthread_stop(p->k);

	free(p);
	return ret;
}

static struct kthread *thread_of(const struct roundtrip_block *block)
{
	return ((struct parked *)block->own)->k;
}

static int op_park(struct roundtrip_block *block)
{
	return kthread_park(thread_of(block));
}

static int op_unpark(struct roundtrip_block *block)
{
	return kthread_unpark(thread_of(block));
}

static int op_cycle(struct roundtrip_block *block)
{
	int ret = kthread_park(thread_of(block));

	return ret ? ret : kthread_unpark_wait(thread_of(block));
}

static int op_wake(struct roundtrip_block *block)
{
	return kthread_wake(thread_of(block));
}

static int op_unpark_wait(struct roundtrip_block *block)
{
	return kthread_unpark_wait(thread_of(block));
}

/* The far side's count tells that it has run; a park before that would overtake it. */
static int await_one_more(struct roundtrip_block *block)
{
	/* Not in the block: what is waited for is what the newest sample brought. */
	return far_await_answers(block, ++block->nr_resets);
}

static int reset_unpark(struct roundtrip_block *block)
{
	int ret = await_one_more(block);

	return ret ? ret : kthread_park(thread_of(block));
}

const struct roundtrip_case limits_park_asleep = {
	.name = "park",
	.about = "kthread_park of a thread that sleeps, until it is parked",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.open = open_asleep,
	.op = op_park,
	.reset = op_unpark_wait,
	.is_answered = true,
	.close = close_thread,
};

const struct roundtrip_case limits_park_polling = {
	.name = "park_polling",
	.about = "kthread_park of a thread that runs and looks all the time, until it is parked",
	.role = ROLE_FACILITY,
	.where = WHERE_TWO_CPUS,
	.before = FAR_AWAKE,
	.open = open_polling,
	.op = op_park,
	.reset = op_unpark_wait,
	.is_answered = true,
	.close = close_thread,
};

const struct roundtrip_case limits_unpark_call = {
	.name = "unpark_call",
	.about = "kthread_unpark of a thread asleep in its park, until the call returns",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.open = open_parked,
	.op = op_unpark,
	.reset = reset_unpark,
	.is_answered = true,
	.close = close_thread,
};

const struct roundtrip_case limits_unpark_to_far = {
	.name = "unpark_to_far",
	.about = "kthread_unpark of a thread asleep in its park, until its first instruction",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_stamped_far = true,
	.open = open_parked_stamping,
	.op = op_unpark,
	.reset = reset_unpark,
	.is_answered = true,
	.close = close_thread,
};

const struct roundtrip_case limits_unpark_confirmed = {
	.name = "unpark",
	.about = "kthread_unpark_wait of a thread asleep in its park, until it has run",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.open = open_parked,
	.op = op_unpark_wait,
	.reset = reset_unpark,
	.is_answered = true,
	.close = close_thread,
};

const struct roundtrip_case limits_cycle_asleep = {
	.name = "cycle",
	.about = "kthread_park of a thread that sleeps and kthread_unpark_wait, until it runs",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.open = open_asleep,
	.op = op_cycle,
	.is_answered = true,
	.close = close_thread,
};

const struct roundtrip_case limits_cycle_polling = {
	.name = "cycle_polling",
	.about = "the same with a thread that polls: parked and let go before it can be asleep",
	.role = ROLE_FACILITY,
	.where = WHERE_TWO_CPUS,
	.before = FAR_AWAKE,
	.open = open_polling,
	.op = op_cycle,
	.is_answered = true,
	.close = close_thread,
};

const struct roundtrip_case limits_wake_call = {
	.name = "wake_call",
	.about = "kthread_wake of a thread that sleeps, until the call returns",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.open = open_woken,
	.op = op_wake,
	.reset = await_one_more,
	.is_answered = true,
	.close = close_thread,
};

const struct roundtrip_case limits_unpark_unparked = {
	.name = "unpark_nobody",
	.about = "kthread_unpark of a thread that is not parked: nothing to do",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.nr_per_sample = 16,
	.open = open_asleep,
	.op = op_unpark,
	.close = close_thread,
};
