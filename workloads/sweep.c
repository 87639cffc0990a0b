/* SPDX-License-Identifier: MIT */
/* sweep - all off, then all on: a machine that is emptied and filled again, by what testers do. */
#include "wave.h"

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	while (wave.left > 0 && !ret)
		ret = wave_run(&wave, wave.cpus, wave.nr_cpus, WAVE_BACK_SAME);
	wave_fini(&wave);
	return ret;
}

const struct workload workload_sweep = {
	.name = "sweep",
	.summary = "all CPUs of the set go off, then all come back in the same order",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.order = PLAN_ORDER_ASCENDING,
	.takes_all = true,
	.generate = generate,
};
