/* SPDX-License-Identifier: MIT */
/*
 * clash - parallel togglers on the same CPU: all want it off at the same moment, then on. One does
 * it, for the others it is a no-op; whoever comes last, the CPU is back and no thread is lost.
 */
#include "wave.h"

static int run_round(struct wave *wave, unsigned int cpu, unsigned int nr_lanes)
{
	struct plan_step step = { .cpu = cpu };
	int ret = 0;

	for (int action = PLAN_OFFLINE; action <= PLAN_ONLINE && !ret; action++) {
		step.action = (enum plan_action)action;
		workload_wait(wave->params, wave->last, wave->random, &wave->now_ns);
		wave->last = step.action;
		step.planned_ns = wave->now_ns;
		for (step.lane = 0; step.lane < nr_lanes && !ret; step.lane++)
			ret = plan_add(wave->plan, &step);
	}
	wave->left -= nr_lanes;
	return ret;
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	for (unsigned int turn = 0; wave.left > 0 && !ret; turn++)
		ret = run_round(&wave, wave.cpus[turn % wave.nr_cpus],
				params->nr_lanes < wave.left ? params->nr_lanes : wave.left);
	wave_fini(&wave);
	return ret;
}

const struct workload workload_clash = {
	.name = "clash",
	.summary = "parallel togglers (--lanes) on the same CPU: correctness, no times",
	.min_cpus = 1,
	.collapses = "",
	.has_lanes = true,
	.generate = generate,
};
