/* SPDX-License-Identifier: MIT */
#include "options_rows.h"

#include "catalogue.h"

#include <errno.h>
#include <string.h>

#define DWELL_MAX_NS (UINT64_C(3600) * 1000000000)

static int refuse_twice(const char *item, struct option_why *why)
{
	return option_refuse(why, "'%.60s' is given twice", item);
}

/* Is there no room for one more? */
static int check_room(size_t nr, struct option_why *why)
{
	if (nr >= OPTIONS_MAX_ITEMS)
		return option_refuse(why, "too many items: give at most %d", OPTIONS_MAX_ITEMS);
	return 0;
}

static int add_workload(const char *item, void *options, struct option_why *why)
{
	struct options *o = options;
	const struct workload *workload = catalogue_find(CATALOGUE_WORKLOADS, item, why);

	if (!workload)
		return -EINVAL;
	for (size_t i = 0; i < o->nr_workloads; i++)
		if (o->workloads[i] == workload)
			return refuse_twice(item, why);
	if (check_room(o->nr_workloads, why))
		return -EINVAL;
	o->workloads[o->nr_workloads++] = workload;
	return 0;
}

static int add_contender(const char *item, void *options, struct option_why *why)
{
	struct options *o = options;
	const struct contender *contender = catalogue_find(CATALOGUE_CONTENDERS, item, why);

	if (!contender)
		return -EINVAL;
	for (size_t i = 0; i < o->nr_contenders; i++)
		if (o->contenders[i] == contender)
			return refuse_twice(item, why);
	if (check_room(o->nr_contenders, why))
		return -EINVAL;
	o->contenders[o->nr_contenders++] = contender;
	return 0;
}

static int add_duty(const char *item, void *options, struct option_why *why)
{
	struct options *o = options;
	const struct duty *duty = catalogue_find(CATALOGUE_DUTIES, item, why);

	if (!duty)
		return -EINVAL;
	for (size_t i = 0; i < o->nr_duties; i++)
		if (o->duties[i] == duty)
			return refuse_twice(item, why);
	if (check_room(o->nr_duties, why))
		return -EINVAL;
	o->duties[o->nr_duties++] = duty;
	return 0;
}

static int add_threads_per_cpu(const char *item, void *options, struct option_why *why)
{
	struct options *o = options;
	uint64_t number;

	if (option_number(item, (struct option_range){ 1, 4096 }, &number, why))
		return -EINVAL;
	for (size_t i = 0; i < o->nr_threads_per_cpu; i++)
		if (o->threads_per_cpu[i] == number)
			return refuse_twice(item, why);
	if (check_room(o->nr_threads_per_cpu, why))
		return -EINVAL;
	o->threads_per_cpu[o->nr_threads_per_cpu++] = number;
	return 0;
}

/* A list given replaces the default. */
static int parse_workload(struct options *o, const char *value, struct option_why *why)
{
	o->nr_workloads = 0;
	return option_each(value, add_workload, o, why);
}

static int parse_contender(struct options *o, const char *value, struct option_why *why)
{
	o->nr_contenders = 0;
	return option_each(value, add_contender, o, why);
}

static int parse_duty(struct options *o, const char *value, struct option_why *why)
{
	o->nr_duties = 0;
	return option_each(value, add_duty, o, why);
}

static int parse_threads_per_cpu(struct options *o, const char *value, struct option_why *why)
{
	o->nr_threads_per_cpu = 0;
	return option_each(value, add_threads_per_cpu, o, why);
}

/* What the list means depends on the topology; that it is not empty does not. */
static int parse_cpus(struct options *o, const char *value, struct option_why *why)
{
	if (!*value)
		return option_refuse(why, "empty: give CPUs (4-7), package:N, numa:N, core:N-M");
	o->cpus = value;
	return 0;
}

static int parse_unsigned(const char *value, struct option_range range, unsigned int *ret,
			  struct option_why *why)
{
	uint64_t number;

	if (option_number(value, range, &number, why))
		return -EINVAL;
	*ret = number;
	return 0;
}

static int parse_cycles(struct options *o, const char *value, struct option_why *why)
{
	return parse_unsigned(value, (struct option_range){ 1, 100000000 }, &o->cycles, why);
}

static int parse_max_off(struct options *o, const char *value, struct option_why *why)
{
	return parse_unsigned(value, (struct option_range){ 1, CPUMASK_NR_CPUS }, &o->max_off, why);
}

static int parse_lanes(struct options *o, const char *value, struct option_why *why)
{
	return parse_unsigned(value, (struct option_range){ 1, PLAN_LANES_MAX }, &o->nr_lanes, why);
}

static int parse_repetitions(struct options *o, const char *value, struct option_why *why)
{
	return parse_unsigned(value, (struct option_range){ 1, 100000 }, &o->repetitions, why);
}

static int parse_seed(struct options *o, const char *value, struct option_why *why)
{
	return option_number(value, (struct option_range){ 0, UINT64_MAX }, &o->seed, why);
}

static int parse_dwell_off(struct options *o, const char *value, struct option_why *why)
{
	return option_time(value, DWELL_MAX_NS, &o->dwell_off_ns, why);
}

static int parse_dwell_on(struct options *o, const char *value, struct option_why *why)
{
	return option_time(value, DWELL_MAX_NS, &o->dwell_on_ns, why);
}

