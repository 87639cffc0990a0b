/* SPDX-License-Identifier: MIT */
/* Which CPUs go away and which one stays, on machines that are not there. */
#include "argv.h"
#include "selection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static struct topology topo;
static struct selection selection;
static struct option_why why;

static const char *offline; /* of the machine; NULL: none */

static void take_off(void)
{
	struct cpumask mask;
	unsigned int cpu;

	cpumask_parse(offline ? offline : "", &mask);
	cpumask_andnot(&topo.online, &topo.online, &mask);
	/* As hwloc has it then. */
	cpumask_andnot(&topo.allowed, &topo.allowed, &mask);
	for_each_cpu (cpu, &mask)
		topo.cpus[cpu].is_online = topo.cpus[cpu].is_allowed = false;
}

static int select_on(const char *machine, const char *line)
{
	struct options options;
	struct argv argv;
	int err;

	setenv("HWLOC_SYNTHETIC", machine, 1);
	assert_int_equal(topology_load(&topo), 0);
	take_off();
	if (argv_parse(&argv, strncmp(line, "run", 3) ? OPTIONS_PLAN : OPTIONS_RUN, line, &options,
		       &why))
		fail_msg("%s: %s", line, why.text);
	err = selection_make(&options, &topo, &selection, &why);
	topology_fini(&topo);
	return err;
}

static void expect(const char *machine, const char *line, const char *victims,
		   unsigned int controller)
{
	char list[256];

	if (select_on(machine, line))
		fail_msg("%s: %s", line, why.text);
	cpumask_format(&selection.victims, list, sizeof(list));
	assert_string_equal(list, victims);
	assert_int_equal(selection.controller_cpu, controller);
	for (size_t i = 0; i < selection.nr_plans; i++)
		assert_true(cpumask_subset(&selection.plans[i].cpus, &selection.victims));
	selection_fini(&selection);
}

static void refuse(const char *machine, const char *line, const char *said)
{
	if (!select_on(machine, line))
		fail_msg("accepted: %s", line);
	if (!strstr(why.text, said))
		fail_msg("%s: says '%s', not '%s'", line, why.text, said);
}

#define EIGHT "package:2 core:2 pu:2"

static void cpu0_stays_unless_named(void **state)
{
	(void)state;
	expect(EIGHT, "plan", "1-7", 0);
	expect(EIGHT, "plan --cpus all", "1-7", 0);
	expect(EIGHT, "plan --cpus package:0", "1-3", 0);
	expect(EIGHT, "plan --cpus 0-3", "0-3", 4);
	expect(EIGHT, "plan --cpus package:0,0", "0-3", 4);
}

static void controller_stays_unless_simulated(void **state)
{
	(void)state;
	expect(EIGHT, "plan --controller 5", "1-4,6-7", 5);
	expect(EIGHT, "plan --cpus package:1 --controller 2", "4-7", 2);
	/* Asked for by number and only simulated: the same CPU is a placement like any other. */
	expect(EIGHT, "plan --cpus package:1 --controller 4", "4-7", 4);
	refuse(EIGHT, "run --cpus package:1 --controller 4 --wait poll", "--wait poll keeps");
	refuse(EIGHT, "plan --cpus package:1 --controller 9", "--controller 9 cannot be used");
	refuse(EIGHT, "plan --cpus 0-7", "no CPU stays for the suite");
	refuse("core:2 pu:1", "plan --controller 1", "no CPU is left beside --controller 1");
}

static void what_parallel_togglers_leave_idle_is_refused(void **state)
{
	(void)state;
	refuse(EIGHT, "run --hotplug sysfs --workload serial,clash --fail-state all",
	       "--fail-state does nothing with parallel togglers: leave it or workload clash out");
	refuse(EIGHT, "run --bystanders all --workload lanes --abort-on gap:500ms",
	       "--abort-on gap does nothing with parallel togglers");
}

static void too_few_cpus_are_refused(void **state)
{
	(void)state;
	refuse("pu:1", "plan", "at least two");
	refuse("core:2 pu:1", "plan --cpus core:0", "CPU 0 does so only when its number is given");
	refuse(EIGHT, "plan --cpus 8", "8");
	refuse(EIGHT, "plan --cpus package:2", "package");
}

static void default_workload_follows_the_victims(void **state)
{
	(void)state;
	assert_int_equal(select_on(EIGHT, "plan"), 0);
	assert_string_equal(selection.plans[0].workload, "serial");
	assert_int_equal(selection.nr_notes, 0);
	selection_fini(&selection);
	assert_int_equal(select_on("core:2 pu:1", "plan"), 0);
	assert_string_equal(selection.plans[0].workload, "toggle");
	assert_int_equal(selection.nr_notes, 1);
	assert_non_null(strstr(selection.notes[0], "only CPU 1"));
	selection_fini(&selection);
}

static void collapsing_is_said(void **state)
{
	(void)state;
	assert_int_equal(select_on("core:2 pu:1", "plan --workload walk,serial"), 0);
	assert_int_equal(selection.nr_plans, 2);
	assert_int_equal(selection.nr_notes, 2);
	assert_non_null(strstr(selection.notes[0], "walk"));
	assert_non_null(strstr(selection.notes[1], "serial"));
	selection_fini(&selection);
}

static void an_offline_cpu_comes_online_when_its_number_is_given(void **state)
{
	char list[64];

	(void)state;
	offline = "3,6";
	expect(EIGHT, "plan --hotplug sysfs --cpus 1,3", "1,3", 0);
	expect(EIGHT, "plan --hotplug sysfs --cpus 5-7", "5-7", 0);
	expect(EIGHT, "plan --hotplug sysfs --cpus all", "1-2,4-5,7", 0);
	expect(EIGHT, "plan --hotplug sysfs --cpus package:1,6", "4-7", 0);
	expect(EIGHT, "plan --hotplug sysfs", "1-2,4-5,7", 0);
	refuse(EIGHT, "plan --cpus 1,3", "CPU 3 is offline: leave it out");
	refuse(EIGHT, "plan --hotplug cpuset --cpus 3", "CPU 3 is offline: leave it out");
	refuse(EIGHT, "run --hotplug sysfs --cpus 3 --controller 6", "--controller 6 cannot");
	assert_int_equal(select_on(EIGHT, "plan --hotplug sysfs --cpus 1,3"), 0);
	cpumask_format(&selection.offline, list, sizeof(list));
	assert_string_equal(list, "3");
	assert_non_null(strstr(selection.notes[0], "CPU 3 is offline: it comes online first"));
	selection_fini(&selection);
	offline = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu0_stays_unless_named),
		cmocka_unit_test(controller_stays_unless_simulated),
		cmocka_unit_test(too_few_cpus_are_refused),
		cmocka_unit_test(what_parallel_togglers_leave_idle_is_refused),
		cmocka_unit_test(default_workload_follows_the_victims),
		cmocka_unit_test(collapsing_is_said),
		cmocka_unit_test(an_offline_cpu_comes_online_when_its_number_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
