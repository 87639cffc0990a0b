/* SPDX-License-Identifier: MIT */
/* Every system call of every thread is counted once, in the phases that were open. */
#include "syscalls.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static struct syscalls *start(void)
{
	struct syscalls *syscalls;
	char why[160] = "";

	if (syscalls_start(&syscalls, why, sizeof(why)))
		fail_msg("%s", why);
	return syscalls;
}

static void stop(struct syscalls *syscalls)
{
	char why[160] = "";

	if (syscalls_stop(syscalls, why, sizeof(why)))
		fail_msg("%s", why);
}

static void ask(int times)
{
	for (int i = 0; i < times; i++)
		syscall(SYS_getppid);
}

static uint64_t nr_asked(const struct syscalls *syscalls, unsigned int phase)
{
	return syscalls_count(syscalls, phase, SYS_getppid);
}

static void the_controllers_calls_are_exact(void **state)
{
	struct syscalls *syscalls = start();

	(void)state;
	ask(1);
	syscalls_begin(syscalls, PHASE_QUIESCE);
	ask(7);
	syscalls_begin(syscalls, PHASE_OFF_CPU);
	ask(5);
	syscalls_end(syscalls, PHASE_QUIESCE);
	ask(3);
	syscalls_end(syscalls, PHASE_OFF_CPU);
	ask(2);
	stop(syscalls);
	ask(100);

	assert_int_equal(nr_asked(syscalls, PHASE_QUIESCE), 12);
	assert_int_equal(nr_asked(syscalls, PHASE_OFF_CPU), 8);
	assert_int_equal(nr_asked(syscalls, SYSCALLS_OUTSIDE), 3);
	assert_int_equal(nr_asked(syscalls, PHASE_ONLINE), 0);
	syscalls_free(syscalls);
}

static void *ask_nine_times(void *arg)
{
	ask(9);
	return arg;
}

static void a_created_thread_is_followed(void **state)
{
	struct syscalls *syscalls;
	pthread_t thread;

	(void)state;
	/* The first thread of all may bring a sanitizer's own with it. */
	assert_int_equal(pthread_create(&thread, NULL, ask_nine_times, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	syscalls = start();
	syscalls_begin(syscalls, PHASE_STARTUP);
	assert_int_equal(pthread_create(&thread, NULL, ask_nine_times, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	syscalls_end(syscalls, PHASE_STARTUP);
	stop(syscalls);

	assert_int_equal(syscalls_count(syscalls, PHASE_STARTUP, SYS_clone3) +
				 syscalls_count(syscalls, PHASE_STARTUP, SYS_clone),
			 1);
	assert_int_equal(nr_asked(syscalls, PHASE_STARTUP), 9);
	assert_true(syscalls_count(syscalls, PHASE_STARTUP, SYS_exit) +
			    syscalls_count(syscalls, SYSCALLS_OUTSIDE, SYS_exit) ==
		    1);
	syscalls_free(syscalls);
}

struct meeting {
	pthread_barrier_t barrier;
	int times;
};

static void *ask_when_met(void *arg)
{
	struct meeting *meeting = arg;

	pthread_barrier_wait(&meeting->barrier);
	ask(meeting->times);
	pthread_barrier_wait(&meeting->barrier);
	return NULL;
}

static void threads_from_before_are_followed(void **state)
{
	enum { NR_THREADS = 8 };
	struct meeting meeting = { .times = 11 };
	pthread_t threads[NR_THREADS];
	struct syscalls *syscalls;

	(void)state;
	pthread_barrier_init(&meeting.barrier, NULL, NR_THREADS + 1);
	for (int i = 0; i < NR_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_when_met, &meeting), 0);
	syscalls = start();
	syscalls_begin(syscalls, PHASE_RESUME);
	pthread_barrier_wait(&meeting.barrier);
	pthread_barrier_wait(&meeting.barrier);
	syscalls_end(syscalls, PHASE_RESUME);
	stop(syscalls);
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);

	assert_int_equal(nr_asked(syscalls, PHASE_RESUME), NR_THREADS * meeting.times);
	syscalls_free(syscalls);
	pthread_barrier_destroy(&meeting.barrier);
}

static void *keep_creating(void *arg)
{
	_Atomic int *is_enough = arg;

	while (!*is_enough) {
		pthread_t thread;

		assert_int_equal(pthread_create(&thread, NULL, ask_nine_times, NULL), 0);
		pthread_join(thread, NULL);
	}
	return NULL;
}

/* Threads come and go while the tracer attaches and leaves: neither may lose or hold one. */
static void start_and_stop_stand_a_storm(void **state)
{
	_Atomic int is_enough = 0;
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, keep_creating, &is_enough), 0);
	for (int i = 0; i < 20; i++) {
		struct syscalls *syscalls = start();

		syscalls_begin(syscalls, PHASE_QUIESCE);
		ask(7);
		stop(syscalls);
		assert_true(nr_asked(syscalls, PHASE_QUIESCE) >= 7);
		syscalls_free(syscalls);
	}
	is_enough = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static void unknown_numbers_are_kept_apart(void **state)
{
	struct syscalls *syscalls = start();

	(void)state;
	syscalls_begin(syscalls, PHASE_WAKE);
	syscall(SYSCALLS_NR_MAX + 7);
	syscall(SYSCALLS_NR_MAX - 1);
	syscalls_end(syscalls, PHASE_WAKE);
	stop(syscalls);
	assert_int_equal(syscalls_count(syscalls, PHASE_WAKE, SYSCALLS_NR_MAX), 1);
	assert_int_equal(syscalls_count(syscalls, PHASE_WAKE, SYSCALLS_NR_MAX - 1), 1);
	syscalls_free(syscalls);
}

static void calls_have_names(void **state)
{
	char name[SYSCALLS_NAME_SIZE];

	(void)state;
	assert_string_equal(syscalls_name(SYS_futex, name), "futex");
	assert_string_equal(syscalls_name(SYS_clone3, name), "clone3");
	assert_string_equal(syscalls_name(SYSCALLS_NR_MAX - 1, name), "syscall_599");
	assert_string_equal(syscalls_name(SYSCALLS_NR_MAX, name), "others");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_controllers_calls_are_exact),
		cmocka_unit_test(a_created_thread_is_followed),
		cmocka_unit_test(threads_from_before_are_followed),
		cmocka_unit_test(start_and_stop_stand_a_storm),
		cmocka_unit_test(unknown_numbers_are_kept_apart),
		cmocka_unit_test(calls_have_names),
	};
	struct syscalls *syscalls;
	char why[160];

	if (syscalls_start(&syscalls, why, sizeof(why))) {
		printf("skipped: %s\n", why);
		return 77;
	}
	syscalls_stop(syscalls, why, sizeof(why));
	syscalls_free(syscalls);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