static int parse_dither(struct options *o, const char *value, struct option_why *why)
{
	return option_time(value, DWELL_MAX_NS, &o->dither_ns, why);
}

/* A step each period on average, each pause dithered by as much as the mean: no lattice (M2). */
static int parse_rate(struct options *o, const char *value, struct option_why *why)
{
	uint64_t period_ns;

	if (option_rate(value, &period_ns, why))
		return -EINVAL;
	o->dwell_off_ns = period_ns / 2;
	o->dwell_on_ns = period_ns / 2;
	o->dither_ns = period_ns;
	return 0;
}

static int parse_order(struct options *o, const char *value, struct option_why *why)
{
	static const char *const names[] = { "own", "ascending", "descending", "near",
					     "far", "random",	 NULL };
	size_t order;

	if (option_choice(value, names, &order, why))
		return -EINVAL;
	o->order = (enum plan_order)order;
	return 0;
}

static int parse_hotplug(struct options *o, const char *value, struct option_why *why)
{
	const struct hotplug *hotplug = catalogue_find(CATALOGUE_HOTPLUG, value, why);

	if (!hotplug)
		return -EINVAL;
	o->hotplug = hotplug;
	return 0;
}

static int parse_controller(struct options *o, const char *value, struct option_why *why)
{
	const struct option_range range = { 0, CPUMASK_NR_CPUS - 1 };

	if (parse_unsigned(value, range, &o->controller_cpu, why))
		return -EINVAL;
	o->is_controller_given = true;
	return 0;
}

static int parse_virtual(struct options *o, const char *value, struct option_why *why)
{
	if (!*value)
		return option_refuse(why, "empty: give a machine like 'package:2 core:8 pu:2'");
	o->virtual_machine = value;
	return 0;
}

static int parse_plan(struct options *o, const char *value, struct option_why *why)
{
	if (!*value)
		return option_refuse(why, "empty: give the name of a plan file");
	o->plan_path = value;
	return 0;
}

static int parse_history(struct options *o, const char *value, struct option_why *why)
{
	if (!*value)
		return option_refuse(why, "empty: give the name of a CSV file");
	o->history_path = value;
	return 0;
}

static int parse_out(struct options *o, const char *value, struct option_why *why)
{
	if (!*value)
		return option_refuse(why, "empty: give a name");
	o->out = value;
	return 0;
}

static int parse_force(struct options *o, const char *value, struct option_why *why)
{
	(void)value;
	(void)why;
	o->is_forced = true;
	return 0;
}

static int parse_draw(struct options *o, const char *value, struct option_why *why)
{
	(void)value;
	(void)why;
	o->is_drawn = true;
	return 0;
}

#define FOR_ALL	 (FOR_PLAN | FOR_IMPACT | FOR_RUN)
#define FOR_BOTH (FOR_PLAN | FOR_RUN)

/* clang-format off: it is a table */
const struct option_row option_rows_selection[] = {
	{ "--workload", NULL, FOR_ALL, VALUE_NEEDED, parse_workload, NULL },
	{ "--contender", NULL, FOR_ALL, VALUE_NEEDED, parse_contender, NULL },
	{ "--duty", NULL, FOR_ALL, VALUE_NEEDED, parse_duty, NULL },
	{ "--cpus", NULL, FOR_ALL, VALUE_NEEDED, parse_cpus, NULL },
	{ "--threads-per-cpu", NULL, FOR_ALL, VALUE_NEEDED, parse_threads_per_cpu, NULL },
	{ "--cycles", NULL, FOR_ALL, VALUE_NEEDED, parse_cycles, NULL },
	{ "--max-off", NULL, FOR_ALL, VALUE_NEEDED, parse_max_off, NULL },
	{ "--dwell-off", NULL, FOR_ALL, VALUE_NEEDED, parse_dwell_off, NULL },
	{ "--dwell-on", NULL, FOR_ALL, VALUE_NEEDED, parse_dwell_on, NULL },
	{ "--dither", NULL, FOR_ALL, VALUE_NEEDED, parse_dither, NULL },
	{ "--rate", NULL, FOR_ALL, VALUE_NEEDED, parse_rate, NULL },
	{ "--history", NULL, FOR_ALL, VALUE_NEEDED, parse_history, NULL },
	{ "--lanes", NULL, FOR_ALL, VALUE_NEEDED, parse_lanes, NULL },
	{ "--order", NULL, FOR_ALL, VALUE_NEEDED, parse_order, NULL },
	{ "--repetitions", "--benchmark_repetitions", FOR_ALL, VALUE_NEEDED, parse_repetitions,
	  NULL },
	{ "--seed", NULL, FOR_ALL, VALUE_NEEDED, parse_seed, NULL },
	{ "--hotplug", NULL, FOR_ALL, VALUE_NEEDED, parse_hotplug, NULL },
	{ "--controller", NULL, FOR_ALL, VALUE_NEEDED, parse_controller, NULL },
	{ "--virtual", NULL, FOR_BOTH, VALUE_NEEDED, parse_virtual, NULL },
	{ "--plan", NULL, FOR_ALL, VALUE_NEEDED, parse_plan, NULL },
	{ "--out", "-o", FOR_BOTH, VALUE_NEEDED, parse_out, NULL },
	{ "--draw", NULL, FOR_PLAN, VALUE_NONE, parse_draw, NULL },
	{ "--force", NULL, FOR_PLAN, VALUE_NONE, parse_force, NULL },
	{ 0 },
};
/* clang-format on */
