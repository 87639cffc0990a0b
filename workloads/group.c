/* SPDX-License-Identifier: MIT */
#include "group.h"

#include <errno.h>
#include <stdlib.h>

/* Indices are below: as many groups of one sort as CPUs, and at most two sorts. */
#define NR_INDICES (2 * CPUMASK_NR_CPUS)

/* A CPU beside the number of its group's turn and its own place in the order. */
struct member {
	unsigned int turn, place, cpu;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *m = a, *n = b;

	if (m->turn != n->turn)
		return m->turn < n->turn ? -1 : 1;
	return (m->place > n->place) - (m->place < n->place);
}

/* The members of known groups; a group's turn is the place of its first CPU. Returns how many. */
static unsigned int collect(const struct group *group, const struct wave *wave,
			    const struct topology *topo, struct member *members)
{
	unsigned int first_place[NR_INDICES], nr = 0;

	for (unsigned int i = 0; i < NR_INDICES; i++)
		first_place[i] = CPUMASK_NR_CPUS;
	for (unsigned int i = 0; i < wave->nr_cpus; i++) {
		int index = group->of(&topo->cpus[wave->cpus[i]]);

		if (index < 0)
			continue;
		if (first_place[index] == CPUMASK_NR_CPUS)
			first_place[index] = i;
		members[nr++] = (struct member){ first_place[index], i, wave->cpus[i] };
	}
	qsort(members, nr, sizeof(*members), compare_members);
	return nr;
}

/* Each group's wave once, or until the cycles are used up. */
static int run_groups(struct wave *wave, const struct member *members, unsigned int nr,
		      unsigned int *cpus)
{
	int ret = 0;

	for (unsigned int i = 0, nr_group; i < nr && wave->left && !ret; i += nr_group) {
		for (nr_group = 0; i + nr_group < nr; nr_group++) {
			if (members[i + nr_group].turn != members[i].turn)
				break;
			cpus[nr_group] = members[i + nr_group].cpu;
		}
		ret = wave_run(wave, cpus, nr_group, WAVE_BACK_SAME);
	}
	return ret;
}

static int generate_waves(const struct group *group, struct wave *wave, const struct topology *topo)
{
	struct member *members = malloc(wave->nr_cpus * sizeof(*members));
	unsigned int *cpus = malloc(wave->nr_cpus * sizeof(*cpus));
	unsigned int nr;
	int ret = members && cpus ? 0 : -ENOMEM;

	nr = ret ? 0 : collect(group, wave, topo, members);
	while (nr && wave->left && !ret)
		ret = run_groups(wave, members, nr, cpus);
	free(cpus);
	free(members);
	return ret;
}

int group_generate(const struct group *group, struct plan *plan, const struct topology *topo,
		   const struct plan_params *params, struct random *random)
{
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	ret = generate_waves(group, &wave, topo);
	wave_fini(&wave);
	return ret;
}

unsigned int group_weight(const struct group *group, const struct topology *topo,
			  const struct cpumask *cpus, int index)
{
	unsigned int cpu, weight = 0;

	for_each_cpu (cpu, cpus)
		weight += group->of(&topo->cpus[cpu]) == index;
	return weight;
}

/* How many different groups online CPUs are in: none, one, or two for more. */
static unsigned int nr_groups(const struct group *group, const struct topology *topo)
{
	unsigned int cpu;
	int first = -1;

	for_each_cpu (cpu, &topo->online) {
		int index = group->of(&topo->cpus[cpu]);

		if (index >= 0 && first >= 0 && index != first)
			return 2;
		first = index >= 0 ? index : first;
	}
	return first >= 0;
}

int group_check(const struct group *group, const struct topology *topo,
		const struct plan_params *params, char *why, size_t why_size)
{
	unsigned int nr = nr_groups(group, topo);

	if (nr < 2) {
		snprintf(why, why_size,
			 nr ? "this machine has only one %s: use sweep"
			    : "hwloc knows no %s here: use sweep",
			 group->noun);
		return -EOPNOTSUPP;
	}
	if (group_weight(group, topo, &params->cpus, -1) == cpumask_weight(&params->cpus)) {
		snprintf(why, why_size, "hwloc knows no %s of these CPUs: use sweep", group->noun);
		return -EOPNOTSUPP;
	}
	return 0;
}
