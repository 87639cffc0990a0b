/* SPDX-License-Identifier: MIT */
/* Every arm stands in every place equally often and follows every other arm equally often. */
#include "block_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MAX_ARMS 9

static void check_balance(uint32_t nr_arms, uint64_t seed)
{
	uint32_t nr_reps = nr_arms % 2 ? 2 * nr_arms : nr_arms;
	uint32_t order[2 * MAX_ARMS * MAX_ARMS];
	uint32_t in_place[MAX_ARMS][MAX_ARMS] = { 0 }, after[MAX_ARMS][MAX_ARMS] = { 0 };
	struct random random;

	random_init(&random, seed);
	assert_int_equal(block_order(order, nr_arms, nr_reps, &random), 0);
	for (uint32_t rep = 0; rep < nr_reps; rep++)
		for (uint32_t i = 0; i < nr_arms; i++) {
			uint32_t *row = &order[rep * nr_arms];

			assert_true(row[i] < nr_arms);
			in_place[row[i]][i]++;
			if (i)
				after[row[i - 1]][row[i]]++;
		}
	for (uint32_t a = 0; a < nr_arms; a++)
		for (uint32_t b = 0; b < nr_arms; b++) {
			assert_int_equal(in_place[a][b], nr_reps / nr_arms);
			assert_int_equal(after[a][b], a == b ? 0 : nr_reps / nr_arms);
		}
}

static void test_places_and_neighbours_are_balanced(void **state)
{
	(void)state;
	for (uint32_t nr_arms = 1; nr_arms <= MAX_ARMS; nr_arms++)
		for (uint64_t seed = 0; seed < 20; seed++)
			check_balance(nr_arms, seed);
}

static void test_the_seed_decides(void **state)
{
	uint32_t a[50], b[50], c[50];
	struct random random;

	(void)state;
	random_init(&random, 1);
	assert_int_equal(block_order(a, 5, 10, &random), 0);
	random_init(&random, 1);
	assert_int_equal(block_order(b, 5, 10, &random), 0);
	random_init(&random, 2);
	assert_int_equal(block_order(c, 5, 10, &random), 0);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, c, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_and_neighbours_are_balanced),
		cmocka_unit_test(test_the_seed_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
