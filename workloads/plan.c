/* SPDX-License-Identifier: MIT */
#include "plan.h"
#include "workload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Long enough for most sets; a longer one is cut, as the one line that it goes into is. */
#define SET_TEXT_BYTES 160

void plan_fini(struct plan *plan)
{
	free(plan->steps);
	memset(plan, 0, sizeof(*plan));
}

int plan_add(struct plan *plan, const struct plan_step *step)
{
	if (plan->nr_steps >= PLAN_STEPS_MAX)
		return -EOVERFLOW;
	if (plan->nr_steps >= plan->max_steps) {
		size_t max_steps = plan->max_steps ? 2 * plan->max_steps : 16;
		struct plan_step *steps = realloc(plan->steps, max_steps * sizeof(*steps));

		if (!steps)
			return -ENOMEM;
		plan->steps = steps;
		plan->max_steps = max_steps;
	}
	plan->steps[plan->nr_steps++] = *step;
	return 0;
}

bool plan_is_name(const char *name)
{
	size_t length = strnlen(name, PLAN_NAME_BYTES);

	if (length == PLAN_NAME_BYTES || name[0] < 'a' || name[0] > 'z')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* What the step says about itself; @off: who is away before it, as its lane sees it. */
static int check_step(const struct plan *plan, size_t i, const struct cpumask *off, char *why,
		      size_t why_size)
{
	const struct plan_step *step = &plan->steps[i];
	const char *fault = NULL;

	if (step->action != PLAN_OFFLINE && step->action != PLAN_ONLINE)
		fault = "is neither an offline nor an online";
	else if (!cpumask_test_cpu(step->cpu, &plan->cpus))
		fault = "takes a CPU that is not of the plan's set";
	else if (step->lane >= CPUMASK_NR_CPUS)
		fault = "is in a lane beyond the last one";
	else if (step->planned_ns > PLAN_NS_MAX)
		fault = "is planned later than 292 years after the start";
	else if (i > 0 && step->planned_ns < step[-1].planned_ns)
		fault = "is planned before the step in front of it";
	else if (step->fails >= NR_PLAN_FAILS)
		fault = "fails in a way that does not exist";
	else if (step->action == PLAN_ONLINE && step->fails == PLAN_FAILS_OFF_CPU)
		fault = "is to fail off its CPU on its way up, where nothing can fail";
	else if (step->action == PLAN_ONLINE && step->fails == PLAN_FAILS_LAST)
		fault = "is to be refused as the last CPU, but comes online";
	else if (step->action == PLAN_OFFLINE && cpumask_test_cpu(step->cpu, off))
		fault = "takes a CPU off that is off already";
	else if (step->action == PLAN_ONLINE && !cpumask_test_cpu(step->cpu, off))
		fault = "brings a CPU back that is not away";
	if (!fault)
		return 0;
	snprintf(why, why_size, "step %zu (CPU %u) %s", i, step->cpu, fault);
	return -EINVAL;
}

static int check_ends(const struct plan *plan, const struct cpumask *off, char *why,
		      size_t why_size)
{
	char text[SET_TEXT_BYTES];

	if (plan->nr_steps == 0) {
		snprintf(why, why_size, "the plan has no step");
		return -EINVAL;
	}
	if (plan->nr_steps > PLAN_STEPS_MAX) {
		snprintf(why, why_size, "the plan has more than %zu steps", PLAN_STEPS_MAX);
		return -EINVAL;
	}
	if (!plan_is_name(plan->workload)) {
		snprintf(why, why_size, "the plan's workload has no proper name");
		return -EINVAL;
	}
	if (!cpumask_empty(off)) {
		cpumask_format(off, text, sizeof(text));
		snprintf(why, why_size, "CPU %s is not back when the plan ends", text);
		return -EINVAL;
	}
	return 0;
}

void plan_away(const struct plan *plan, struct cpumask *ret_cpus)
{
	cpumask_clear(ret_cpus);
	for (size_t i = 0; i < plan->nr_steps; i++)
		if (!plan->steps[i].fails)
			cpumask_set_cpu(plan->steps[i].cpu, ret_cpus);
}

unsigned int plan_most_away(const struct plan *plan)
{
	/* In how many lanes a CPU is away: fits, as no plan has more lanes than CPUs. */
	uint16_t *nr_lanes = calloc(CPUMASK_NR_CPUS, sizeof(*nr_lanes));
	unsigned int nr_away = 0, most = 0;

	/* Without memory for the count: all of them, which nobody can exceed. */
	if (!nr_lanes)
		return cpumask_weight(&plan->cpus);
	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i];

		if (step->fails)
			continue;
		if (step->action == PLAN_OFFLINE)
			nr_away += nr_lanes[step->cpu]++ == 0;
		else
			nr_away -= --nr_lanes[step->cpu] == 0;
		most = nr_away > most ? nr_away : most;
	}
	free(nr_lanes);
	return most;
}

