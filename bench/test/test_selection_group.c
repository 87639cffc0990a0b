/* SPDX-License-Identifier: MIT */
/* A driver that moves a group: all of it is selected, and every plan moves all of it at once. */
#include "hotplug.h"
#include "selection.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct topology topo;
static struct option_why why;

static void second_threads(const struct topology *of, struct cpumask *ret_cpus)
{
	cpumask_clear(ret_cpus);
	for (unsigned int cpu = 0; cpu < of->nr_cpus; cpu++)
		if (of->cpus[cpu].thread > 0)
			cpumask_set_cpu(cpu, ret_cpus);
}

static const struct hotplug group_mover = { .name = "group", .group = second_threads };

static int setup(void **state)
{
	(void)state;
	setenv("HWLOC_SYNTHETIC", "core:4 pu:2", 1);
	return topology_load(&topo);
}

static int teardown(void **state)
{
	(void)state;
	topology_fini(&topo);
	return 0;
}

static int make(char *line, struct selection *ret)
{
	char *argv[16] = { NULL };
	struct options options;
	int argc = 0;

	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	if (options_parse(OPTIONS_RUN, argc, argv, &options, &why))
		fail_msg("%s", why.text);
	options.hotplug = &group_mover;
	return selection_make(&options, &topo, ret, &why);
}

static void assert_refused(const char *words, const char *reason)
{
	struct selection s;
	char *line = strdup(words);

	assert_int_equal(make(line, &s), -EINVAL);
	if (!strstr(why.text, reason))
		fail_msg("%s: it says '%s'", words, why.text);
	free(line);
}

static void the_group_by_itself(void **state)
{
	char line[] = "run --cycles 6", list[64];
	struct selection s;

	(void)state;
	assert_int_equal(make(line, &s), 0);
	cpumask_format(&s.victims, list, sizeof(list));
	assert_string_equal(list, "1,3,5,7");
	assert_string_equal(s.plans[0].workload, "smt");
	assert_int_equal(s.plans[0].nr_steps, 16);
	assert_int_equal(s.nr_notes, 1);
	assert_string_equal(s.notes[0], "8 cycles instead of 6: all 4 CPUs go each time");
	assert_int_equal(s.controller_cpu, 0);
	selection_fini(&s);
}

static void a_part_is_refused(void **state)
{
	(void)state;
	assert_refused("run --cpus 1,5", "CPU 3,7 is missing");
	assert_refused("run --cpus 1-7", "CPU 2,4,6 is none");
	assert_refused("run --workload serial", "leaves some");
	assert_refused("run --max-off 2", "leaves some");
}

/* Nobody named a CPU, and yet not all can go. */
static void none_can_be_spared(void **state)
{
	(void)state;
	assert_refused("run --controller 3", "--controller 3 cannot be used");
	cpumask_clear_cpu(5, &topo.allowed);
	assert_refused("run", "CPU 5 is not allowed to this process");
	cpumask_set_cpu(5, &topo.allowed);
}

static void steps_of_their_own_are_refused(void **state)
{
	(void)state;
	assert_refused("run --workload clash", "parallel togglers, is for --hotplug sysfs");
	assert_refused("run --workload faults", "steps have to fail, is for --hotplug sysfs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_group_by_itself),
		cmocka_unit_test(a_part_is_refused),
		cmocka_unit_test(none_can_be_spared),
		cmocka_unit_test(steps_of_their_own_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
