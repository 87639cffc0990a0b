/* SPDX-License-Identifier: MIT */
/* serial - every CPU in turn, never two away at once: what a rolling maintenance does. */
#include "wave.h"

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	for (unsigned int turn = 0; wave.left > 0 && !ret; turn++)
		ret = wave_run(&wave, &wave.cpus[turn % wave.nr_cpus], 1, WAVE_BACK_SAME);
	wave_fini(&wave);
	return ret;
}

const struct workload workload_serial = {
	.name = "serial",
	.summary = "each CPU of the set in turn, ascending, goes off and on",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.order = PLAN_ORDER_ASCENDING,
	.takes_all = true,
	.generate = generate,
};