unsigned int plan_nr_lanes(const struct plan *plan)
{
	unsigned int nr = 1;

	for (size_t i = 0; i < plan->nr_steps; i++)
		if (plan->steps[i].lane >= nr)
			nr = plan->steps[i].lane + 1;
	return nr;
}

/* @off: one set for each lane. Returns at which step it failed, or nr_steps. */
static size_t follow_steps(const struct plan *plan, struct cpumask *off, char *why, size_t why_size)
{
	const struct cpumask none = { { 0 } };

	for (size_t i = 0; i < plan->nr_steps; i++) {
		const struct plan_step *step = &plan->steps[i];
		bool has_lane = step->lane < CPUMASK_NR_CPUS;

		if (check_step(plan, i, has_lane ? &off[step->lane] : &none, why, why_size))
			return i;
		if (step->fails)
			continue;
		if (step->action == PLAN_OFFLINE)
			cpumask_set_cpu(step->cpu, &off[step->lane]);
		else
			cpumask_clear_cpu(step->cpu, &off[step->lane]);
	}
	return plan->nr_steps;
}

/* Which CPU is the last one depends on what the other lanes do just then. */
static size_t check_lanes(const struct plan *plan, char *why, size_t why_size)
{
	size_t i = 0;

	while (i < plan->nr_steps && plan->steps[i].fails != PLAN_FAILS_LAST)
		i++;
	if (i < plan->nr_steps)
		snprintf(why, why_size,
			 "step %zu (CPU %u) is to be refused as the last CPU, which nobody knows "
			 "in a plan of several lanes",
			 i, plan->steps[i].cpu);
	return i;
}

int plan_find_fault(const struct plan *plan, size_t *ret_step, char *why, size_t why_size)
{
	unsigned int nr_lanes = plan_nr_lanes(plan);
	struct cpumask *off;
	size_t step;
	int ret = 0;

	nr_lanes = nr_lanes < CPUMASK_NR_CPUS ? nr_lanes : CPUMASK_NR_CPUS;
	off = calloc(nr_lanes, sizeof(*off));
	if (!off) {
		snprintf(why, why_size, "there is no memory to check the plan");
		return -ENOMEM;
	}
	step = follow_steps(plan, off, why, why_size);
	if (step == plan->nr_steps && nr_lanes > 1)
		step = check_lanes(plan, why, why_size);
	if (step < plan->nr_steps)
		ret = -EINVAL;
	for (unsigned int lane = 1; lane < nr_lanes; lane++)
		cpumask_or(&off[0], &off[0], &off[lane]);
	if (!ret)
		ret = check_ends(plan, &off[0], why, why_size);
	free(off);
	if (ret)
		*ret_step = step;
	return ret;
}

int plan_validate(const struct plan *plan, char *why, size_t why_size)
{
	size_t step;

	return plan_find_fault(plan, &step, why, why_size);
}

