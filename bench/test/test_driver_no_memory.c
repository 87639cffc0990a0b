/* SPDX-License-Identifier: MIT */
/* A duty whose setup finds no memory: its threads end early, the block says so and nobody hangs. */
#include "one_block.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#define NR_THREADS 3

static _Atomic unsigned int nr_setups, nr_willing;

/* The first so many threads get theirs. */
static int scarce_setup(struct duty_cpu *dc)
{
	(void)dc;
	return atomic_fetch_add(&nr_setups, 1) < atomic_load(&nr_willing) ? 0 : -ENOMEM;
}

static void run_scarce(const char *contender, unsigned int willing)
{
	cpu_set_t before, after;
	struct one_block one;
	struct duty scarce;

	atomic_store(&nr_setups, 0);
	atomic_store(&nr_willing, willing);
	one_block_init(&one, contender, "sleep", NR_THREADS, 1);
	scarce = *one.cell.duty;
	scarce.setup = scarce_setup;
	scarce.cleanup = NULL;
	one.cell.duty = &scarce;
	pthread_getaffinity_np(pthread_self(), sizeof(before), &before);
	assert_int_equal(driver_run_block(&one.rec, NULL, &one.block), -ENOMEM);
	/* To bind a thread that has ended would bind us. */
	pthread_getaffinity_np(pthread_self(), sizeof(after), &after);
	assert_true(CPU_EQUAL(&before, &after));
	one_block_fini(&one);
}

static void test_a_setup_without_memory_ends_the_block(void **state)
{
	static const char *const contenders[] = { "pool", "cond", "park", "recreate" };

	(void)state;
	for (size_t i = 0; i < sizeof(contenders) / sizeof(contenders[0]); i++)
		for (unsigned int willing = 0; willing < NR_THREADS; willing++)
			run_scarce(contenders[i], willing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_setup_without_memory_ends_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
