/* SPDX-License-Identifier: MIT */
/* toggle - one CPU off and on again: the plainest plan, and the reference for every other one. */
#include "wave.h"

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	while (wave.left > 0 && !ret)
		ret = wave_run(&wave, wave.cpus, 1, WAVE_BACK_SAME);
	wave_fini(&wave);
	return ret;
}

const struct workload workload_toggle = {
	.name = "toggle",
	.summary = "one CPU, the highest of the set, goes off and on",
	.min_cpus = 1,
	.collapses = "",
	.order = PLAN_ORDER_DESCENDING,
	.generate = generate,
};
