/* SPDX-License-Identifier: MIT */
/*
 * pingpong - the thread plays a token with a partner thread on another CPU and sleeps meanwhile.
 *
 * One partner serves all threads of a block. Each thread has one token, which lives in the block:
 * it is not lost while its thread is parked, moved or created anew; whoever runs next finds it
 * returned. Where it is, says dc->token:
 *
 *	OPEN	there is a partner. Set by prepare(), cleared by finish(). Stale: the thread finds
 *		out when it tries to take the token; the partner wakes once too often, before
 *		finish() has joined it.
 *	AWAY	sent, and not yet given back. Set by the thread, cleared by the partner. Stale: the
 *		thread sleeps until the partner's wake, which follows.
 *	SENDING	the thread is about to use the partner's memory. Set together with AWAY, cleared by
 *		the thread when it has; finish() waits for that.
 *
 * Sent tokens form a stack: a thread pushes its own, the partner takes all there are. A token is
 * never in it twice, and only whole stacks are taken, so that a CAS is enough to push. Only the
 * push onto the empty stack posts the semaphore, and each post makes the partner empty the stack
 * once: the semaphore stays at 0 or 1.
 */
#include "duty.h"

#include <kpark/cpumask.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

/* As the suite's own threads have it; with the default of 8 MiB the C library's cache overflows. */
#define PARTNER_STACK_BYTES ((size_t)256 << 10)

struct match;

#define TOKEN_OPEN    1u
#define TOKEN_AWAY    2u
#define TOKEN_SENDING 4u

/* One thread's place in the stack. */
struct duty_partner {
	struct match *match;
	struct duty_cpu *dc;
	struct duty_partner *next; /* whoever pushes writes, the partner reads */
};

/* One block's partner thread. */
struct match {
	pthread_t thread;
	sem_t is_sent;
	_Atomic(struct duty_partner *) sent;
	atomic_bool is_over;
	struct duty_partner places[];
};

static uint32_t read_token(const struct duty_cpu *dc)
{
	/* Partners: the releases in give_back(), open_token() and send_token(). */
	return atomic_load_explicit(&dc->token, memory_order_acquire);
}

/* True: the token was here, and now the thread has to send it. */
static bool take_token(struct duty_cpu *dc)
{
	uint32_t token = read_token(dc);

	do
		if ((token & (TOKEN_OPEN | TOKEN_AWAY)) != TOKEN_OPEN)
			return false;
	/* Acquire partners: as in read_token(). */
	while (!atomic_compare_exchange_weak_explicit(&dc->token, &token,
						      token | TOKEN_AWAY | TOKEN_SENDING,
						      memory_order_acquire, memory_order_acquire));
	return true;
}

static void send_token(struct duty_cpu *dc)
{
	struct duty_partner *place = dc->partner;
	struct match *match = place->match;
	struct duty_partner *head = atomic_load_explicit(&match->sent, memory_order_relaxed);

	do
		place->next = head;
	/* Release partner: the acquire in serve(). */
	while (!atomic_compare_exchange_weak_explicit(&match->sent, &head, place,
						      memory_order_release, memory_order_relaxed));
	if (!head)
		sem_post(&match->is_sent);
	/* Partner: the acquire of read_token() in close_token(). */
	atomic_fetch_and_explicit(&dc->token, ~TOKEN_SENDING, memory_order_release);
}

static void give_back(struct duty_cpu *dc)
{
	uint32_t token;

	atomic_fetch_add_explicit(&dc->answered, 1, memory_order_relaxed);
	/* Partner: the acquire in take_token(). From here on the token may be sent again. */
	token = atomic_fetch_and_explicit(&dc->token, ~TOKEN_AWAY, memory_order_release);
	if (dc->wake && token & TOKEN_OPEN)
		dc->wake(dc->wake_arg);
}

static void *serve(void *arg)
{
	struct match *match = arg;
	struct duty_partner *place, *next;
	bool is_over;

	do {
		while (sem_wait(&match->is_sent) && errno == EINTR)
			;
		/* Partner: the release in finish(); what was sent before it is still given back. */
		is_over = atomic_load_explicit(&match->is_over, memory_order_acquire);
		/* Acquire partner: the release in send_token(). */
		place = atomic_exchange_explicit(&match->sent, NULL, memory_order_acquire);
		for (; place; place = next) {
			next = place->next;
			give_back(place->dc);
		}
	} while (!is_over);
	return NULL;
}

