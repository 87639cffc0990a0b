/* SPDX-License-Identifier: MIT */
/* The generator gives the published numbers, everywhere, and no number more often than another. */
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* From the authors' C code, state { 1, 2, 3, 4 }. */
static void is_xoshiro256_starstar(void **state)
{
	const uint64_t expected[] = {
		11520u,
		0u,
		1509978240u,
		1215971899390074240u,
		1216172134540287360u,
		607988272756665600u,
		16172922978634559625u,
		8476171486693032832u,
		10595114339597558777u,
		2904607092377533576u,
	};
	struct random random = { { 1, 2, 3, 4 } };

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		assert_true(random_next(&random) == expected[i]);
}

static void is_seeded_by_splitmix64(void **state)
{
	const uint64_t expected[] = {
		6457827717110365317u,
		3203168211198807973u,
		9817491932198370423u,
		4593380528125082431u,
	};
	struct random random;

	(void)state;
	random_init(&random, 1234567);
	for (int i = 0; i < 4; i++)
		assert_true(random.state[i] == expected[i]);
}

static void works_with_every_seed(void **state)
{
	struct random a, b;

	(void)state;
	random_init(&a, 0);
	random_init(&b, UINT64_MAX);
	assert_true(random_next(&a) != 0);
	assert_true(random_next(&a) != random_next(&b));
}

/* Bounds where a plain remainder, or a product without rejection, is visibly lopsided. */
static void is_unbiased_below_a_large_bound(void **state)
{
	const uint64_t bound = UINT64_C(3) << 62; /* 3/4 of all numbers */
	unsigned int nr_low = 0;
	struct random random;

	(void)state;
	random_init(&random, 7);
	for (int i = 0; i < 30000; i++) {
		uint64_t value = random_below(&random, bound);

		assert_true(value < bound);
		nr_low += value < UINT64_C(1) << 62;
	}
	/* 10000 expected, 15000 with a remainder; five standard deviations are 408. */
	assert_in_range(nr_low, 10000 - 408, 10000 + 408);
}

static void stays_below_every_bound(void **state)
{
	unsigned int seen[7] = { 0 };
	struct random random;

	(void)state;
	random_init(&random, 8);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(random_below(&random, 1), 0);
		assert_true(random_below(&random, UINT64_MAX) < UINT64_MAX);
		seen[random_below(&random, 7)]++;
	}
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 1000 / 7 - 60, 1000 / 7 + 60);
}

/* All 24 orders of 4, 1000 times each: the classic mistakes are off by hundreds. */
static void shuffles_evenly(void **state)
{
	unsigned int seen[256] = { 0 }, nr_orders = 0;
	struct random random;

	(void)state;
	random_init(&random, 9);
	for (int i = 0; i < 24000; i++) {
		unsigned int array[4] = { 0, 1, 2, 3 };

		random_shuffle(&random, array, 4);
		seen[array[0] | array[1] << 2 | array[2] << 4 | array[3] << 6]++;
	}
	for (int order = 0; order < 256; order++) {
		if (!seen[order])
			continue;
		nr_orders++;
		assert_in_range(seen[order], 1000 - 160, 1000 + 160);
	}
	assert_int_equal(nr_orders, 24);
}

static void shuffles_nothing(void **state)
{
	struct random random, before;
	unsigned int one = 5;

	(void)state;
	random_init(&random, 10);
	before = random;
	random_shuffle(&random, NULL, 0);
	random_shuffle(&random, &one, 1);
	assert_int_equal(one, 5);
	assert_memory_equal(&random, &before, sizeof(random));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_xoshiro256_starstar),
		cmocka_unit_test(is_seeded_by_splitmix64),
		cmocka_unit_test(works_with_every_seed),
		cmocka_unit_test(is_unbiased_below_a_large_bound),
		cmocka_unit_test(stays_below_every_bound),
		cmocka_unit_test(shuffles_evenly),
		cmocka_unit_test(shuffles_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
