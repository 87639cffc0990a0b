/* SPDX-License-Identifier: MIT */
/*
 * last - all CPUs go off but the controller's, which is asked to go, too, and has to be refused
 * with its threads still at work; then all come back.
 */
#include "wave.h"

#include <errno.h>

/* Whoever else is online would make it possible. */
static int check(const struct topology *topo, const struct plan_params *params, char *why,
		 size_t why_size)
{
	struct cpumask others;
	char list[80];

	cpumask_andnot(&others, &topo->online, &params->cpus);
	cpumask_clear_cpu(params->controller_cpu, &others);
	if (!cpumask_empty(&others)) {
		cpumask_format(&others, list, sizeof(list));
		snprintf(why, why_size,
			 "CPU %s would stay online, so that none is the last: name all but one",
			 list);
		return -EOPNOTSUPP;
	}
	if (params->max_off < cpumask_weight(&params->cpus)) {
		snprintf(why, why_size, "all CPUs but one must go away: leave --max-off out");
		return -EOPNOTSUPP;
	}
	return 0;
}

static int run_round(struct wave *wave)
{
	struct plan_step refused = { .cpu = wave->params->controller_cpu,
				     .action = PLAN_OFFLINE,
				     .fails = PLAN_FAILS_LAST };
	int ret = 0;

	for (unsigned int i = 0; i < wave->nr_cpus && !ret; i++)
		ret = wave_step(wave, wave->cpus[i], PLAN_OFFLINE);
	workload_wait(wave->params, wave->last, wave->random, &wave->now_ns);
	refused.planned_ns = wave->now_ns;
	if (!ret)
		ret = plan_add(wave->plan, &refused);
	for (unsigned int i = 0; i < wave->nr_cpus && !ret; i++)
		ret = wave_step(wave, wave->cpus[i], PLAN_ONLINE);
	return ret;
}

/* In whole rounds: a part of one would leave more than one CPU. */
static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	do
		ret = run_round(&wave);
	while (!ret && wave.left >= wave.nr_cpus && wave.left <= params->cycles);
	wave_fini(&wave);
	return ret;
}

const struct workload workload_last = {
	.name = "last",
	.summary = "all CPUs but the controller's go off, and that one has to be refused",
	.min_cpus = 1,
	.collapses = "",
	.check = check,
	.generate = generate,
};
