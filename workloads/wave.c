/* SPDX-License-Identifier: MIT */
#include "wave.h"

#include <errno.h>
#include <stdlib.h>

/* Bits of a sort key, from the lowest: the CPU, how far off in hwloc's order, how distant. */
#define CPU_BITS   16
#define ORDER_BITS 32

_Static_assert(CPUMASK_NR_CPUS <= 1u << CPU_BITS, "a CPU fits into its bits");

static uint64_t key_of(const struct topology *topo, unsigned int from, unsigned int cpu)
{
	uint64_t distance = topology_distance(topo, from, cpu), apart = 0;

	if (from < topo->nr_cpus) {
		unsigned int a = topo->cpus[from].order, b = topo->cpus[cpu].order;

		apart = a > b ? a - b : b - a;
	}
	return distance << (CPU_BITS + ORDER_BITS) | apart << CPU_BITS | cpu;
}

static int compare_keys(const void *a, const void *b)
{
	uint64_t key_a = *(const uint64_t *)a, key_b = *(const uint64_t *)b;

	return (key_a > key_b) - (key_a < key_b);
}

static int sort_by_distance(struct wave *wave, const struct topology *topo)
{
	uint64_t *keys = malloc(wave->nr_cpus * sizeof(*keys));

	if (!keys)
		return -ENOMEM;
	for (unsigned int i = 0; i < wave->nr_cpus; i++)
		keys[i] = key_of(topo, wave->params->controller_cpu, wave->cpus[i]);
	qsort(keys, wave->nr_cpus, sizeof(*keys), compare_keys);
	for (unsigned int i = 0; i < wave->nr_cpus; i++)
		wave->cpus[i] = (unsigned int)(keys[i] & ((1u << CPU_BITS) - 1));
	free(keys);
	return 0;
}

static void turn_round(struct wave *wave)
{
	for (unsigned int i = 0, j = wave->nr_cpus; i + 1 < j; i++) {
		unsigned int cpu = wave->cpus[i];

		wave->cpus[i] = wave->cpus[--j];
		wave->cpus[j] = cpu;
	}
}

/* They ascend now. */
static int sort(struct wave *wave, const struct topology *topo)
{
	enum plan_order order = wave->params->order;
	int ret = 0;

	if (order == PLAN_ORDER_RANDOM)
		random_shuffle(wave->random, wave->cpus, wave->nr_cpus);
	if (order == PLAN_ORDER_NEAR || order == PLAN_ORDER_FAR)
		ret = sort_by_distance(wave, topo);
	if (order == PLAN_ORDER_DESCENDING || order == PLAN_ORDER_FAR)
		turn_round(wave);
	return ret;
}

int wave_init(struct wave *wave, struct plan *plan, const struct topology *topo,
	      const struct plan_params *params, struct random *random)
{
	unsigned int cpu;
	int ret;

	*wave = (struct wave){ .plan = plan,
			       .params = params,
			       .random = random,
			       .left = params->cycles,
			       .last = PLAN_ONLINE };
	wave->cpus = malloc(cpumask_weight(&params->cpus) * sizeof(*wave->cpus));
	if (!wave->cpus)
		return -ENOMEM;
	for_each_cpu (cpu, &params->cpus)
		wave->cpus[wave->nr_cpus++] = cpu;
	ret = sort(wave, topo);
	if (ret)
		wave_fini(wave);
	return ret;
}

void wave_fini(struct wave *wave)
{
	free(wave->cpus);
	wave->cpus = NULL;
}

int wave_step(struct wave *wave, unsigned int cpu, enum plan_action action)
{
	struct plan_step step = { .cpu = cpu, .action = action };

	workload_wait(wave->params, wave->last, wave->random, &wave->now_ns);
	step.planned_ns = wave->now_ns;
	wave->last = action;
	wave->left -= action == PLAN_OFFLINE;
	return plan_add(wave->plan, &step);
}

static int run_one(struct wave *wave, const unsigned int *cpus, unsigned int nr,
		   enum wave_back back)
{
	int ret = 0;

	for (unsigned int i = 0; i < nr && !ret; i++)
		ret = wave_step(wave, cpus[i], PLAN_OFFLINE);
	for (unsigned int i = 0; i < nr && !ret; i++)
		ret = wave_step(wave, cpus[back == WAVE_BACK_SAME ? i : nr - 1 - i], PLAN_ONLINE);
	return ret;
}

int wave_run(struct wave *wave, const unsigned int *cpus, unsigned int nr, enum wave_back back)
{
	int ret = 0;

	while (nr > 0 && wave->left > 0 && !ret) {
		unsigned int nr_now = nr;

		if (nr_now > wave->params->max_off)
			nr_now = wave->params->max_off;
		if (nr_now > wave->left)
			nr_now = wave->left;
		ret = run_one(wave, cpus, nr_now, back);
		cpus += nr_now;
		nr -= nr_now;
	}
	return ret;
}
