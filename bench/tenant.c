/* SPDX-License-Identifier: MIT */
#include "tenant.h"

#include "clock.h"

#include <errno.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

void arrivals_init(struct arrivals *arrivals)
{
	atomic_init(&arrivals->pending, 0);
	sem_init(&arrivals->complete, 0, 0);
}

void arrivals_fini(struct arrivals *arrivals)
{
	sem_destroy(&arrivals->complete);
}

void arrivals_begin(struct arrivals *arrivals, size_t nr)
{
	/* Relaxed: the threads see it when the contender lets them run. */
	atomic_store_explicit(&arrivals->pending, (uint32_t)nr, memory_order_relaxed);
}

static int poll_until_complete(struct arrivals *arrivals, uint64_t deadline_ns)
{
	while (sem_trywait(&arrivals->complete))
		if (clock_now_ns() > deadline_ns)
			return -ETIMEDOUT;
	return 0;
}

static int block_until_complete(struct arrivals *arrivals, uint64_t deadline_ns)
{
	struct timespec deadline = {
		.tv_sec = (time_t)(deadline_ns / 1000000000),
		.tv_nsec = (long)(deadline_ns % 1000000000),
	};

	while (sem_clockwait(&arrivals->complete, CLOCK_MONOTONIC, &deadline))
		if (errno == ETIMEDOUT)
			return -ETIMEDOUT;
	return 0;
}

int arrivals_wait(struct arrivals *arrivals, bool is_polling, uint64_t deadline_ns)
{
	int ret = is_polling ? poll_until_complete(arrivals, deadline_ns)
			     : block_until_complete(arrivals, deadline_ns);

	/* pairs with settle(): what each thread has noted about its arrival is visible */
	if (!ret && atomic_load_explicit(&arrivals->pending, memory_order_acquire))
		return -EPROTO;
	return ret;
}

void tenant_expect(struct tenant *t)
{
	/* First: whoever sees the work must see that it is expected. */
	atomic_store_explicit(&t->stage, STAGE_EXPECTED, memory_order_release);
	/* pairs with duty_backlog() */
	atomic_fetch_add_explicit(&t->duty->accepted, 1, memory_order_release);
}

void tenant_arrive(struct tenant *t)
{
	/* pairs with tenant_expect() */
	if (atomic_load_explicit(&t->stage, memory_order_acquire) != STAGE_EXPECTED)
		return;
	t->arrival.first_ns = clock_now_ns();
	t->arrival.cpu = (unsigned int)sched_getcpu();
	atomic_store_explicit(&t->stage, STAGE_ARRIVED, memory_order_relaxed);
}

/* A system call: never between the two clock readings of an arrival. */
static void note_thread(struct tenant *t)
{
	/* pairs with worker_set_prepare_running(): the error of the duty's setup goes with it */
	atomic_store_explicit(&t->tid, gettid(), memory_order_release);
}

/* After the first step since the arrival. */
static void settle(struct tenant *t)
{
	t->arrival.first_work_ns = clock_now_ns();
	note_thread(t);
	atomic_store_explicit(&t->stage, STAGE_SETTLED, memory_order_relaxed);
	/* pairs with arrivals_wait() */
	if (atomic_fetch_sub_explicit(&t->arrivals->pending, 1, memory_order_acq_rel) == 1)
		sem_post(&t->arrivals->complete);
}

void tenant_unexpect(struct tenant *t)
{
	uint64_t done = atomic_load_explicit(&t->duty->done, memory_order_relaxed);

	/* Relaxed: nobody runs the tenant now. */
	atomic_store_explicit(&t->duty->accepted, done, memory_order_relaxed);
	atomic_store_explicit(&t->stage, STAGE_SETTLED, memory_order_relaxed);
}

int tenant_begin(struct tenant *t)
{
	int ret;

	ret = duty_start(t->duty);
	t->is_started = !ret;
	if (ret)
		atomic_store_explicit(&t->error, -ret, memory_order_relaxed);
	/* Nobody expects it: then this is all that shows that the thread is there. */
	if (atomic_load_explicit(&t->stage, memory_order_relaxed) == STAGE_SETTLED)
		note_thread(t);
	if (!ret)
		return 0;
	tenant_arrive(t);
	if (atomic_load_explicit(&t->stage, memory_order_relaxed) == STAGE_ARRIVED)
		settle(t);
	return ret;
}

void tenant_end(struct tenant *t)
{
	if (t->is_started)
		duty_stop(t->duty);
	t->is_started = false;
}

bool tenant_work(struct tenant *t)
{
	if (!t->duty->duty->has_work(t->duty))
		return false;
	/* A thread that runs already may meet the work first. */
	tenant_arrive(t);
	duty_step(t->duty);
	if (atomic_load_explicit(&t->stage, memory_order_relaxed) == STAGE_ARRIVED)
		settle(t);
	return true;
}
