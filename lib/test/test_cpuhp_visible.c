/* SPDX-License-Identifier: MIT */
/*
 * Who sees a rung without the lock sees what the callbacks up to there have done. The thread
 * sanitizer is the judge: what the callback does is no atomic.
 */
#include "kthread_check.h"

#include <kpark/cpuhp.h>

#define RUNG	  3
#define NR_ROUNDS 50

static int made;

static int make(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	made = 42;
	return 0;
}

static void *look(void *arg)
{
	struct cpuhp *hp = arg;

	while (cpuhp_cpu_state(hp, 0) < RUNG)
		sched_yield();
	return (void *)(intptr_t)made;
}

static void a_rung_shows_what_led_there(void **state)
{
	const struct cpuhp_step step = { "make", make, NULL, NULL };
	pthread_t looker;
	void *seen;

	(void)state;
	for (int i = 0; i < NR_ROUNDS; i++) {
		struct cpuhp *hp = cpuhp_create(1);

		made = 0;
		assert_int_equal(cpuhp_setup_state(hp, RUNG, &step), 0);
		assert_int_equal(pthread_create(&looker, NULL, look, hp), 0);
		assert_int_equal(cpu_up(hp, 0, CPUHP_ONLINE), 0);
		bounded(pthread_join(looker, &seen));
		assert_int_equal((intptr_t)seen, 42);
		cpuhp_destroy(hp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_rung_shows_what_led_there) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
