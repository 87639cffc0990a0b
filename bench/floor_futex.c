/* SPDX-License-Identifier: MIT */
/*
 * Two threads and two words, by hand: what a wake, a round trip and a cache line cost here.
 *
 * The far side waits for the request to change and copies it into the answer. Request and answer
 * have a cache line (two, for the prefetcher) each.
 */
#include "limits_cases.h"
#include "roundtrip_far.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OVER UINT32_MAX

enum waits { WAITS_ASLEEP, WAITS_POLLING };

struct duplex {
	_Alignas(128) _Atomic uint32_t request;
	_Alignas(128) _Atomic uint32_t answer;
	_Alignas(128) enum waits far_waits;
	bool far_wakes;	 /* somebody sleeps for the answer */
	bool far_stamps; /* the time of its first instruction is wanted */
	struct roundtrip_far *far;
	pthread_t thread;
};

static void futex_sleep(_Atomic uint32_t *word, uint32_t expected)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

static void futex_wake_one(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static uint32_t await_change(_Atomic uint32_t *word, uint32_t seen, enum waits how)
{
	uint32_t now;

	while ((now = atomic_load_explicit(word, memory_order_acquire)) == seen)
		if (how == WAITS_ASLEEP)
			futex_sleep(word, seen);
	return now;
}

static void *serve(void *arg)
{
	struct duplex *d = arg;
	uint32_t seen = 0;

	far_enter(d->far);
	while ((seen = await_change(&d->request, seen, d->far_waits)) != OVER) {
		if (d->far_stamps)
			far_answer_stamped(d->far);
		else
			far_answer(d->far);
		atomic_store_explicit(&d->answer, seen, memory_order_release);
		if (d->far_wakes)
			futex_wake_one(&d->answer);
	}
	return NULL;
}

static int open_duplex(struct roundtrip_block *block, const struct duplex *kind)
{
	struct duplex *d = aligned_alloc(_Alignof(struct duplex), sizeof(*d));
	int ret;

	if (!d)
		return -ENOMEM;
	*d = *kind;
	d->far = &block->fars[0];
	ret = far_create(&d->thread, far_cpu(block->site, 0), serve, d);
	if (ret) {
		free(d);
		return ret;
	}
	block->own = d;
	block->nr_fars = 1;
	return 0;
}

static int open_round_trip(struct roundtrip_block *block)
{
	return open_duplex(block, &(struct duplex){ .far_wakes = true });
}

static int open_asleep(struct roundtrip_block *block)
{
	return open_duplex(block, &(struct duplex){ .far_waits = WAITS_ASLEEP });
}

static int open_stamping(struct roundtrip_block *block)
{
	return open_duplex(block, &(struct duplex){ .far_stamps = true });
}

static int open_polling(struct roundtrip_block *block)
{
	return open_duplex(block, &(struct duplex){ .far_waits = WAITS_POLLING });
}

static int close_duplex(struct roundtrip_block *block)
{
	struct duplex *d = block->own;
	int ret;

	atomic_store_explicit(&d->request, OVER, memory_order_release);
	futex_wake_one(&d->request);
	ret = -pthread_join(d->thread, NULL);
	free(d);
	return ret;
}

/* The next request. Only this side writes it. */
static uint32_t ask(struct duplex *d)
{
	uint32_t next = atomic_load_explicit(&d->request, memory_order_relaxed) + 1;

	atomic_store_explicit(&d->request, next, memory_order_release);
	return next;
}

static int op_round_trip(struct roundtrip_block *block)
{
	struct duplex *d = block->own;
	uint32_t asked = ask(d);

	futex_wake_one(&d->request);
	await_change(&d->answer, asked - 1, WAITS_ASLEEP);
	return 0;
}

static int op_wake_and_spin(struct roundtrip_block *block)
{
	struct duplex *d = block->own;
	uint32_t asked = ask(d);

	futex_wake_one(&d->request);
	await_change(&d->answer, asked - 1, WAITS_POLLING);
	return 0;
}

static int op_polling(struct roundtrip_block *block)
{
	struct duplex *d = block->own;

	await_change(&d->answer, ask(d) - 1, WAITS_POLLING);
	return 0;
}

static int op_wake(struct roundtrip_block *block)
{
	struct duplex *d = block->own;

	ask(d);
	futex_wake_one(&d->request);
	return 0;
}

/* Not for the answer: the far side counts before it. */
static int reset_wake(struct roundtrip_block *block)
{
	struct duplex *d = block->own;

	return far_await_answers(block, atomic_load_explicit(&d->request, memory_order_relaxed));
}

static int op_wake_nobody(struct roundtrip_block *block)
{
	_Atomic uint32_t word = 0;

	(void)block;
	futex_wake_one(&word);
	return 0;
}

const struct roundtrip_case floor_futex_round_trip = {
	.name = "futex_round_trip",
	.about = "FUTEX_WAKE a sleeper and sleep until it has woken us: both sides block",
	.role = ROLE_FLOOR,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_answered = true,
	.open = open_round_trip,
	.op = op_round_trip,
	.close = close_duplex,
};

const struct roundtrip_case floor_wake_and_spin = {
	.name = "wake_and_spin",
	.about = "FUTEX_WAKE a sleeper and poll for its answer: one wake instead of two",
	.role = ROLE_FLOOR,
	.where = WHERE_TWO_CPUS,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_answered = true,
	.open = open_asleep,
	.op = op_wake_and_spin,
	.close = close_duplex,
};

const struct roundtrip_case floor_cache_line = {
	.name = "cache_line",
	.about = "two threads that poll: a cache line there and one back",
	.role = ROLE_FLOOR,
	.where = WHERE_TWO_CPUS,
	.nr_per_sample = 16,
	.is_answered = true,
	.open = open_polling,
	.op = op_polling,
	.close = close_duplex,
};

const struct roundtrip_case floor_futex_wake = {
	.name = "futex_wake",
	.about = "FUTEX_WAKE with a sleeper, until the call returns",
	.role = ROLE_FLOOR,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_answered = true,
	.open = open_asleep,
	.op = op_wake,
	.reset = reset_wake,
	.close = close_duplex,
};

const struct roundtrip_case floor_futex_wake_nobody = {
	.name = "futex_wake_nobody",
	.about = "FUTEX_WAKE without a sleeper",
	.role = ROLE_FLOOR,
	.where = WHERE_ANY,
	.nr_per_sample = 16,
	.op = op_wake_nobody,
};

const struct roundtrip_case floor_futex_to_far = {
	.name = "futex_to_far",
	.about = "FUTEX_WAKE a sleeper, until its first instruction",
	.role = ROLE_FLOOR,
	.where = WHERE_ANY,
	.before = FAR_ASLEEP,
	.after = FAR_ASLEEP,
	.is_stamped_far = true,
	.is_answered = true,
	.open = open_stamping,
	.op = op_wake,
	.reset = reset_wake,
	.close = close_duplex,
};
