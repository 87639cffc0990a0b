/* SPDX-License-Identifier: MIT */
/*
 * Conformance: every workload, contender and duty together, on a machine of sixteen virtual CPUs.
 * Each pair of a workload with a contender, a workload with a duty and a contender with a duty
 * occurs; with PARKBENCH_CONFORMANCE=all every triple does.
 */
#include "contender.h"
#include "driver.h"
#include "duty.h"
#include "hotplug.h"
#include "workload.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MACHINE	   "package:2 numa:2 l3:1 core:2 pu:2"
#define NR_THREADS 2

static struct topology topo;
static struct cpumask real_cpus;
static struct run_setup setup;

static int load(void **state)
{
	(void)state;
	assert_int_equal(topology_load_synthetic(MACHINE, &topo), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(real_cpus), (cpu_set_t *)real_cpus.bits), 0);
	setup = (struct run_setup){
		.topo = &topo,
		.hotplug = hotplug_find("logical"),
		.real_cpus = &real_cpus,
		.stack_bytes = 1 << 20, /* what is local to a thread is in it: 900 KiB with TSan */
		.deadline_ns = 60000000000u,
	};
	return 0;
}

static int unload(void **state)
{
	(void)state;
	topology_fini(&topo);
	return 0;
}

/* False: not on this machine. */
static bool make_plan(const struct workload *workload, struct plan *plan)
{
	struct plan_params params = { .workload = workload->name, .cycles = 20, .nr_lanes = 3 };
	char why[256] = "";
	int ret;

	params.cpus = topo.present;
	cpumask_clear_cpu(0, &params.cpus);
	ret = plan_generate(&topo, &params, plan, why, sizeof(why));
	if (ret && ret != -EOPNOTSUPP)
		fail_msg("%s: %s", workload->name, why);
	return !ret;
}

static void check_step(const struct step_sample *s, bool has_lanes)
{
	if (s->fails == PLAN_FAILS_LAST)
		assert_int_equal(s->error, EBUSY);
	else if (s->fails)
		assert_int_equal(s->error, ECANCELED);
	if (s->fails)
		assert_int_equal(s->status, STEP_REFUSED);
	else if (!has_lanes || s->status != STEP_NO_OP)
		assert_int_equal(s->status, STEP_DONE);
	assert_int_equal(s->nr_wrong_cpu, 0);
	assert_true(cpumask_test_cpu(s->real_cpu, &real_cpus));
	/* No time of CPUs that share a real one, nor of steps that overlap. */
	for (enum phase phase = 0; phase < NR_PHASES; phase++)
		assert_true(s->blank[phase] != BLANK_NONE);
}

static void run_triple(const struct plan *plan, const struct contender *contender,
		       const struct duty *duty)
{
	const struct cell cell = { plan->workload, plan, duty, NR_THREADS };
	const struct arm arm = { .contender = contender };
	const struct recording rec = {
		.setup = &setup, .cells = &cell, .nr_cells = 1, .arms = &arm, .nr_arms = 1
	};
	struct block block = { .steps = calloc(plan->nr_steps, sizeof(*block.steps)) };
	int ret;

	assert_non_null(block.steps);
	ret = driver_run_block(&rec, NULL, &block);
	if (ret)
		fail_msg("%s/%s/%s: %s", plan->workload, contender->name, duty->name,
			 strerror(-ret));
	assert_int_equal(block.nr_steps, plan->nr_steps);
	assert_true(block.work_accepted == block.work_done);
	for (size_t i = 0; i < block.nr_steps; i++)
		check_step(&block.steps[i], plan_nr_lanes(plan) > 1);
	assert_true(block.duty.is_fed == duty->is_fed);
	assert_true(block.duty.nr_done_in_plan <= block.work_done);
	if (contender->leaves != LEAVES_NOT && contender->has_threads)
		assert_true(block.duty.nr_done_in_plan > 0);
	assert_true(block.duty.nr_items_done <= block.duty.nr_items);
	if (block.duty.has_waits)
		assert_true(block.duty.wait_p50_ns <= block.duty.wait_p99_ns);
	free(block.steps);
}

/* In a square of contenders and duties each workload takes a diagonal of its own. */
static bool is_due(size_t workload, size_t contender, size_t duty, size_t nr_duties)
{
	const char *wish = getenv("PARKBENCH_CONFORMANCE");

	return (wish && strcmp(wish, "all") == 0) || (workload + contender) % nr_duties == duty;
}

static void all_go_together(void **state)
{
	size_t nr_workloads, nr_contenders, nr_duties;
	const struct workload *const *workloads = workload_list(&nr_workloads);
	const struct contender *const *contenders = contender_list(&nr_contenders);
	const struct duty *const *duties = duty_list(&nr_duties);

	(void)state;
	for (size_t w = 0; w < nr_workloads; w++) {
		struct plan plan;

		if (!make_plan(workloads[w], &plan))
			continue;
		for (size_t c = 0; c < nr_contenders; c++)
			for (size_t d = 0; d < nr_duties; d++)
				if (is_due(w, c, d, nr_duties))
					run_triple(&plan, contenders[c], duties[d]);
		plan_fini(&plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_go_together),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
