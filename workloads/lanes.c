/* SPDX-License-Identifier: MIT */
/*
 * lanes - parallel togglers, each with CPUs of its own: does anything break where steps overlap?
 *
 * The kernel lets one toggler in and makes the others wait in ticks: no step's cost says anything.
 */
#include "wave.h"

/* One toggler: every nr_lanes-th CPU is its own. */
struct lane {
	uint64_t next_ns; /* when its next step is due */
	unsigned int place, nr_steps;
	bool is_away;
};

static bool is_before(const struct lane *a, const struct lane *b)
{
	return a->next_ns != b->next_ns ? a->next_ns < b->next_ns : a->nr_steps < b->nr_steps;
}

/* The lane whose step is the next, or @nr. */
static unsigned int next_lane(const struct lane *lanes, unsigned int nr, bool may_go_off)
{
	unsigned int next = nr;

	for (unsigned int i = 0; i < nr; i++)
		if ((may_go_off || lanes[i].is_away) &&
		    (next == nr || is_before(&lanes[i], &lanes[next])))
			next = i;
	return next;
}

static int run_lanes(struct wave *wave, struct lane *lanes, unsigned int nr)
{
	int ret = 0;

	for (unsigned int i = 0; i < nr; i++) {
		lanes[i].place = i;
		workload_wait(wave->params, PLAN_ONLINE, wave->random, &lanes[i].next_ns);
	}
	for (unsigned int i; !ret && (i = next_lane(lanes, nr, wave->left > 0)) < nr;) {
		struct lane *lane = &lanes[i];
		struct plan_step step = { lane->next_ns, wave->cpus[lane->place], i,
					  lane->is_away ? PLAN_ONLINE : PLAN_OFFLINE,
					  PLAN_FAILS_NOT };

		workload_wait(wave->params, step.action, wave->random, &lane->next_ns);
		wave->left -= !lane->is_away;
		lane->nr_steps++;
		if (lane->is_away)
			lane->place = lane->place + nr < wave->nr_cpus ? lane->place + nr : i;
		lane->is_away = step.action == PLAN_OFFLINE;
		ret = plan_add(wave->plan, &step);
	}
	return ret;
}

static int generate(struct plan *plan, const struct topology *topo,
		    const struct plan_params *params, struct random *random)
{
	unsigned int nr = params->nr_lanes < params->max_off ? params->nr_lanes : params->max_off;
	struct lane lanes[PLAN_LANES_MAX] = { { 0 } };
	struct wave wave;
	int ret = wave_init(&wave, plan, topo, params, random);

	if (ret)
		return ret;
	ret = run_lanes(&wave, lanes, nr);
	wave_fini(&wave);
	return ret;
}

const struct workload workload_lanes = {
	.name = "lanes",
	.summary = "parallel togglers (--lanes), each with CPUs of its own: correctness, no times",
	.min_cpus = 2,
	.collapses = "with one CPU this is toggle",
	.has_lanes = true,
	.generate = generate,
};
