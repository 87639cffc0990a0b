/* SPDX-License-Identifier: MIT */
/*
 * A driver that moves all CPUs by one request: one request per direction, threads asleep before it
 * and at work after it; a refusal is every CPU's, and the run goes on.
 */
#include "one_block.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NR_GROUPS 6 /* away and back, three times */

static unsigned int nr_moves, refused_move;
static int away[CPUMASK_NR_CPUS];
static bool is_away;

static int move_group(bool is_online, struct hotplug_step *step)
{
	(void)step;
	if (++nr_moves == refused_move)
		return -EBUSY;
	is_away = !is_online;
	return 0;
}

static int see_online(unsigned int cpu, void *arg)
{
	(void)cpu;
	(void)arg;
	is_away = false; /* and so it comes back by itself after the block */
	return 0;
}

static int see_offline(unsigned int cpu, void *arg)
{
	(void)arg;
	away[cpu]++;
	return is_away ? 0 : HOTPLUG_NO_OP;
}

static const struct hotplug group_mover = {
	.name = "group", .online = see_online, .offline = see_offline, .move_group = move_group
};

struct run {
	struct one_block one;
	size_t nr_cpus;
};

static void take_two_cpus(struct run *run)
{
	struct plan_params params = { .workload = "smt", .seed = 1 };
	const struct cpumask *allowed = &run->one.topo.allowed;
	char why[256] = "";
	unsigned int cpu;

	for_each_cpu (cpu, allowed)
		if (cpumask_weight(&params.cpus) < 2)
			cpumask_set_cpu(cpu, &params.cpus);
	run->nr_cpus = cpumask_weight(&params.cpus);
	params.cycles = NR_GROUPS / 2 * (unsigned int)run->nr_cpus;
	for (cpu = 0; cpu < run->one.topo.nr_cpus; cpu++)
		run->one.topo.cpus[cpu].thread = 1;
	plan_fini(&run->one.plan);
	assert_int_equal(plan_generate(&run->one.topo, &params, &run->one.plan, why, sizeof(why)),
			 0);
	free(run->one.block.steps);
	run->one.block.steps = calloc(run->one.plan.nr_steps, sizeof(*run->one.block.steps));
	assert_non_null(run->one.block.steps);
}

/* All steps of the n-th group have @expected[n]. */
static void run_group(const char *contender, unsigned int refused,
		      const enum step_status expected[NR_GROUPS])
{
	struct run run;
	struct block *block = &run.one.block;

	nr_moves = 0;
	refused_move = refused;
	one_block_init(&run.one, contender, "sleep", 2, 1);
	take_two_cpus(&run);
	run.one.setup.hotplug = &group_mover;
	assert_int_equal(driver_run_block(&run.one.rec, NULL, block), 0);
	assert_int_equal(block->nr_steps, NR_GROUPS * run.nr_cpus);
	for (size_t i = 0; i < block->nr_steps; i++) {
		const struct step_sample *s = &block->steps[i];
		bool is_done = expected[i / run.nr_cpus] == STEP_DONE;

		assert_int_equal(s->status, expected[i / run.nr_cpus]);
		assert_int_equal(s->error, s->status == STEP_REFUSED ? EBUSY : 0);
		assert_int_equal(s->nr_in_bulk, is_done ? run.nr_cpus : 0);
		assert_int_equal(s->blank[PHASE_TOTAL],
				 is_done ? BLANK_NOT_SPLIT : BLANK_NOT_REACHED);
		if (is_done && s->action == PLAN_OFFLINE)
			assert_int_equal(s->blank[PHASE_QUIESCE], BLANK_NONE);
		if (is_done)
			assert_int_equal(s->bulk_ns,
					 block->steps[i / run.nr_cpus * run.nr_cpus].bulk_ns);
	}
	assert_int_equal(block->work_accepted, block->work_done);
	one_block_fini(&run.one);
}

static void one_request_each_way(void **state)
{
	static const enum step_status expected[NR_GROUPS] = { STEP_DONE };
	/* Not rebind: with both CPUs of a small machine away there is no place elsewhere. */
	static const char *const contenders[] = { "park", "recreate", "none", "empty" };

	(void)state;
	for (size_t i = 0; i < sizeof(contenders) / sizeof(contenders[0]); i++) {
		run_group(contenders[i], 0, expected);
		assert_int_equal(nr_moves, NR_GROUPS);
	}
}

static void a_refused_offline_is_all_of_theirs(void **state)
{
	static const enum step_status expected[NR_GROUPS] = { STEP_DONE,  STEP_DONE, STEP_REFUSED,
							      STEP_NO_OP, STEP_DONE, STEP_DONE };

	(void)state;
	run_group("park", 3, expected);
	run_group("recreate", 3, expected);
}

static void a_refused_online_leaves_them_away(void **state)
{
	static const enum step_status expected[NR_GROUPS] = { STEP_DONE,    STEP_DONE,	STEP_DONE,
							      STEP_REFUSED, STEP_NO_OP, STEP_DONE };

	(void)state;
	run_group("park", 4, expected);
	run_group("recreate", 4, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_request_each_way),
		cmocka_unit_test(a_refused_offline_is_all_of_theirs),
		cmocka_unit_test(a_refused_online_leaves_them_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
