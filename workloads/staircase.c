/* SPDX-License-Identifier: MIT */
/*
 * staircase - by inversion: every CPU is flipped, then every second one, every third, and so on.
 *
 * So the number of CPUs away climbs and falls in steps with ever wider gaps, and each CPU is away
 * together with ever other ones. What must stay (max_off are away, or the cycles are used up) is
 * passed over; at the end everybody comes back.
 */
#include "wave.h"

struct stairs {
	struct wave wave;
	struct cpumask off;
	unsigned int nr_off;
};

static int flip(struct stairs *stairs, unsigned int cpu)
{
	if (cpumask_test_cpu(cpu, &stairs->off)) {
		cpumask_clear_cpu(cpu, &stairs->off);
		stairs->nr_off--;
		return wave_step(&stairs->wave, cpu, PLAN_ONLINE);
	}
	if (!stairs->wave.left || stairs->nr_off >= stairs->wave.params->max_off)
		return 0;
	cpumask_set_cpu(cpu, &stairs->off);
	stairs->nr_off++;
	return wave_step(&stairs->wave, cpu, PLAN_OFFLINE);
}

static int bring_all_back(struct stairs *stairs)
{
	int ret = 0;

	for (unsigned int i = 0; i < stairs->wave.nr_cpus && !ret; i++)
		if (cpumask_test_cpu(stairs->wave.cpus[i], &stairs->off))
			ret = flip(stairs, stairs->wave.cpus[i]);
	return ret;
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct stairs stairs = { .nr_off = 0 };
	struct wave *wave = &stairs.wave;
	int ret = wave_init(wave, plan, topo, params, random);

	if (ret)
		return ret;
	for (unsigned int gap = 1; wave->left > 0 && !ret; gap = gap % wave->nr_cpus + 1)
		for (unsigned int i = gap - 1; i < wave->nr_cpus && !ret; i += gap)
			ret = flip(&stairs, wave->cpus[i]);
	if (!ret)
		ret = bring_all_back(&stairs);
	wave_fini(wave);
	return ret;
}

const struct workload workload_staircase = {
	.name = "staircase",
	.summary = "every CPU of the set is flipped, then every second, every third and so on",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.takes_all = true,
	.generate = generate,
};
