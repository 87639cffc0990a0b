/* SPDX-License-Identifier: MIT */
/*
 * Many threads parked and unparked at once, by a loop of single calls and by the calls for sets.
 * Both spin by the library's default, and an epoch spares both the binding.
 *
 * "Unparked" is when every thread has run: kthread_unpark_wait() in the loop, and for the set the
 * last count of the far side.
 */
#include "limits_cases.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <kpark/kthread.h>
#include <stdlib.h>
#include <string.h>

/* As many are made and ended at once; what is asked of them they all do alike. */
struct crowd {
	struct kthread **threads;
	int *results; /* of the calls for sets, which would allocate them while timed */
	size_t nr;
};

static int run(void *arg)
{
	struct roundtrip_far *far = arg;

	far_enter(far);
	while (!kthread_should_stop()) {
		if (kthread_parkme() == 1)
			far_answer(far);
		kthread_sleep();
	}
	return 0;
}

static void stop_all(struct crowd *c)
{
	for (size_t i = 0; i < c->nr; i++)
		kthread_stop(c->threads[i]);
	free(c->results);
	free(c->threads);
	free(c);
}

/* Nothing moves threads while they are measured: it stays at nought. */
static const struct kthread_epoch undisturbed;

static int create_all(struct roundtrip_block *block, struct crowd *c)
{
	struct kthread_attr attr = KTHREAD_ATTR_DEFAULT;

	attr.per_cpu = attr.parked = true;
	attr.epoch = &undisturbed;
	for (; c->nr < block->site->nr_threads; c->nr++) {
		attr.cpu = (int)far_cpu(block->site, c->nr);
		c->threads[c->nr] =
			kthread_create_attr(&attr, run, &block->fars[c->nr], "many/%d", attr.cpu);
		if (!c->threads[c->nr])
			return -errno;
	}
	return 0;
}

static int park_loop(const struct crowd *c)
{
	int ret = 0;

	for (size_t i = 0; i < c->nr && !ret; i++)
		ret = kthread_park(c->threads[i]);
	return ret;
}

static int unpark_loop(const struct crowd *c)
{
	int ret = 0;

	for (size_t i = 0; i < c->nr && !ret; i++)
		ret = kthread_unpark_wait(c->threads[i]);
	return ret;
}

static int open_crowd(struct roundtrip_block *block, bool is_parked_first)
{
	struct crowd *c = calloc(1, sizeof(*c));
	int ret = -ENOMEM;

	if (!c)
		return ret;
	c->threads = calloc(block->site->nr_threads, sizeof(struct kthread *));
	c->results = calloc(block->site->nr_threads, sizeof(*c->results));
	if (c->threads && c->results)
		ret = create_all(block, c);
	if (!ret)
		ret = unpark_loop(c);
	block->own = c;
	block->nr_fars = c->nr;
	if (!ret && is_parked_first)
		ret = far_await_entry(block);
	if (!ret && is_parked_first)
		ret = park_loop(c);
	/* A lost thread would be waited for. */
	if (ret && ret != -ETIMEDOUT)
		stop_all(c);
	return ret;
}

static int open_running(struct roundtrip_block *block)
{
	return open_crowd(block, false);
}

static int open_parked(struct roundtrip_block *block)
{
	return open_crowd(block, true);
}

static int close_crowd(struct roundtrip_block *block)
{
	stop_all(block->own);
	return 0;
}

static int op_park_loop(struct roundtrip_block *block)
{
	return park_loop(block->own);
}

static int op_park_many(struct roundtrip_block *block)
{
	const struct crowd *c = block->own;

	return kthread_park_many(c->threads, c->nr, c->results);
}

static int op_unpark_loop(struct roundtrip_block *block)
{
	return unpark_loop(block->own);
}

static int op_unpark_many(struct roundtrip_block *block)
{
	const struct crowd *c = block->own;
	int ret = kthread_unpark_many(c->threads, c->nr, c->results);

	return ret ? ret : far_await_answers(block, ++block->nr_resets);
}

static int reset_by_unpark(struct roundtrip_block *block)
{
	return unpark_loop(block->own);
}

static int reset_by_park(struct roundtrip_block *block)
{
	return park_loop(block->own);
}

const struct roundtrip_case limits_park_loop = {
	.name = "park_loop",
	.about = "kthread_park of each in turn, all of them asleep",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_answered = true,
	.open = open_running,
	.op = op_park_loop,
	.reset = reset_by_unpark,
	.close = close_crowd,
};

const struct roundtrip_case limits_park_many = {
	.name = "park_many",
	.about = "kthread_park_many of all of them",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_answered = true,
	.open = open_running,
	.op = op_park_many,
	.reset = reset_by_unpark,
	.close = close_crowd,
};

const struct roundtrip_case limits_unpark_loop = {
	.name = "unpark_loop",
	.about = "kthread_unpark_wait of each in turn",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_answered = true,
	.open = open_parked,
	.op = op_unpark_loop,
	.reset = reset_by_park,
	.close = close_crowd,
};

const struct roundtrip_case limits_unpark_many = {
	.name = "unpark_many",
	.about = "kthread_unpark_many of all of them, until each has run",
	.role = ROLE_FACILITY,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_answered = true,
	.open = open_parked,
	.op = op_unpark_many,
	.reset = reset_by_park,
	.close = close_crowd,
};

const struct roundtrip_case *const limits_many_cases[] = {
	&floor_context_switch, &limits_park_loop,   &limits_park_many,
	&limits_unpark_loop,   &limits_unpark_many, NULL,
};

const struct roundtrip_case *const limits_pair_cases[] = {
	&floor_empty,
	&floor_futex_round_trip,
	&floor_wake_and_spin,
	&floor_cache_line,
	&floor_futex_wake,
	&floor_futex_wake_nobody,
	&floor_futex_to_far,
	&floor_setaffinity,
	&floor_getaffinity,
	&floor_context_switch,
	&floor_create_join,
	&limits_park_asleep,
	&limits_park_blocking,
	&limits_park_polling,
	&limits_unpark_call,
	&limits_unpark_call_bound,
	&limits_unpark_to_far,
	&limits_unpark_confirmed,
	&limits_unpark_blocking,
	&limits_unpark_bound,
	&limits_cycle_asleep,
	&limits_cycle_blocking,
	&limits_cycle_polling,
	&limits_wake_call,
	&limits_unpark_unparked,
	&limits_create_stop,
	NULL,
};

const struct roundtrip_case *const limits_matrix_cases[] = {
	&floor_empty,
	&floor_futex_round_trip,
	&limits_park_asleep,
	NULL,
};
