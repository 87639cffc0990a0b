/* SPDX-License-Identifier: MIT */
/*
 * resize - the set shrinks and grows to one size after another, as an orchestrator does it to the
 * CPUs of a container: all CPUs of one resize go, or come back, at the same moment. Those that went
 * last come back first.
 */
#include "wave.h"

/* Another size than now; 0 away once the cycles are used up. */
static unsigned int choose_size(const struct wave *wave, unsigned int nr_off)
{
	unsigned int size;

	if (!wave->left)
		return 0;
	size = (unsigned int)random_below(wave->random, wave->params->max_off);
	size += size >= nr_off;
	return size > nr_off + wave->left ? nr_off + wave->left : size;
}

static int move(struct wave *wave, unsigned int cpu, enum plan_action action)
{
	const struct plan_step step = { .planned_ns = wave->now_ns, .cpu = cpu, .action = action };

	wave->last = action;
	wave->left -= action == PLAN_OFFLINE;
	return plan_add(wave->plan, &step);
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	unsigned int nr_off = 0;
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	while (!ret && (wave.left || nr_off)) {
		unsigned int size = choose_size(&wave, nr_off);

		workload_wait(params, wave.last, random, &wave.now_ns);
		for (; nr_off < size && !ret; nr_off++)
			ret = move(&wave, wave.cpus[nr_off], PLAN_OFFLINE);
		for (; nr_off > size && !ret; nr_off--)
			ret = move(&wave, wave.cpus[nr_off - 1], PLAN_ONLINE);
	}
	wave_fini(&wave);
	return ret;
}

const struct workload workload_resize = {
	.name = "resize",
	.summary = "the set shrinks and grows to random sizes, all CPUs of a resize at once",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.order = PLAN_ORDER_DESCENDING,
	.is_at_once = true,
	.generate = generate,
};
