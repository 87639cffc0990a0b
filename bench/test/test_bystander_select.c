/* SPDX-License-Identifier: MIT */
/* Which CPUs are watched, on machines of every shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bystander.h"

#include <stdlib.h>

/* Two packages, each a node with one L3, four cores, two threads: siblings are 0-1, 2-3, ... */
#define TWO_PACKAGES "package:2 numa:1 l3:1 core:4 pu:2"

struct question {
	const char *machine, *victims;
	unsigned int controller;
	enum bystander_scope scope;
	enum bystander_kind kind;
};

static void assert_chosen(const struct question *q, const char *expected)
{
	struct topology topo;
	struct bystander_choice choice = { .scope = q->scope,
					   .kind = q->kind,
					   .controller_cpu = q->controller };
	struct cpumask chosen;
	char why[256], list[256];

	setenv("HWLOC_SYNTHETIC", q->machine, 1);
	assert_int_equal(topology_load(&topo), 0);
	assert_int_equal(topology_select(&topo, q->victims, &choice.victims, why, sizeof(why)), 0);
	bystander_select(&topo, &choice, &chosen);
	cpumask_format(&chosen, list, sizeof(list));
	assert_string_equal(list, expected);
	topology_fini(&topo);
}

#define ASSERT_CHOSEN(expected, ...) assert_chosen(&(struct question){ __VA_ARGS__ }, expected)

static void one_for_each_object(void **state)
{
	(void)state;
	ASSERT_CHOSEN("", TWO_PACKAGES, "4-5", 0, BYSTANDERS_NONE, BYSTANDER_SLEEP);
	ASSERT_CHOSEN("1-3,6-15", TWO_PACKAGES, "4-5", 0, BYSTANDERS_ALL, BYSTANDER_SPIN);
	ASSERT_CHOSEN("1-2,6,8,10,12,14", TWO_PACKAGES, "4-5", 0, BYSTANDERS_CORE, BYSTANDER_SPIN);
	ASSERT_CHOSEN("1,8", TWO_PACKAGES, "4-5", 0, BYSTANDERS_CACHE, BYSTANDER_SPIN);
	ASSERT_CHOSEN("1,8", TWO_PACKAGES, "4-5", 0, BYSTANDERS_NODE, BYSTANDER_SPIN);
}

static void the_sibling_of_a_victim_stays(void **state)
{
	(void)state;
	ASSERT_CHOSEN("1-2,5-6,8,10,12,14", TWO_PACKAGES, "4", 0, BYSTANDERS_CORE, BYSTANDER_SPIN);
}

static void victims_are_never_watched(void **state)
{
	(void)state;
	ASSERT_CHOSEN("1", TWO_PACKAGES, "8-15", 0, BYSTANDERS_NODE, BYSTANDER_SPIN);
	ASSERT_CHOSEN("8", TWO_PACKAGES, "1-7", 0, BYSTANDERS_NODE, BYSTANDER_SPIN);
}

static void the_controller_has_no_spinner(void **state)
{
	(void)state;
	ASSERT_CHOSEN("", "core:2 pu:1", "1", 0, BYSTANDERS_ALL, BYSTANDER_SPIN);
	ASSERT_CHOSEN("0", "core:2 pu:1", "1", 0, BYSTANDERS_ALL, BYSTANDER_SLEEP);
	/* Elsewhere only when its object has no other. */
	ASSERT_CHOSEN("0-3,6-15", TWO_PACKAGES, "4-5", 0, BYSTANDERS_ALL, BYSTANDER_SLEEP);
	ASSERT_CHOSEN("1,8", TWO_PACKAGES, "4-5", 0, BYSTANDERS_CACHE, BYSTANDER_SLEEP);
	ASSERT_CHOSEN("0,8", TWO_PACKAGES, "1-7", 0, BYSTANDERS_CACHE, BYSTANDER_SLEEP);
}

static void a_controller_on_a_victim_is_not_watched(void **state)
{
	(void)state;
	ASSERT_CHOSEN("0", "core:2 pu:1", "1", 1, BYSTANDERS_ALL, BYSTANDER_SLEEP);
	ASSERT_CHOSEN("0", "core:2 pu:1", "1", 1, BYSTANDERS_ALL, BYSTANDER_SPIN);
}

static void without_a_common_cache_each_cpu_is_its_own(void **state)
{
	(void)state;
	ASSERT_CHOSEN("1-2", "core:4 pu:1", "3", 0, BYSTANDERS_CACHE, BYSTANDER_SPIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_for_each_object),
		cmocka_unit_test(the_sibling_of_a_victim_stays),
		cmocka_unit_test(victims_are_never_watched),
		cmocka_unit_test(the_controller_has_no_spinner),
		cmocka_unit_test(a_controller_on_a_victim_is_not_watched),
		cmocka_unit_test(without_a_common_cache_each_cpu_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
