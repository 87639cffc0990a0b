/* SPDX-License-Identifier: MIT */
/*
 * A ladder with smpboot on it, and kinds of threads that write down what happens to them: "A.park0"
 * is the park callback of kind A for the first CPU the test may use, whatever its number is.
 */
#ifndef TEST_SMPBOOT_FIXTURE_H
#define TEST_SMPBOOT_FIXTURE_H

#include <kpark/smpboot.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PREPARE	   10
#define ONLINE	   20
#define DEADLINE_S 30

struct stage {
	struct cpuhp *hp;
	struct smpboot *sb;
	unsigned int cpus[2]; /* that threads can be bound to; the same twice if there is one */
	pthread_mutex_t lock;
	char text[4096];
};

struct kind {
	struct smp_hotplug_thread ht;
	struct stage *stage;
	const char *name;
	struct kind *peer; /* whatever the test makes of it */
	struct kthread *store[CPUMASK_NR_CPUS];
	atomic_int nr_work[CPUMASK_NR_CPUS]; /* left to do */
	atomic_int nr_done[CPUMASK_NR_CPUS];
	atomic_int nr_misplaced;
	atomic_bool is_stuck; /* thread_fn does not return while set */
	atomic_bool is_fatal; /* thread_fn ends its thread */
};

/* Polls @condition; fails the test after DEADLINE_S. */
#define wait_until(condition)                                                                      \
	do {                                                                                       \
		time_t deadline_ = time(NULL) + DEADLINE_S;                                        \
		while (!(condition)) {                                                             \
			if (time(NULL) > deadline_)                                                \
				fail_msg("waited %d s for %s", DEADLINE_S, #condition);            \
			sched_yield();                                                             \
		}                                                                                  \
	} while (0)

/* Callable from kthreads: never asserts. */
static inline void note(struct kind *kind, const char *what, unsigned int cpu)
{
	struct stage *stage = kind->stage;
	size_t used;

	pthread_mutex_lock(&stage->lock);
	used = strlen(stage->text);
	snprintf(stage->text + used, sizeof(stage->text) - used, "%s.%s%d ", kind->name, what,
		 cpu == stage->cpus[0] ? 0 : 1);
	pthread_mutex_unlock(&stage->lock);
	if (kthread_self() && strncmp(what, "cleanup", 7) && sched_getcpu() != (int)cpu)
		atomic_fetch_add(&kind->nr_misplaced, 1);
}

static inline bool text_is(struct stage *stage, const char *text)
{
	bool is_equal;

	pthread_mutex_lock(&stage->lock);
	is_equal = !strcmp(stage->text, text);
	pthread_mutex_unlock(&stage->lock);
	return is_equal;
}

/* Waits until exactly @expected has happened since the last time, then forgets it. */
static inline void expect_text(struct stage *stage, const char *expected)
{
	time_t deadline = time(NULL) + DEADLINE_S;

	while (!text_is(stage, expected) && time(NULL) <= deadline)
		sched_yield();
	pthread_mutex_lock(&stage->lock);
	assert_string_equal(stage->text, expected);
	stage->text[0] = '\0';
	pthread_mutex_unlock(&stage->lock);
}

static inline void kind_create(unsigned int cpu, void *data)
{
	struct kind *kind = data;

	note(kind, smpboot_thread(&kind->ht, cpu) ? "create" : "create-without-thread", cpu);
}

static inline void kind_setup(unsigned int cpu, void *data)
{
	note(data, "setup", cpu);
}

static inline void kind_park(unsigned int cpu, void *data)
{
	note(data, "park", cpu);
}

static inline void kind_unpark(unsigned int cpu, void *data)
{
	note(data, "unpark", cpu);
}

static inline void kind_cleanup(unsigned int cpu, bool is_online, void *data)
{
	note(data, is_online ? "cleanup-online" : "cleanup-offline", cpu);
}

static inline bool kind_should_run(unsigned int cpu, void *data)
{
	return atomic_load(&((struct kind *)data)->nr_work[cpu]) > 0;
}

static inline void kind_run(unsigned int cpu, void *data)
{
	struct kind *kind = data;

	if (sched_getcpu() != (int)cpu)
		atomic_fetch_add(&kind->nr_misplaced, 1);
	if (atomic_load(&kind->is_fatal))
		kthread_exit(0);
	atomic_fetch_sub(&kind->nr_work[cpu], 1);
	while (atomic_load(&kind->is_stuck))
		sched_yield();
	atomic_fetch_add(&kind->nr_done[cpu], 1);
}

static inline struct kind *new_kind(struct stage *stage, const char *name)
{
	struct kind *kind = calloc(1, sizeof(*kind));

	assert_non_null(kind);
	kind->stage = stage;
	kind->name = name;
	kind->ht = (struct smp_hotplug_thread){
		.store = kind->store,
		.thread_should_run = kind_should_run,
		.thread_fn = kind_run,
		.create = kind_create,
		.setup = kind_setup,
		.cleanup = kind_cleanup,
		.park = kind_park,
		.unpark = kind_unpark,
		.data = kind,
		.thread_comm = "stage/%u",
	};
	return kind;
}

/* One piece of work for the @i-th CPU, and wait until it is done. */
static inline void do_work(struct kind *kind, int i)
{
	unsigned int cpu = kind->stage->cpus[i];
	int before = atomic_load(&kind->nr_done[cpu]);

	atomic_fetch_add(&kind->nr_work[cpu], 1);
	assert_int_equal(smpboot_wake(&kind->ht, cpu), 0);
	wait_until(atomic_load(&kind->nr_done[cpu]) == before + 1);
}

/* The @i-th CPU's thread does nothing, although there is work and every chance to run. */
static inline void assert_still(struct kind *kind, int i)
{
	unsigned int cpu = kind->stage->cpus[i];
	int before = atomic_load(&kind->nr_done[cpu]);

	assert_true(atomic_load(&kind->nr_work[cpu]) > 0);
	for (int chance = 0; chance < 200; chance++)
		sched_yield();
	assert_int_equal(atomic_load(&kind->nr_done[cpu]), before);
}

static inline int up(struct stage *stage, int i, int target)
{
	return cpu_up(stage->hp, stage->cpus[i], target);
}

static inline int down(struct stage *stage, int i, int target)
{
	return cpu_down(stage->hp, stage->cpus[i], target);
}

/* Leaves a test that needs two CPUs where there is one. */
static inline void need_two_cpus(const struct stage *stage)
{
	if (stage->cpus[0] != stage->cpus[1])
		return;
	print_message("skipped: 2 CPUs needed, 1 usable\n");
	skip();
}

/* First and last CPU of the process; returns how many different ones that are. */
static inline int pick_cpus(unsigned int cpus[2])
{
	struct cpumask mask = { { 0 } };

	if (sched_getaffinity(0, sizeof(mask), (cpu_set_t *)mask.bits) < 0)
		return 0;
	cpus[0] = cpumask_first(&mask);
	cpus[1] = cpumask_last(&mask);
	return cpus[0] == cpus[1] ? 1 : 2;
}

static inline int stage_setup(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	if (!stage || !pick_cpus(stage->cpus))
		return -1;
	pthread_mutex_init(&stage->lock, NULL);
	stage->hp = cpuhp_create(CPUMASK_NR_CPUS);
	stage->sb = stage->hp ? smpboot_create(stage->hp, PREPARE, ONLINE) : NULL;
	*state = stage;
	return stage->sb ? 0 : -1;
}

static inline int stage_teardown(void **state)
{
	struct stage *stage = *state;

	if (smpboot_destroy(stage->sb))
		return -1;
	cpuhp_destroy(stage->hp);
	free(stage);
	return 0;
}

#define stage_test(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

#endif
