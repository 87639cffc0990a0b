/* SPDX-License-Identifier: MIT */
#include "impact_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum mask_fate impact_fate(const struct inquiry *inquiry, const struct cpumask *cpus)
{
	struct cpumask usable, hit, staying;

	cpumask_and(&usable, cpus, &inquiry->online);
	cpumask_and(&hit, &usable, &inquiry->victims);
	if (cpumask_empty(&hit))
		return MASK_UNTOUCHED;
	cpumask_andnot(&staying, &usable, &inquiry->victims);
	if (!cpumask_empty(&staying) || cpumask_weight(&usable) > inquiry->nr_at_once)
		return MASK_SHRINKS;
	return MASK_EMPTIES;
}

int impact_add(const struct inquiry *inquiry, const struct impact_finding *finding,
	       const char *cpus)
{
	struct impact *impact = inquiry->impact;
	char *list = strdup(cpus);
	int err = list ? census_make_room((void **)&impact->findings, impact->nr_findings,
					  &impact->max_findings, sizeof(*finding))
		       : -ENOMEM;

	if (err) {
		free(list);
		return err;
	}
	impact->findings[impact->nr_findings] = *finding;
	impact->findings[impact->nr_findings++].cpus = list;
	return 0;
}

static int compare_numbers(long a, long b)
{
	return (a > b) - (a < b);
}

static int compare_findings(const void *left, const void *right)
{
	const struct impact_finding *a = left, *b = right;
	int order = compare_numbers(a->severity, b->severity);

	if (!order)
		order = compare_numbers(a->kind, b->kind);
	if (!order)
		order = strcmp(a->meaning, b->meaning);
	if (!order)
		order = compare_numbers(a->pid, b->pid);
	return order ? order : strverscmp(a->who, b->who);
}

static int judge(const struct impact_question *question, const struct census *census,
		 struct impact *impact)
{
	struct inquiry inquiry = {
		.census = census,
		.victims = question->victims,
		.nr_at_once = question->nr_at_once ? question->nr_at_once : CPUMASK_NR_CPUS,
		.impact = impact,
	};
	int err;

	census_online(census, &inquiry.online);
	err = impact_judge_tasks(&inquiry);
	if (!err)
		err = impact_judge_settings(&inquiry);
	if (!err)
		err = impact_judge_machine(&inquiry);
	return err;
}

int impact_collect(const struct impact_question *question, struct impact *ret)
{
	struct impact impact = { .nr_findings = 0 };
	struct census census;
	int err = census_take(&question->origin, &census);

	if (err)
		return err;
	impact.nr_gone = census.nr_gone;
	impact.nr_unreadable = census.nr_unreadable;
	impact.is_partial = census.is_partial;
	err = judge(question, &census, &impact);
	census_fini(&census);
	if (err) {
		impact_fini(&impact);
		return err;
	}
	if (impact.nr_findings)
		qsort(impact.findings, impact.nr_findings, sizeof(*impact.findings),
		      compare_findings);
	*ret = impact;
	return 0;
}

void impact_fini(struct impact *impact)
{
	for (size_t i = 0; i < impact->nr_findings; i++)
		free(impact->findings[i].cpus);
	free(impact->findings);
	memset(impact, 0, sizeof(*impact));
}

size_t impact_count(const struct impact *impact, enum impact_severity severity)
{
	size_t nr = 0;

	for (size_t i = 0; i < impact->nr_findings; i++)
		nr += impact->findings[i].severity == severity;
	return nr;
}

bool impact_needs_consent(const struct impact *impact)
{
	return impact_count(impact, IMPACT_BLOCKS) > 0;
}

const char *impact_severity_name(enum impact_severity severity)
{
	static const char *const names[NR_IMPACT_SEVERITIES] = {
		[IMPACT_BLOCKS] = "blocks",
		[IMPACT_MOVES] = "moves",
		[IMPACT_NOTE] = "note",
	};

	return names[severity];
}

const char *impact_kind_name(enum impact_kind kind)
{
	static const char *const names[NR_IMPACT_KINDS] = {
		[IMPACT_TASK] = "tasks",
		[IMPACT_VCPU] = "virtual CPUs of guests",
		[IMPACT_DEADLINE] = "SCHED_DEADLINE tasks",
		[IMPACT_KERNEL_THREAD] = "kernel threads",
		[IMPACT_IRQ] = "interrupts",
		[IMPACT_CPUSET] = "cpusets",
		[IMPACT_RESCTRL] = "resctrl groups",
		[IMPACT_CPUFREQ] = "frequency policies",
		[IMPACT_HOUSEKEEPING] = "housekeeping CPUs",
	};

	return names[kind];
}
