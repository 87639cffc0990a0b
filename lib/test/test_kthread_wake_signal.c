/* SPDX-License-Identifier: MIT */
/* kthread_wake() from signal handlers. */
#include "taker.h"

#if defined(__SANITIZE_THREAD__)
#define IS_TSAN true
#elif defined(__has_feature)
#define IS_TSAN __has_feature(thread_sanitizer)
#else
#define IS_TSAN false
#endif

static struct kthread *woken_by_signal;

static void wake_from_handler(int signal)
{
	(void)signal;
	kthread_wake(woken_by_signal);
}

/*
 * Also into the thread itself, wherever it is: the handler may come between look and sleep. TSan
 * would put it off until after the sleep.
 */
static void can_come_from_a_signal_handler(void **state)
{
	struct sigaction action = { .sa_handler = wake_from_handler };
	struct taker taker = { .may_sleep = true };
	struct kthread *k = taker_start(&taker);

	(void)state;
	woken_by_signal = k;
	sigaction(SIGUSR2, &action, NULL);
	for (unsigned long i = 1; i < 500; i++) {
		syscall(SYS_tgkill, getpid(), i % 2 && !IS_TSAN ? kthread_tid(k) : gettid(),
			SIGUSR2);
		wait_until(nr_taken(&taker) == i);
	}
	bounded(kthread_stop(k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(can_come_from_a_signal_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