/* The partner takes no signal: they belong to the program's main thread. */
static int start_partner(struct match *match, unsigned int cpu)
{
	struct cpumask mask = { { 0 } };
	sigset_t all, old;
	pthread_attr_t attr;
	int error;

	cpumask_set_cpu(cpu, &mask);
	error = pthread_attr_init(&attr);
	if (error)
		return -error;
	error = pthread_attr_setstacksize(&attr, PARTNER_STACK_BYTES);
	if (!error)
		error = pthread_attr_setaffinity_np(&attr, sizeof(mask),
						    (const cpu_set_t *)mask.bits);
	if (!error) {
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		error = pthread_create(&match->thread, &attr, serve, match);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	pthread_attr_destroy(&attr);
	if (!error)
		pthread_setname_np(match->thread, "pingpong");
	return -error;
}

/* From here on the thread may play, and it may be asleep. */
static void open_token(struct duty_cpu *dc, struct duty_partner *place)
{
	dc->partner = place;
	/* Partner: the acquire in take_token(). */
	atomic_fetch_or_explicit(&dc->token, TOKEN_OPEN, memory_order_release);
	if (dc->wake)
		dc->wake(dc->wake_arg);
}

/* When it returns, the thread uses the partner's memory no more; it may be between two steps. */
static void close_token(struct duty_cpu *dc)
{
	atomic_fetch_and_explicit(&dc->token, ~TOKEN_OPEN, memory_order_relaxed);
	while (read_token(dc) & TOKEN_SENDING)
		sched_yield();
}

static int prepare(struct duty_cpu *dc, size_t nr, unsigned int partner_cpu)
{
	struct match *match;
	int ret;

	if (nr == 0)
		return 0;
	match = calloc(1, sizeof(*match) + nr * sizeof(match->places[0]));
	if (!match)
		return -ENOMEM;
	sem_init(&match->is_sent, 0, 0);
	ret = start_partner(match, partner_cpu);
	if (ret) {
		sem_destroy(&match->is_sent);
		free(match);
		return ret;
	}
	for (size_t i = 0; i < nr; i++) {
		match->places[i].match = match;
		match->places[i].dc = &dc[i];
		open_token(&dc[i], &match->places[i]);
	}
	return 0;
}

static void finish(struct duty_cpu *dc, size_t nr)
{
	struct match *match;

	if (nr == 0 || !dc[0].partner)
		return;
	match = dc[0].partner->match;
	for (size_t i = 0; i < nr; i++)
		close_token(&dc[i]);
	/* Partner: the acquire in serve(). */
	atomic_store_explicit(&match->is_over, true, memory_order_release);
	sem_post(&match->is_sent);
	pthread_join(match->thread, NULL);
	for (size_t i = 0; i < nr; i++)
		dc[i].partner = NULL;
	sem_destroy(&match->is_sent);
	free(match);
}

/* Without a partner there are only posted items. */
static bool has_work(struct duty_cpu *dc)
{
	uint32_t token = read_token(dc);

	return token & TOKEN_OPEN ? !(token & TOKEN_AWAY) : duty_backlog(dc) > 0;
}

static uint64_t do_posted(struct duty_cpu *dc)
{
	/* Partner: the release in duty_post(). */
	return duty_complete(dc, atomic_load_explicit(&dc->accepted, memory_order_acquire));
}

/* The token is back: one round trip is over and the next begins. */
static uint64_t step(struct duty_cpu *dc)
{
	uint64_t mark;

	if (!take_token(dc))
		return read_token(dc) & TOKEN_OPEN ? 0 : do_posted(dc);
	mark = duty_accept_own(dc);
	send_token(dc);
	return duty_complete(dc, mark);
}

/* Each token that was sent has come back exactly once. */
static int verify(const struct duty_cpu *dc)
{
	uint64_t answered = atomic_load_explicit(&dc->answered, memory_order_relaxed);

	return duty_backlog(dc) || answered != dc->made ? -EIO : 0;
}

const struct duty duty_pingpong = {
	.name = "pingpong",
	.summary = "sends a token to a partner thread and sleeps until it is back",
	.unit = "round trips",
	.prepare = prepare,
	.finish = finish,
	.has_work = has_work,
	.step = step,
	.verify = verify,
};
