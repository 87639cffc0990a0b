/* SPDX-License-Identifier: MIT */
/* far - the machine shrinks from its far end inwards and grows back outwards: power saving. */
#include "wave.h"

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	while (wave.left > 0 && !ret)
		ret = wave_run(&wave, wave.cpus, wave.nr_cpus, WAVE_BACK_OPPOSITE);
	wave_fini(&wave);
	return ret;
}

const struct workload workload_far = {
	.name = "far",
	.summary =
		"all go off, the farthest from the controller first, and come back nearest first",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.order = PLAN_ORDER_FAR,
	.takes_all = true,
	.generate = generate,
};