/* 0, or -ENOENT naming what of @cpus is not in the machine. */
static int check_present(const struct cpumask *cpus, const struct topology *topo, char *why,
			 size_t why_size)
{
	char missing_text[SET_TEXT_BYTES], present_text[SET_TEXT_BYTES];
	struct cpumask missing;

	cpumask_andnot(&missing, cpus, &topo->present);
	if (cpumask_empty(&missing))
		return 0;
	cpumask_format(&missing, missing_text, sizeof(missing_text));
	cpumask_format(&topo->present, present_text, sizeof(present_text));
	snprintf(why, why_size, "this machine has no CPU %s: choose from %s", missing_text,
		 present_text);
	return -ENOENT;
}

int plan_fits(const struct plan *plan, const struct topology *topo, char *why, size_t why_size)
{
	return check_present(&plan->cpus, topo, why, why_size);
}

static int check_params(const struct topology *topo, const struct plan_params *params, char *why,
			size_t why_size)
{
	if (cpumask_empty(&params->cpus)) {
		snprintf(why, why_size, "no CPU is left to go away: name at least one (--cpus)");
		return -EINVAL;
	}
	if (params->cycles == 0) {
		snprintf(why, why_size, "a plan of no cycles does nothing: ask for one at least");
		return -EINVAL;
	}
	if (check_present(&params->cpus, topo, why, why_size))
		return -EINVAL;
	if (params->cycles > PLAN_STEPS_MAX / 2) {
		snprintf(why, why_size, "%u cycles are too many for one plan: %zu at most",
			 params->cycles, PLAN_STEPS_MAX / 2);
		return -EOVERFLOW;
	}
	return 0;
}

static const struct workload *find_workload(const char *name, char *why, size_t why_size)
{
	const struct workload *workload = workload_find(name);
	const struct workload *const *all;
	char names[512] = "";
	size_t nr, used = 0;

	if (workload)
		return workload;
	all = workload_list(&nr);
	for (size_t i = 0; i < nr && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
					 all[i]->name);
	snprintf(why, why_size, "there is no workload \"%s\": choose from %s", name, names);
	return NULL;
}

/* A generator's own mistakes and the user's too large numbers both show in the result. */
static int check_result(struct plan *plan, char *why, size_t why_size)
{
	cpumask_clear(&plan->cpus);
	for (size_t i = 0; i < plan->nr_steps; i++)
		cpumask_set_cpu(plan->steps[i].cpu, &plan->cpus);
	if (plan->nr_steps && plan->steps[plan->nr_steps - 1].planned_ns > PLAN_NS_MAX) {
		snprintf(why, why_size,
			 "the plan would end after more than 292 years: shorten its dwell times");
		return -EOVERFLOW;
	}
	return plan_validate(plan, why, why_size);
}

int plan_generate(const struct topology *topo, const struct plan_params *params,
		  struct plan *ret_plan, char *why, size_t why_size)
{
	const struct workload *workload = find_workload(params->workload, why, why_size);
	struct plan_params checked = *params;
	struct plan plan = { .seed = params->seed };
	unsigned int nr_cpus = cpumask_weight(&params->cpus);
	struct random random;
	int ret;

	if (!workload)
		return -ENOENT;
	ret = check_params(topo, params, why, why_size);
	if (ret)
		return ret;
	if (checked.max_off == 0 || checked.max_off > nr_cpus)
		checked.max_off = nr_cpus;
	if (!checked.nr_lanes)
		checked.nr_lanes = 2;
	if (!checked.order)
		checked.order = workload->order ? workload->order : PLAN_ORDER_ASCENDING;
	ret = workload->check ? workload->check(topo, &checked, why, why_size) : 0;
	if (ret)
		return ret;
	snprintf(plan.workload, sizeof(plan.workload), "%s", workload->name);
	random_init(&random, params->seed);
	ret = workload->generate(&plan, topo, &checked, &random);
	if (ret)
		snprintf(why, why_size, "the plan of %u cycles cannot be held: %s", params->cycles,
			 strerror(-ret));
	else
		ret = check_result(&plan, why, why_size);
	if (ret) {
		plan_fini(&plan);
		return ret;
	}
	*ret_plan = plan;
	return 0;
}
