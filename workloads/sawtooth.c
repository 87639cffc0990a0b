/* SPDX-License-Identifier: MIT */
/*
 * sawtooth - teeth that grow: one CPU away and back, then two, up to as many as may be away, and
 * from the start again. Finds how many can go where max_off is the limit that was learnt.
 */
#include "wave.h"

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	for (unsigned int tooth = 0; wave.left > 0 && !ret; tooth++)
		ret = wave_run(&wave, wave.cpus, 1 + tooth % params->max_off, WAVE_BACK_OPPOSITE);
	wave_fini(&wave);
	return ret;
}

const struct workload workload_sawtooth = {
	.name = "sawtooth",
	.summary =
		"one CPU goes off and on, then two, then three, up to max_off, then from one again",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.generate = generate,
};
