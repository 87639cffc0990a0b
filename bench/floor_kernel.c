/* SPDX-License-Identifier: MIT */
/* What single calls cost: the clock, affinity, a switch to another thread, a thread's whole life.
 */
#include "limits_cases.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <kpark/cpumask.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>

static int op_nothing(struct roundtrip_block *block)
{
	(void)block;
	return 0;
}

/* A thread that sleeps while others do something to it. */
struct sleeper {
	sem_t end;
	pthread_t thread;
	struct roundtrip_far *far;
	struct cpumask mask;
	size_t mask_bytes;
};

static void *sleep_till_end(void *arg)
{
	struct sleeper *s = arg;

	far_enter(s->far);
	while (sem_wait(&s->end) && errno == EINTR)
		;
	return NULL;
}

static int open_sleeper(struct roundtrip_block *block)
{
	unsigned int cpu = far_cpu(block->site, 0);
	struct sleeper *s = calloc(1, sizeof(*s));
	int ret;

	if (!s)
		return -ENOMEM;
	sem_init(&s->end, 0, 0);
	s->far = &block->fars[0];
	cpumask_set_cpu(cpu, &s->mask);
	s->mask_bytes = (cpu / CPUMASK_BITS_PER_LONG + 1) * sizeof(unsigned long);
	ret = far_create(&s->thread, cpu, sleep_till_end, s);
	if (ret) {
		free(s);
		return ret;
	}
	block->own = s;
	block->nr_fars = 1;
	return 0;
}

static int close_sleeper(struct roundtrip_block *block)
{
	struct sleeper *s = block->own;
	int ret;

	sem_post(&s->end);
	ret = -pthread_join(s->thread, NULL);
	sem_destroy(&s->end);
	free(s);
	return ret;
}

static pid_t tid_of(const struct roundtrip_block *block)
{
	return atomic_load_explicit(&block->fars[0].tid, memory_order_relaxed);
}

static int op_setaffinity(struct roundtrip_block *block)
{
	const struct sleeper *s = block->own;

	return sched_setaffinity(tid_of(block), s->mask_bytes, (const cpu_set_t *)s->mask.bits)
		       ? -errno
		       : 0;
}

static int op_getaffinity(struct roundtrip_block *block)
{
	struct cpumask mask;

	return sched_getaffinity(tid_of(block), sizeof(mask), (cpu_set_t *)mask.bits) < 0 ? -errno
											  : 0;
}

/* Two threads on one CPU that do nothing but yield to each other. */
struct yielder {
	_Atomic bool is_over;
	pthread_t thread;
	struct roundtrip_far *far;
};

static void *yield_till_end(void *arg)
{
	struct yielder *y = arg;

	far_enter(y->far);
	while (!atomic_load_explicit(&y->is_over, memory_order_relaxed)) {
		far_answer(y->far);
		sched_yield();
	}
	return NULL;
}

static int open_yielder(struct roundtrip_block *block)
{
	struct yielder *y = calloc(1, sizeof(*y));
	int ret;

	if (!y)
		return -ENOMEM;
	y->far = &block->fars[0];
	/* Beside us wherever the site is: it is about one CPU. */
	ret = far_create(&y->thread, block->site->near_cpu, yield_till_end, y);
	if (ret) {
		free(y);
		return ret;
	}
	block->own = y;
	block->nr_fars = 1;
	return 0;
}

/* There and back: until the other one has had its turn. */
static int op_yield(struct roundtrip_block *block)
{
	struct roundtrip_far *far = &block->fars[0];
	uint64_t seen = atomic_load_explicit(&far->nr_answers, memory_order_relaxed);

	while (atomic_load_explicit(&far->nr_answers, memory_order_relaxed) == seen)
		sched_yield();
	return 0;
}

static int close_yielder(struct roundtrip_block *block)
{
	struct yielder *y = block->own;
	int ret;

	atomic_store_explicit(&y->is_over, true, memory_order_relaxed);
	ret = -pthread_join(y->thread, NULL);
	free(y);
	return ret;
}

static void *do_nothing(void *arg)
{
	return arg;
}

static int op_create_join(struct roundtrip_block *block)
{
	pthread_t thread;
	int ret = far_create(&thread, far_cpu(block->site, 0), do_nothing, NULL);

	return ret ? ret : -pthread_join(thread, NULL);
}

const struct roundtrip_case floor_empty = {
	.name = "empty",
	.about = "nothing between the two clock reads: what the loop itself costs",
	.role = ROLE_EMPTY,
	.where = WHERE_ANY,
	.op = op_nothing,
};

const struct roundtrip_case floor_setaffinity = {
	.name = "setaffinity",
	.about = "sched_setaffinity of a sleeping thread with the mask that it has",
	.role = ROLE_FLOOR,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.nr_per_sample = 4,
	.open = open_sleeper,
	.op = op_setaffinity,
	.close = close_sleeper,
};

const struct roundtrip_case floor_getaffinity = {
	.name = "getaffinity",
	.about = "sched_getaffinity of a sleeping thread",
	.role = ROLE_FLOOR,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.nr_per_sample = 4,
	.open = open_sleeper,
	.op = op_getaffinity,
	.close = close_sleeper,
};

const struct roundtrip_case floor_context_switch = {
	.name = "switch_pair",
	.about = "sched_yield to another thread on this CPU and back: two context switches",
	.role = ROLE_FLOOR,
	.where = WHERE_ANY,
	.open = open_yielder,
	.op = op_yield,
	.close = close_yielder,
};

const struct roundtrip_case floor_create_join = {
	.name = "create_join",
	.about = "pthread_create on that CPU and pthread_join",
	.role = ROLE_FLOOR,
	.where = WHERE_ANY,
	.op = op_create_join,
};
