/* SPDX-License-Identifier: MIT */
/* halves - the CPUs with an odd number go and come back, then those with an even one. */
#include "wave.h"

/* Every second CPU by its number, not by its place: neighbours in the kernel's numbering. */
static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	unsigned int nr_even = 0;
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	/* The even ones to the front, each half in the order it was in. */
	for (unsigned int i = 0; i < wave.nr_cpus; i++) {
		unsigned int cpu = wave.cpus[i];

		if (cpu % 2)
			continue;
		memmove(&wave.cpus[nr_even + 1], &wave.cpus[nr_even],
			(i - nr_even) * sizeof(*wave.cpus));
		wave.cpus[nr_even++] = cpu;
	}
	while (wave.left > 0 && !ret) {
		ret = wave_run(&wave, wave.cpus + nr_even, wave.nr_cpus - nr_even, WAVE_BACK_SAME);
		if (!ret)
			ret = wave_run(&wave, wave.cpus, nr_even, WAVE_BACK_SAME);
	}
	wave_fini(&wave);
	return ret;
}

const struct workload workload_halves = {
	.name = "halves",
	.summary = "the odd CPUs of the set go off and come back, then the even ones",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.takes_all = true,
	.generate = generate,
};
