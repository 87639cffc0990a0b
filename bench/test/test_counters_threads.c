/* SPDX-License-Identifier: MIT */
/* Threads created after the opening are counted while they live and after they exited. */
#include "counters.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { NR_PAGES = 2000 };

/*
 * One fault per page, so small pages only. Not under TSan's eyes and not through its mmap: its
 * shadow memory would fault as well.
 */
__attribute__((no_sanitize_thread)) static void *touch_pages(void *arg)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = (char *)syscall(SYS_mmap, NULL, NR_PAGES * page, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	madvise(memory, NR_PAGES * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < NR_PAGES; i++)
		memory[i * page] = 1;
	syscall(SYS_munmap, memory, NR_PAGES * page);
	return arg;
}

static uint64_t faults_in(const struct counters *counters, enum phase phase)
{
	struct counter_result result;

	counters_result(counters, 0, phase, &result);
	assert_string_equal(result.event, "page-faults");
	assert_int_equal(result.status, COUNTER_EXACT);
	return result.count;
}

static void run_thread(void *(*function)(void *), void *arg)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, function, arg), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static struct counters *open_faults(void)
{
	struct counters *counters;
	char why[160];

	assert_int_equal(counters_open("page-faults", &counters, why, sizeof(why)), 0);
	return counters;
}

static void a_thread_that_came_and_went_counts(void **state)
{
	struct counters *counters = open_faults();

	(void)state;
	counters_begin(counters, PHASE_STARTUP);
	counters_end(counters, PHASE_STARTUP);
	counters_begin(counters, PHASE_QUIESCE);
	run_thread(touch_pages, NULL);
	counters_end(counters, PHASE_QUIESCE);

	assert_in_range(faults_in(counters, PHASE_QUIESCE), NR_PAGES, NR_PAGES * 3 / 2);
	assert_in_range(faults_in(counters, PHASE_STARTUP), 0, NR_PAGES / 10);
	counters_close(counters);
}

static void *thread_with_thread(void *arg)
{
	run_thread(touch_pages, arg);
	return NULL;
}

static void the_threads_of_a_thread_count(void **state)
{
	struct counters *counters = open_faults();

	(void)state;
	counters_begin(counters, PHASE_QUIESCE);
	run_thread(thread_with_thread, NULL);
	counters_end(counters, PHASE_QUIESCE);
	assert_in_range(faults_in(counters, PHASE_QUIESCE), NR_PAGES, NR_PAGES * 3 / 2);
	counters_close(counters);
}

static void *touch_when_asked(void *arg)
{
	pthread_barrier_t *barrier = arg;

	pthread_barrier_wait(barrier);
	touch_pages(NULL);
	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	return NULL;
}

static void a_living_thread_counts(void **state)
{
	struct counters *counters = open_faults();
	pthread_barrier_t barrier;
	pthread_t thread;

	(void)state;
	pthread_barrier_init(&barrier, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, touch_when_asked, &barrier), 0);
	counters_begin(counters, PHASE_RESUME);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	counters_end(counters, PHASE_RESUME);
	assert_in_range(faults_in(counters, PHASE_RESUME), NR_PAGES, NR_PAGES * 3 / 2);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	counters_close(counters);
	pthread_barrier_destroy(&barrier);
}

static void a_thread_from_before_does_not_count(void **state)
{
	struct counters *counters;
	pthread_barrier_t barrier;
	pthread_t thread;

	(void)state;
	pthread_barrier_init(&barrier, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, touch_when_asked, &barrier), 0);
	counters = open_faults();
	counters_begin(counters, PHASE_RESUME);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	counters_end(counters, PHASE_RESUME);
	assert_in_range(faults_in(counters, PHASE_RESUME), 0, NR_PAGES / 10);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	counters_close(counters);
	pthread_barrier_destroy(&barrier);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_that_came_and_went_counts),
		cmocka_unit_test(the_threads_of_a_thread_count),
		cmocka_unit_test(a_living_thread_counts),
		cmocka_unit_test(a_thread_from_before_does_not_count),
	};
	struct counters *counters = open_faults();
	struct counter_result result;

	counters_result(counters, 0, PHASE_TOTAL, &result);
	if (strcmp(result.source, "perf")) {
		printf("skipped: no perf events here, page-faults comes from %s\n", result.source);
		counters_close(counters);
		return 77;
	}
	counters_close(counters);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
