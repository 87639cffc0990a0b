/* SPDX-License-Identifier: MIT */
/*
 * The park facility in the loop: one per-CPU thread, asleep or polling, parked and unparked.
 *
 * As its users get it: controllers spin by the library's default, and an epoch tells that no
 * binding was lost. "_block" is without the one, "_bind" without the other. Every case counts in
 * the thread itself, so an operation that had no effect fails the block.
 */
#include "limits_cases.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <kpark/kthread.h>
#include <stdlib.h>

/* How a case's thread differs from the library's defaults. */
struct manner {
	int (*run)(void *arg);
	bool is_stamping;
	bool is_blocking; /* no controller spins for it */
	bool is_bound;	  /* again at each unpark, for want of an epoch */
};

struct parked {
	struct kthread *k;
	struct roundtrip_far *far;
	bool is_stamping;
};

/* Nothing moves threads while they are measured: it stays at nought. */
static const struct kthread_epoch undisturbed;

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

static int open_thread(struct roundtrip_block *block, const struct manner *manner)
{
	struct parked *p = calloc(1, sizeof(*p));
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	int ret;

	if (!p)
		return -ENOMEM;
	p->far = &block->fars[0];
	p->is_stamping = manner->is_stamping;
	attr.cpu = (int)far_cpu(block->site, 0);
	attr.per_cpu = attr.parked = true;
	attr.epoch = manner->is_bound ? NULL : &undisturbed;
	if (manner->is_blocking)
		attr.spin_ns = 0;
	p->k = kthread_create_attr(&attr, manner->run, p, "limits/%d", attr.cpu);
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
	return open_thread(block, &(struct manner){ .run = run_asleep });
}

static int open_asleep_blocking(struct roundtrip_block *block)
{
	return open_thread(block, &(struct manner){ .run = run_asleep, .is_blocking = true });
}

static int open_polling(struct roundtrip_block *block)
{
	return open_thread(block, &(struct manner){ .run = run_polling });
}

static int open_woken(struct roundtrip_block *block)
{
	return open_thread(block, &(struct manner){ .run = run_woken });
}

/* Asleep in its park when the block begins. */
static int open_parked_as(struct roundtrip_block *block, const struct manner *manner)
{
	int ret = open_thread(block, manner);
	struct parked *p = block->own;

	if (!ret)
		ret = far_await_entry(block);
	return ret ? ret : kthread_park(p->k);
}

static int open_parked(struct roundtrip_block *block)
{
	return open_parked_as(block, &(struct manner){ .run = run_asleep });
}

static int open_parked_bound(struct roundtrip_block *block)
{
	return open_parked_as(block, &(struct manner){ .run = run_asleep, .is_bound = true });
}

static int open_parked_blocking(struct roundtrip_block *block)
{
	return open_parked_as(block, &(struct manner){ .run = run_asleep, .is_blocking = true });
}

static int open_parked_stamping(struct roundtrip_block *block)
{
	return open_parked_as(block, &(struct manner){ .run = run_asleep, .is_stamping = true });
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

static uint64_t spun_ns(const struct roundtrip_block *block)
{
	struct kthread_stats stats;

	kthread_read_stats(thread_of(block), &stats);
	return stats.parks.spun_ns + stats.arrivals.spun_ns + stats.idle.spun_ns;
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

/* Born parked and ended so: what would be a thread's whole life without parking. */
static int op_create_stop(struct roundtrip_block *block)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;
	struct kthread *k;

	attr.cpu = (int)far_cpu(block->site, 0);
	attr.per_cpu = attr.parked = true;
	attr.stack_bytes = (size_t)256 << 10;
	k = kthread_create_attr(&attr, run_asleep, NULL, "limits/%d", attr.cpu);
	if (!k)
		return -errno;
	return kthread_stop(k) == -EINTR ? 0 : -EPROTO; /* never entered */
}

#define CASE(id, word, words, opens, ops, resets)                                                  \
	const struct roundtrip_case limits_##id = {                                                \
		.name = word,                                                                      \
		.about = words,                                                                    \
		.role = ROLE_FACILITY,                                                             \
		.where = WHERE_ANY,                                                                \
		.before = FAR_ASLEEP,                                                              \
		.after = FAR_ASLEEP,                                                               \
		.is_answered = true,                                                               \
		.open = opens,                                                                     \
		.op = ops,                                                                         \
		.reset = resets,                                                                   \
		.close = close_thread,                                                             \
		.spun_ns = spun_ns,                                                                \
	}

CASE(park_asleep, "park", "kthread_park of a thread that sleeps, until it is parked", open_asleep,
     op_park, op_unpark_wait);
CASE(park_blocking, "park_block", "the same by a controller that does not spin",
     open_asleep_blocking, op_park, op_unpark_wait);
CASE(unpark_call, "unpark_call", "kthread_unpark of a thread asleep in its park, until it returns",
     open_parked, op_unpark, reset_unpark);
CASE(unpark_call_bound, "unpark_call_bind", "the same of a thread that has to be bound again",
     open_parked_bound, op_unpark, reset_unpark);
CASE(unpark_confirmed, "unpark",
     "kthread_unpark_wait of a thread asleep in its park, until it has run", open_parked,
     op_unpark_wait, reset_unpark);
CASE(unpark_blocking, "unpark_block", "the same by a controller that does not spin",
     open_parked_blocking, op_unpark_wait, reset_unpark);
CASE(unpark_bound, "unpark_bind", "the same, spinning, of a thread that has to be bound again",
     open_parked_bound, op_unpark_wait, reset_unpark);
CASE(cycle_asleep, "cycle",
     "kthread_park of a thread that sleeps and kthread_unpark_wait, until it runs", open_asleep,
     op_cycle, NULL);
CASE(cycle_blocking, "cycle_block", "the same by a controller that does not spin",
     open_asleep_blocking, op_cycle, NULL);
CASE(wake_call, "wake_call", "kthread_wake of a thread that sleeps, until the call returns",
     open_woken, op_wake, await_one_more);

const struct roundtrip_case limits_create_stop = {
	.name = "create_stop",
	.about = "kthread_create_attr and kthread_stop, pinned by attribute",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.op = op_create_stop,
};

const struct roundtrip_case limits_unpark_to_far = {
	.name = "unpark_to_far",
	.about = "kthread_unpark of a thread asleep in its park, until its first instruction",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_stamped_far = true,
	.is_answered = true,
	.open = open_parked_stamping,
	.op = op_unpark,
	.reset = reset_unpark,
	.close = close_thread,
	.spun_ns = spun_ns,
};

const struct roundtrip_case limits_park_polling = {
	.name = "park_polling",
	.about = "kthread_park of a thread that runs and looks all the time, until it is parked",
	.role = ROLE_FACILITY,
	.where = WHERE_TWO_CPUS,
	.before = FAR_AWAKE,
	.is_answered = true,
	.open = open_polling,
	.op = op_park,
	.reset = op_unpark_wait,
	.close = close_thread,
	.spun_ns = spun_ns,
};

const struct roundtrip_case limits_cycle_polling = {
	.name = "cycle_polling",
	.about = "the same with a thread that polls: parked and let go before it can be asleep",
	.role = ROLE_FACILITY,
	.where = WHERE_TWO_CPUS,
	.before = FAR_AWAKE,
	.is_answered = true,
	.open = open_polling,
	.op = op_cycle,
	.close = close_thread,
	.spun_ns = spun_ns,
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
	.spun_ns = spun_ns,
};
