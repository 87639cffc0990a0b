/* SPDX-License-Identifier: MIT */
/* A seed gives each controller the same sequence, whatever the operations come to. */
#include "torture_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NR_DRAWS 1000

static struct torture_options options;

static void begin(struct controller_thread *c, struct torture *t, uint64_t seed)
{
	options.nr_threads = 5;
	for (int op = 0; op < NR_TORTURE_OPS; op++)
		options.weights[op] = torture_ops[op].weight;
	t->options = &options;
	c->t = t;
	random_init(&c->random, seed);
}

static bool are_equal(const struct torture_draw *a, const struct torture_draw *b)
{
	return a->op == b->op && !memcmp(a->slots, b->slots, sizeof(a->slots)) && a->a == b->a &&
	       a->b == b->b && a->c == b->c;
}

static size_t nr_equal(uint64_t seed, uint64_t other)
{
	static struct controller_thread one, two;
	static struct torture t;
	struct torture_draw a, b;
	size_t nr = 0;

	begin(&one, &t, seed);
	begin(&two, &t, other);
	for (int i = 0; i < NR_DRAWS; i++) {
		torture_draw(&one, &a);
		torture_draw(&two, &b);
		assert_in_range(a.op, 0, NR_TORTURE_OPS - 1);
		assert_in_range(a.slots[3], 0, options.nr_threads - 1);
		nr += are_equal(&a, &b);
	}
	return nr;
}

static void same_seed_same_sequence(void **state)
{
	(void)state;
	assert_int_equal(nr_equal(7, 7), NR_DRAWS);
	assert_int_equal(nr_equal(7, 8), 0);
}

static void weight_zero_is_never_drawn(void **state)
{
	static struct controller_thread c;
	static struct torture t;
	struct torture_draw draw;

	(void)state;
	begin(&c, &t, 1);
	options.weights[0] = options.weights[NR_TORTURE_OPS - 1] = 0;
	for (int i = 0; i < NR_DRAWS; i++) {
		torture_draw(&c, &draw);
		assert_in_range(draw.op, 1, NR_TORTURE_OPS - 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_sequence),
		cmocka_unit_test(weight_zero_is_never_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
