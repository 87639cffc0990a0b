/* SPDX-License-Identifier: MIT */
/* What each generator is for: which CPUs go together, in which order, written out. */
#include "machine.h"

#include "workload.h"

#include <errno.h>

/* Two packages of two caches of two cores of two threads. */
#define SIXTEEN "package:2 l3:2 core:2 pu:2"

/* "-1 -2 +1 +2": who goes and who comes; "/1" in lane 1; "!3" and has to fail there. */
static void write_shape(const struct plan *plan, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < plan->nr_steps && used < size; i++) {
		const struct plan_step *step = &plan->steps[i];

		used += (size_t)snprintf(text + used, size - used, "%s%c%u", i ? " " : "",
					 step->action == PLAN_OFFLINE ? '-' : '+', step->cpu);
		if (step->lane && used < size)
			used += (size_t)snprintf(text + used, size - used, "/%u", step->lane);
		if (step->fails && used < size)
			used += (size_t)snprintf(text + used, size - used, "!%d", step->fails);
	}
	assert_true(used < size);
}

struct shape {
	const char *workload, *cpus;
	unsigned int cycles, max_off;
	enum plan_order order;
	const char *steps;
};

/* By the text: CPUs gone and not back, whatever lane did it, without what has to fail. */
static unsigned int most_in(const char *steps)
{
	unsigned int nr_lanes[64] = { 0 }, nr_away = 0, most = 0;

	for (const char *p = steps; p; p = strchr(p, ' ') ? strchr(p, ' ') + 1 : NULL) {
		unsigned int cpu = (unsigned int)strtoul(p + 1, NULL, 10);
		bool fails = strcspn(p, "!") < strcspn(p, " ");

		if (!fails && *p == '-')
			nr_away += nr_lanes[cpu]++ == 0;
		else if (!fails)
			nr_away -= --nr_lanes[cpu] == 0;
		most = nr_away > most ? nr_away : most;
	}
	return most;
}

static void check_shape(const struct topology *topo, const struct shape *shape)
{
	struct plan_params params = { .workload = shape->workload,
				      .cycles = shape->cycles,
				      .max_off = shape->max_off,
				      .order = shape->order };
	struct plan plan;
	char why[256] = "", steps[512];

	assert_int_equal(cpumask_parse(shape->cpus, &params.cpus), 0);
	if (plan_generate(topo, &params, &plan, why, sizeof(why)))
		fail_msg("%s: %s", shape->workload, why);
	write_shape(&plan, steps, sizeof(steps));
	assert_string_equal(steps, shape->steps);
	assert_int_equal(plan_most_away(&plan), most_in(steps));
	plan_fini(&plan);
}

static void check_shapes(const char *machine, const struct shape *shapes, size_t nr)
{
	struct topology topo;

	load_synthetic(machine, &topo);
	for (size_t i = 0; i < nr; i++)
		check_shape(&topo, &shapes[i]);
	topology_fini(&topo);
}

#define CHECK(machine, shapes) check_shapes(machine, shapes, sizeof(shapes) / sizeof(*shapes))

static void one_at_a_time(void **state)
{
	static const struct shape shapes[] = {
		{ "toggle", "3,9", 2, 0, 0, "-9 +9 -9 +9" },
		{ "serial", "3,9", 3, 0, 0, "-3 +3 -9 +9 -3 +3" },
		{ "reverse", "3,9", 3, 0, 0, "-9 +9 -3 +3 -9 +9" },
	};

	(void)state;
	CHECK(SIXTEEN, shapes);
}

static void many_at_once(void **state)
{
	static const struct shape shapes[] = {
		{ "sweep", "1-3", 6, 0, 0, "-1 -2 -3 +1 +2 +3 -1 -2 -3 +1 +2 +3" },
		{ "sweep", "1-3", 3, 2, 0, "-1 -2 +1 +2 -3 +3" },
		{ "sweep", "1-3", 2, 0, 0, "-1 -2 +1 +2" },
		{ "halves", "1-5", 5, 0, 0, "-1 -3 -5 +1 +3 +5 -2 -4 +2 +4" },
		{ "sawtooth", "1-3", 7, 0, 0, "-1 +1 -1 -2 +2 +1 -1 -2 -3 +3 +2 +1 -1 +1" },
		{ "sawtooth", "1-3", 4, 2, 0, "-1 +1 -1 -2 +2 +1 -1 +1" },
		/* All, then 2 4, then 3 (back: it went with all), then 4. */
		{ "staircase", "1-4", 6, 0, 0, "-1 -2 -3 -4 +2 +4 +3 -4 +1 -2 +4 +2" },
	};

	(void)state;
	CHECK(SIXTEEN, shapes);
}

