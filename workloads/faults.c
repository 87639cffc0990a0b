/* SPDX-License-Identifier: MIT */
/*
 * faults - each state that a CPU passes is made to refuse once, on the way down and on the way up,
 * before the CPU goes and comes. After each refusal all must be as before: threads at work, or
 * away.
 */
#include "wave.h"

static int fail_at(struct wave *wave, const struct plan_step *like, enum plan_fails fails)
{
	struct plan_step step = *like;

	workload_wait(wave->params, wave->last, wave->random, &wave->now_ns);
	step.planned_ns = wave->now_ns;
	step.fails = fails;
	return plan_add(wave->plan, &step);
}

/* From the top down, as they are passed; off_cpu has nothing to do on the way up. */
static int go_off(struct wave *wave, unsigned int cpu)
{
	const struct plan_step step = { .cpu = cpu, .action = PLAN_OFFLINE };
	int ret = fail_at(wave, &step, PLAN_FAILS_THREADS);

	if (!ret)
		ret = fail_at(wave, &step, PLAN_FAILS_OFF_CPU);
	if (!ret)
		ret = fail_at(wave, &step, PLAN_FAILS_HOTPLUG);
	return ret ? ret : wave_step(wave, cpu, PLAN_OFFLINE);
}

static int come_back(struct wave *wave, unsigned int cpu)
{
	const struct plan_step step = { .cpu = cpu, .action = PLAN_ONLINE };
	int ret = fail_at(wave, &step, PLAN_FAILS_HOTPLUG);

	if (!ret)
		ret = fail_at(wave, &step, PLAN_FAILS_THREADS);
	return ret ? ret : wave_step(wave, cpu, PLAN_ONLINE);
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	for (unsigned int turn = 0; wave.left > 0 && !ret; turn++) {
		ret = go_off(&wave, wave.cpus[turn % wave.nr_cpus]);
		if (!ret)
			ret = come_back(&wave, wave.cpus[turn % wave.nr_cpus]);
	}
	wave_fini(&wave);
	return ret;
}

const struct workload workload_faults = {
	.name = "faults",
	.summary = "every state refuses once in each direction, then the CPU goes off and on",
	.min_cpus = 1,
	.collapses = "",
	.generate = generate,
};
