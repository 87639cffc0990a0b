/* SPDX-License-Identifier: MIT */
/* A block as the instrument runs it, for tests of duties: threads with a loop, a wait and a wake.
 */
#ifndef WORKLOADS_TEST_BLOCK_H
#define WORKLOADS_TEST_BLOCK_H

#include "duty.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* One place for a thread; threads come and go. */
struct tenant {
	struct duty_cpu *dc;
	sem_t woken;
	atomic_bool should_stop;
	pthread_t thread;
};

struct block {
	const struct duty *duty;
	size_t nr;
	struct duty_cpu *dcs;
	struct tenant *tenants;
};

static inline void tenant_wake(void *tenant)
{
	sem_post(&((struct tenant *)tenant)->woken);
}

static inline void *tenant_main(void *arg)
{
	struct tenant *tenant = arg;
	struct duty_cpu *dc = tenant->dc;

	if (duty_start(dc))
		return dc;
	while (!atomic_load(&tenant->should_stop))
		if (dc->duty->has_work(dc))
			duty_step(dc);
		else
			sem_wait(&tenant->woken);
	duty_stop(dc);
	return NULL;
}

static inline void start_threads(struct block *block)
{
	for (size_t i = 0; i < block->nr; i++) {
		struct tenant *tenant = &block->tenants[i];

		atomic_store(&tenant->should_stop, false);
		assert_int_equal(pthread_create(&tenant->thread, NULL, tenant_main, tenant), 0);
	}
}

static inline void stop_threads(struct block *block)
{
	for (size_t i = 0; i < block->nr; i++) {
		void *failed;

		atomic_store(&block->tenants[i].should_stop, true);
		tenant_wake(&block->tenants[i]);
		assert_int_equal(pthread_join(block->tenants[i].thread, &failed), 0);
		assert_null(failed);
	}
}

static inline unsigned int usable_cpu(void)
{
	return (unsigned int)sched_getcpu();
}

static inline void make_block(struct block *block, const struct duty *duty, size_t nr)
{
	block->duty = duty;
	block->nr = nr;
	block->dcs = calloc(nr, sizeof(*block->dcs));
	block->tenants = calloc(nr, sizeof(*block->tenants));
	assert_true(block->dcs && block->tenants);
	for (size_t i = 0; i < nr; i++) {
		struct duty_cpu *dc = &block->dcs[i];

		duty_cpu_init(dc, duty, (unsigned int)i);
		dc->stack_touch_bytes = i * 3000;
		dc->data_touch_bytes = i * 5000;
		dc->wake = tenant_wake;
		dc->wake_arg = &block->tenants[i];
		block->tenants[i].dc = dc;
		sem_init(&block->tenants[i].woken, 0, 0);
	}
}

static inline void prepare_block(struct block *block)
{
	if (block->duty->prepare)
		assert_int_equal(block->duty->prepare(block->dcs, block->nr, usable_cpu()), 0);
}

static inline void finish_block(struct block *block)
{
	if (block->duty->finish)
		block->duty->finish(block->dcs, block->nr);
}

/* With the threads ended: all that was accepted is done, and nothing is left behind. */
static inline void assert_settled(const struct block *block)
{
	for (size_t i = 0; i < block->nr; i++) {
		const struct duty_cpu *dc = &block->dcs[i];

		assert_true(atomic_load(&dc->accepted) == atomic_load(&dc->done));
		assert_int_equal(duty_backlog(dc), 0);
		assert_int_equal(block->duty->verify(dc), 0);
		assert_null(dc->data);
		assert_null(dc->partner);
	}
}

static inline void free_block(struct block *block)
{
	for (size_t i = 0; i < block->nr; i++)
		sem_destroy(&block->tenants[i].woken);
	free(block->tenants);
	free(block->dcs);
}

/* Until all that is accepted now is done, whatever is accepted meanwhile. */
static inline void wait_until_done(const struct duty_cpu *dc)
{
	uint64_t mark = atomic_load(&dc->accepted);

	while (atomic_load(&dc->done) < mark)
		sched_yield();
}

#endif