static void together_by_topology(void **state)
{
	static const struct shape shapes[] = {
		{ "core", "1-5", 5, 0, 0, "-1 +1 -2 -3 +2 +3 -4 -5 +4 +5" },
		{ "cache", "1-5", 5, 0, 0, "-1 -2 -3 +1 +2 +3 -4 -5 +4 +5" },
		{ "package", "6-9", 4, 0, 0, "-6 -7 +6 +7 -8 -9 +8 +9" },
		{ "package", "6-9", 4, 0, PLAN_ORDER_DESCENDING, "-9 -8 +9 +8 -7 -6 +7 +6" },
		{ "package", "6-9", 4, 1, 0, "-6 +6 -7 +7 -8 +8 -9 +9" },
	};
	static const struct shape nodes[] = {
		{ "node", "1-3", 3, 0, 0, "-1 +1 -2 -3 +2 +3" },
	};

	(void)state;
	CHECK(SIXTEEN, shapes);
	CHECK("numa:2 pu:2", nodes);
}

/* The controller is CPU 0: its sibling is 1, its cache has 0-3, its package 0-7. */
static void by_distance(void **state)
{
	static const struct shape shapes[] = {
		{ "far", "1-2,9", 3, 0, 0, "-9 -2 -1 +1 +2 +9" },
		{ "far", "15,14,1", 3, 2, 0, "-15 -14 +14 +15 -1 +1" },
		{ "serial", "9,5,3,1", 4, 0, PLAN_ORDER_NEAR, "-1 +1 -3 +3 -5 +5 -9 +9" },
		{ "serial", "9,5,3,1", 4, 0, PLAN_ORDER_FAR, "-9 +9 -5 +5 -3 +3 -1 +1" },
	};

	(void)state;
	CHECK(SIXTEEN, shapes);
}

static void by_kind(void **state)
{
	/* hybrid.xml: 0-3 fast, 4-7 middling, 8-9 frugal. */
	static const struct shape shape = { "kind", "1-2,4,8-9", 5,
					    0,	    0,		 "-1 -2 +1 +2 -4 +4 -8 -9 +8 +9" };
	static const struct shape frugal = { "kind", "8-9", 2, 0, 0, "-8 -9 +8 +9" };
	struct topology topo;

	(void)state;
	load_xml("hybrid.xml", &topo);
	check_shape(&topo, &shape);
	check_shape(&topo, &frugal);
	topology_fini(&topo);
}

static void in_lanes(void **state)
{
	static const struct shape shapes[] = {
		{ "lanes", "1-5", 6, 0, 0, "-1 -2/1 +1 +2/1 -3 -4/1 +3 +4/1 -5 -2/1 +5 +2/1" },
		{ "lanes", "1-5", 3, 1, 0, "-1 +1 -2 +2 -3 +3" },
		{ "clash", "1-2", 3, 0, 0, "-1 -1/1 +1 +1/1 -2 +2" },
	};

	(void)state;
	CHECK(SIXTEEN, shapes);
}

static void with_refusals(void **state)
{
	static const struct shape faults[] = {
		{ "faults", "1-2", 2, 0, 0,
		  "-1!3 -1!2 -1!1 -1 +1!1 +1!3 +1 -2!3 -2!2 -2!1 -2 +2!1 +2!3 +2" },
	};
	static const struct shape last[] = {
		{ "last", "1-3", 7, 0, 0, "-1 -2 -3 -0!4 +1 +2 +3 -1 -2 -3 -0!4 +1 +2 +3" },
		{ "last", "1-3", 1, 0, 0, "-1 -2 -3 -0!4 +1 +2 +3" },
	};

	(void)state;
	CHECK(SIXTEEN, faults);
	CHECK("core:4 pu:1", last);
}

static void expect_refusal(const char *machine, const char *workload, const char *said)
{
	struct plan_params params = { .workload = workload, .cycles = 2 };
	struct plan plan = { .nr_steps = 77 };
	struct topology topo;
	char why[256] = "";

	load_synthetic(machine, &topo);
	cpumask_set_cpu(1, &params.cpus);
	assert_int_equal(plan_generate(&topo, &params, &plan, why, sizeof(why)), -EOPNOTSUPP);
	assert_string_equal(why, said);
	assert_int_equal(plan.nr_steps, 77);
	topology_fini(&topo);
}

static void says_what_the_machine_lacks(void **state)
{
	(void)state;
	expect_refusal("core:4 pu:1", "core",
		       "no core has two hardware threads among these CPUs: use serial");
	expect_refusal("package:2 core:2 pu:2", "core",
		       "no core has two hardware threads among these CPUs: use serial");
	expect_refusal("package:1 core:2 pu:2", "package",
		       "this machine has only one package: use sweep");
	expect_refusal("numa:1 core:2 pu:2", "node",
		       "this machine has only one NUMA node: use sweep");
	expect_refusal("core:4 pu:1", "last",
		       "CPU 2-3 would stay online, so that none is the last: name all but one");
	expect_refusal("core:4 pu:1", "kind", "hwloc knows no kind of core here: use sweep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(together_by_topology),
		cmocka_unit_test(by_distance),
		cmocka_unit_test(by_kind),
		cmocka_unit_test(in_lanes),
		cmocka_unit_test(with_refusals),
		cmocka_unit_test(says_what_the_machine_lacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
