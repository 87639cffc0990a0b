/* SPDX-License-Identifier: MIT */
#include "workload.h"

#include <string.h>

#define WORKLOAD(name) extern const struct workload workload_##name;
#include "workloads.def"
#undef WORKLOAD

#define WORKLOAD(name) &workload_##name,
static const struct workload *const workloads[] = {
#include "workloads.def"
};
#undef WORKLOAD

#define NR_WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))

const struct workload *const *workload_list(size_t *ret_nr)
{
	*ret_nr = NR_WORKLOADS;
	return workloads;
}

const struct workload *workload_find(const char *name)
{
	for (size_t i = 0; i < NR_WORKLOADS; i++)
		if (strcmp(workloads[i]->name, name) == 0)
			return workloads[i];
	return NULL;
}

static uint64_t add_sticky(uint64_t a, uint64_t b)
{
	return b > UINT64_MAX - a ? UINT64_MAX : a + b;
}

uint64_t workload_dwell(const struct plan_params *params, uint64_t dwell_ns, struct random *random)
{
	uint64_t extra_ns;

	if (params->dither_ns == UINT64_MAX)
		extra_ns = random_next(random);
	else
		extra_ns = random_below(random, params->dither_ns + 1);
	return add_sticky(dwell_ns, extra_ns);
}

void workload_wait(const struct plan_params *params, enum plan_action action, struct random *random,
		   uint64_t *now_ns)
{
	uint64_t dwell_ns = action == PLAN_OFFLINE ? params->dwell_off_ns : params->dwell_on_ns;

	*now_ns = add_sticky(*now_ns, workload_dwell(params, dwell_ns, random));
}
