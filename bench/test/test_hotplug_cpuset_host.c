/* SPDX-License-Identifier: MIT */
/*
 * A child cpuset for real, where this machine lets us have one: every contender's threads leave
 * the CPU and come back to it, and nothing is left behind.
 */
#include "hotplug_cpuset_child.h"
#include "one_block.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define NR_CYCLES  3
#define NR_THREADS 2

/* From 6.2 on the kernel remembers what was asked for and gives it back with the CPU. */
static bool keeps_affinity(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	return major > 6 || (major == 6 && minor >= 2);
}

static struct cgroup_place our_place(void)
{
	struct cgroup_place place;

	assert_int_equal(cgroup_find(NULL, "cpuset", &place), 0);
	return place;
}

static void begin(const struct hotplug *hotplug, const struct topology *topo, void **ret_arg)
{
	char why[512] = "";

	if (hotplug->begin(topo, ret_arg, why, sizeof(why)))
		fail_msg("%s", why);
}

static void run_one(const char *contender)
{
	struct one_block one;

	one_block_init(&one, contender, "sleep", NR_THREADS, NR_CYCLES);
	one.setup.hotplug = hotplug_find("cpuset");
	begin(one.setup.hotplug, &one.topo, &one.setup.hotplug_run);
	/* Twice: a block ends with its CPUs back. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(driver_run_block(&one.rec, NULL, &one.block), 0);
	assert_int_equal(one.setup.hotplug->end(one.setup.hotplug_run), 0);
	for (size_t i = 0; i < one.block.nr_steps; i++) {
		const struct step_sample *s = &one.block.steps[i];
		bool is_lost = s->action == PLAN_ONLINE && one.arm.contender->has_threads &&
			       one.arm.contender->leaves == LEAVES_NOT && !keeps_affinity();

		assert_int_equal(s->status, STEP_DONE);
		assert_int_equal(s->nr_wrong_cpu, 0);
		assert_int_equal(s->nr_affinity_lost, is_lost ? NR_THREADS : 0);
		assert_int_equal(s->nr_others_lost, 0);
		assert_false(s->is_affinity_unrepaired);
		assert_true(!is_lost || s->affinity_repair_ns > 0);
		assert_int_equal(s->cpuset,
				 s->action == PLAN_ONLINE ? CPUSET_HAS_CPU : CPUSET_UNKNOWN);
	}
	one_block_fini(&one);
}

static void every_contender_comes_back(void **state)
{
	const struct contender *const *contenders;
	size_t nr;

	(void)state;
	contenders = contender_list(&nr);
	for (size_t i = 0; i < nr; i++)
		run_one(contenders[i]->name);
}

static int pin_to(unsigned int cpu)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	cpumask_set_cpu(cpu, &mask);
	return sched_setaffinity(0, sizeof(mask), (cpu_set_t *)mask.bits) ? -errno : 0;
}

static void the_cpu_is_really_gone(void **state)
{
	const struct hotplug *hotplug = hotplug_find("cpuset");
	struct cgroup_place before = our_place(), inside, after;
	struct cpumask affinity, later;
	struct topology topo;
	unsigned int first, last;
	struct hotplug_step step = { 0 };

	(void)state;
	cpumask_clear(&affinity);
	cpumask_clear(&later);
	assert_int_equal(topology_load(&topo), 0);
	first = cpumask_first(&topo.allowed);
	last = cpumask_last(&topo.allowed);
	sched_getaffinity(0, sizeof(affinity), (cpu_set_t *)affinity.bits);
	begin(hotplug, &topo, &step.run);
	inside = our_place();
	assert_non_null(strstr(inside.path, "parkbench-"));
	assert_int_equal(pin_to(first), 0);

	assert_int_equal(hotplug->offline(last, &step), 0);
	assert_int_equal(hotplug->offline(last, &step), 0);
	assert_int_equal(pin_to(last), -EINVAL);
	assert_int_equal(hotplug->online(last, &step), 0);
	assert_int_equal(hotplug->online(last, &step), 0);
	assert_int_equal(sched_getcpu(), first);
	assert_int_equal(pin_to(last), 0);

	assert_int_equal(hotplug->end(step.run), 0);
	after = our_place();
	assert_string_equal(after.path, before.path);
	sched_getaffinity(0, sizeof(later), (cpu_set_t *)later.bits);
	assert_true(cpumask_equal(&affinity, &later));
	topology_fini(&topo);
}

static void the_last_cpu_and_a_foreign_one_are_refused(void **state)
{
	const struct hotplug *hotplug = hotplug_find("cpuset");
	struct topology topo;
	unsigned int cpu, first;
	struct hotplug_step step = { 0 };

	(void)state;
	assert_int_equal(topology_load(&topo), 0);
	first = cpumask_first(&topo.allowed);
	begin(hotplug, &topo, &step.run);
	for_each_cpu (cpu, &topo.allowed)
		if (cpu != first)
			assert_int_equal(hotplug->offline(cpu, &step), 0);
	assert_int_equal(hotplug->offline(first, &step), -ENOSPC);
	assert_int_equal(hotplug->offline(cpumask_last(&topo.present) + 1, &step), -EINVAL);
	assert_int_equal(hotplug->online(cpumask_last(&topo.present) + 1, &step), -EINVAL);
	assert_int_equal(hotplug->end(step.run), 0);
	topology_fini(&topo);
}

/* What a killed process has left is gone when the next one begins. */
static void leftovers_are_removed(void **state)
{
	const struct hotplug *hotplug = hotplug_find("cpuset");
	struct cgroup_place place = our_place();
	char left[2 * CGROUP_PATH_BYTES + 64];
	struct topology topo;
	pid_t child;
	void *arg;

	(void)state;
	assert_int_equal(topology_load(&topo), 0);
	child = fork();
	if (!child) {
		char why[512];

		_exit(hotplug->begin(&topo, &arg, why, sizeof(why)) ? 1 : kill(getpid(), SIGKILL));
	}
	waitpid(child, NULL, 0);
	snprintf(left, sizeof(left), "/%s/%s/parkbench-%d", place.mount, place.path, (int)child);
	if (access(left, F_OK))
		strcat(left, "-enabled");
	assert_int_equal(access(left, F_OK), 0);
	begin(hotplug, &topo, &arg);
	assert_int_not_equal(access(left, F_OK), 0);
	assert_int_equal(hotplug->end(arg), 0);
	topology_fini(&topo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cpu_is_really_gone),
		cmocka_unit_test(the_last_cpu_and_a_foreign_one_are_refused),
		cmocka_unit_test(leftovers_are_removed),
		cmocka_unit_test(every_contender_comes_back),
	};
	struct cpumask allowed;
	char why[512];

	cpumask_clear(&allowed);
	sched_getaffinity(0, sizeof(allowed), (cpu_set_t *)allowed.bits);
	if (cpuset_child_check(NULL, why, sizeof(why)) || cpumask_weight(&allowed) < 2) {
		printf("SKIP: %s\n", cpumask_weight(&allowed) < 2 ? "needs two CPUs" : why);
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
