/* SPDX-License-Identifier: MIT */
#include "bystander.h"

#include "clock.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* A line of its own for each: a neighbour's flag must not make gaps. */
struct bystander {
	_Alignas(128) atomic_bool should_stop;
	unsigned int cpu;
	sem_t has_begun;
	pthread_t thread;
	bool is_running;   /* the controller: there is a thread to join */
	bool is_displaced; /* the thread, at its end */
	struct gap_log log;
};

static bool should_stop(const struct bystander *b)
{
	/* Relaxed: nothing but the flag itself is passed; the join orders the log. */
	return atomic_load_explicit(&b->should_stop, memory_order_relaxed);
}

/* Here, so that the memory is near its CPU and no page is missing later. */
static void touch_log(struct gap_log *log)
{
	memset(log->gaps, 0, log->max_gaps * sizeof(*log->gaps));
}

static void *spin(void *arg)
{
	struct bystander *b = arg;
	struct gap_log *log = &b->log;
	const uint64_t threshold_ns = log->threshold_ns;
	uint64_t last_ns, now_ns;
	bool is_last;

	touch_log(log);
	last_ns = clock_now_ns();
	log->from_ns = last_ns;
	sem_post(&b->has_begun);
	do {
		/* Looked at first: what happens up to the stop is still seen. */
		is_last = should_stop(b);
		now_ns = clock_now_ns();
		if (now_ns - last_ns >= threshold_ns)
			gap_log_add(log, last_ns, now_ns - last_ns);
		last_ns = now_ns;
	} while (!is_last);
	log->until_ns = last_ns;
	b->is_displaced = sched_getcpu() != (int)b->cpu;
	return NULL;
}

static void *doze(void *arg)
{
	struct bystander *b = arg;
	struct gap_log *log = &b->log;
	uint64_t due_ns, now_ns;
	bool is_last;

	/* The default slack of 50 us would be taken for lateness. */
	prctl(PR_SET_TIMERSLACK, 1ul, 0, 0, 0);
	touch_log(log);
	now_ns = clock_now_ns();
	due_ns = now_ns;
	log->from_ns = now_ns;
	sem_post(&b->has_begun);
	do {
		is_last = should_stop(b);
		/* Deadlines that it slept through were parts of the same gap. */
		due_ns += ((now_ns - due_ns) / BYSTANDER_PERIOD_NS + 1) * BYSTANDER_PERIOD_NS;
		clock_sleep_until_ns(due_ns);
		now_ns = clock_now_ns();
		gap_log_add(log, due_ns, now_ns - due_ns);
	} while (!is_last);
	log->until_ns = now_ns;
	b->is_displaced = sched_getcpu() != (int)b->cpu;
	return NULL;
}

static int init_attr(pthread_attr_t *attr, unsigned int cpu)
{
	const struct sched_param param = { .sched_priority = 0 };
	struct cpumask mask;
	int err = pthread_attr_init(attr);

	if (err)
		return err;
	cpumask_clear(&mask);
	cpumask_set_cpu(cpu, &mask);
	err = pthread_attr_setaffinity_np(attr, sizeof(mask), (const cpu_set_t *)mask.bits);
	/* Not what the controller has. */
	if (!err)
		err = pthread_attr_setinheritsched(attr, PTHREAD_EXPLICIT_SCHED);
	if (!err)
		err = pthread_attr_setschedpolicy(attr, SCHED_OTHER);
	if (!err)
		err = pthread_attr_setschedparam(attr, &param);
	if (err)
		pthread_attr_destroy(attr);
	return err;
}

static int start_one(struct bystander *b, enum bystander_kind kind)
{
	pthread_attr_t attr;
	int err = init_attr(&attr, b->cpu);

	if (err)
		return -err;
	err = pthread_create(&b->thread, &attr, kind == BYSTANDER_SPIN ? spin : doze, b);
	pthread_attr_destroy(&attr);
	b->is_running = !err;
	return -err;
}

static int await_begin(struct bystander *b, uint64_t deadline_ns)
{
	const struct timespec deadline = {
		.tv_sec = (time_t)(deadline_ns / 1000000000),
		.tv_nsec = (long)(deadline_ns % 1000000000),
	};

	while (sem_clockwait(&b->has_begun, CLOCK_MONOTONIC, &deadline))
		if (errno == ETIMEDOUT)
			return -ETIMEDOUT;
	return 0;
}

static int alloc_list(const struct bystander_setup *setup, struct bystanders *all)
{
	size_t nr = cpumask_weight(&setup->cpus);
	unsigned int cpu;

	all->list = aligned_alloc(_Alignof(struct bystander), (nr + 1) * sizeof(*all->list));
	if (!all->list)
		return -ENOMEM;
	for_each_cpu (cpu, &setup->cpus) {
		struct bystander *b = &all->list[all->nr];

		*b = (struct bystander){ .cpu = cpu };
		atomic_init(&b->should_stop, false);
		b->log.max_gaps = setup->max_gaps;
		if (setup->kind == BYSTANDER_SPIN)
			b->log.threshold_ns = BYSTANDER_GAP_NS + setup->clock_read_ns;
		b->log.gaps = malloc(setup->max_gaps * sizeof(*b->log.gaps));
		if (!b->log.gaps)
			return -ENOMEM;
		sem_init(&b->has_begun, 0, 0);
		all->nr++;
	}
	return 0;
}

int bystanders_start(const struct bystander_setup *setup, struct bystanders *ret)
{
	struct bystanders all = { .kind = setup->kind };
	uint64_t deadline_ns;
	int err;

	assert(setup->max_gaps);
	err = alloc_list(setup, &all);
	for (size_t i = 0; i < all.nr && !err; i++)
		err = start_one(&all.list[i], all.kind);
	deadline_ns = clock_now_ns() + setup->deadline_ns;
	for (size_t i = 0; i < all.nr && !err; i++)
		err = await_begin(&all.list[i], deadline_ns);
	if (err)
		bystanders_fini(&all);
	else
		*ret = all;
	return err;
}

void bystanders_stop(struct bystanders *bystanders)
{
	for (size_t i = 0; i < bystanders->nr; i++)
		atomic_store_explicit(&bystanders->list[i].should_stop, true, memory_order_relaxed);
	for (size_t i = 0; i < bystanders->nr; i++) {
		if (bystanders->list[i].is_running)
			pthread_join(bystanders->list[i].thread, NULL);
		bystanders->list[i].is_running = false;
	}
}

void bystanders_fini(struct bystanders *bystanders)
{
	bystanders_stop(bystanders);
	for (size_t i = 0; i < bystanders->nr; i++) {
		sem_destroy(&bystanders->list[i].has_begun);
		free(bystanders->list[i].log.gaps);
	}
	free(bystanders->list);
	*bystanders = (struct bystanders){ .nr = 0 };
}

struct bystander_gap bystanders_worst(const struct bystanders *bystanders)
{
	struct bystander_gap worst = { .gap_ns = 0 };

	for (size_t i = 0; i < bystanders->nr; i++) {
		const struct bystander *b = &bystanders->list[i];
		const uint64_t gap_ns =
			atomic_load_explicit(&b->log.longest_ns, memory_order_relaxed);

		if (gap_ns > worst.gap_ns)
			worst = (struct bystander_gap){ gap_ns, b->cpu };
	}
	return worst;
}

struct bystander_view bystanders_view(const struct bystanders *bystanders, size_t index)
{
	const struct bystander *b = &bystanders->list[index];

	return (struct bystander_view){
		.cpu = b->cpu,
		.kind = bystanders->kind,
		.log = &b->log,
		.is_displaced = b->is_displaced,
	};
}
