/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cmocka.h>

#include "clock.h"

static void never_goes_back(void **state)
{
	uint64_t last = clock_now_ns();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t now = clock_now_ns();

		assert_true(now >= last);
		last = now;
	}
}

static void wakes_after_the_deadline(void **state)
{
	uint64_t deadline = clock_now_ns() + 2000000;

	(void)state;
	clock_sleep_until_ns(deadline);
	assert_true(clock_now_ns() >= deadline);
}

static void accepts_deadlines_in_the_past(void **state)
{
	(void)state;
	clock_sleep_until_ns(0);
	clock_sleep_until_ns(clock_now_ns() - 1);
}

/* The kernel would take the CPU from us for that: the next thing measured would begin cold. */
static void keeps_the_cpu_then(void **state)
{
	struct rusage before, after;

	(void)state;
	assert_int_equal(getrusage(RUSAGE_THREAD, &before), 0);
	for (int i = 0; i < 1000; i++)
		clock_sleep_until_ns(clock_now_ns());
	assert_int_equal(getrusage(RUSAGE_THREAD, &after), 0);
	assert_in_range(after.ru_nvcsw - before.ru_nvcsw, 0, 100);
}

static void *burn(void *arg)
{
	uint64_t end_ns = clock_now_ns() + 1000000;

	while (clock_now_ns() < end_ns)
		;
	*(uint64_t *)arg = clock_thread_cpu_ns(gettid());
	return NULL;
}

static void tells_the_cpu_time_of_threads(void **state)
{
	uint64_t all_ns = clock_process_cpu_ns(), own_ns = clock_thread_cpu_ns(gettid());
	uint64_t burnt_ns = 0;
	pthread_t thread;

	(void)state;
	assert_true(own_ns > 0 && own_ns <= clock_process_cpu_ns());
	assert_int_equal(pthread_create(&thread, NULL, burn, &burnt_ns), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(burnt_ns > 0);
	assert_true(clock_process_cpu_ns() - all_ns >= burnt_ns);
	assert_int_equal(clock_thread_cpu_ns(1), 0); /* nobody of ours */
}

static void knows_its_resolution(void **state)
{
	struct clock_cost cost = clock_measure_cost();

	(void)state;
	assert_true(cost.resolution_ns > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_goes_back),
		cmocka_unit_test(wakes_after_the_deadline),
		cmocka_unit_test(accepts_deadlines_in_the_past),
		cmocka_unit_test(keeps_the_cpu_then),
		cmocka_unit_test(tells_the_cpu_time_of_threads),
		cmocka_unit_test(knows_its_resolution),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
