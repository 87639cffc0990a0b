/* SPDX-License-Identifier: MIT */
#include "selection.h"
#include "selection_group.h"
#include "selection_history.h"

#include "hotplug.h"
#include "workload.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_note(struct selection *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_note(struct selection *s, const char *format, ...)
{
	va_list args;

	if (s->nr_notes == SELECTION_MAX_NOTES)
		return;
	va_start(args, format);
	vsnprintf(s->notes[s->nr_notes++], sizeof(s->notes[0]), format, args);
	va_end(args);
}

/* Online, and allowed to this process. */
static void usable_cpus(const struct topology *topo, struct cpumask *ret_usable)
{
	cpumask_and(ret_usable, &topo->online, &topo->allowed);
}

void selection_default_victims(const struct topology *topo, struct cpumask *ret_victims)
{
	struct cpumask victims;

	usable_cpus(topo, &victims);
	/* Where CPU 0 is not ours, the first one that is stays in its place. */
	cpumask_clear_cpu(cpumask_first(&victims), &victims);
	*ret_victims = victims;
}

/* The CPUs that numbers and ranges of @text cover. Objects and "all" do not name a CPU. */
static void named_cpus(const char *text, struct cpumask *ret_named)
{
	cpumask_clear(ret_named);
	for (; text; text = strchr(text, ',') ? strchr(text, ',') + 1 : NULL) {
		unsigned long first, last;
		char *rest;

		if (*text < '0' || *text > '9')
			continue;
		first = last = strtoul(text, &rest, 10);
		if (*rest == '-')
			last = strtoul(rest + 1, &rest, 10);
		for (; first <= last && first < CPUMASK_NR_CPUS; first++)
			cpumask_set_cpu((unsigned int)first, ret_named);
	}
}

/* Those of @cpus that the driver cannot even try. */
static void fixed_cpus(const struct options *o, const struct topology *topo,
		       const struct cpumask *cpus, struct cpumask *ret_fixed)
{
	struct cpumask fixed = *cpus;
	unsigned int cpu;

	for_each_cpu (cpu, cpus)
		if (!o->hotplug->can_take || o->hotplug->can_take(topo, cpu))
			cpumask_clear_cpu(cpu, &fixed);
	*ret_fixed = fixed;
}

static int check_victims(const struct options *o, const struct topology *topo,
			 const struct cpumask *victims, struct option_why *why)
{
	struct cpumask rest;
	char list[SELECTION_LIST_SIZE];

	cpumask_andnot(&rest, victims, &topo->online);
	if (!cpumask_empty(&rest) && !o->hotplug->is_kernels)
		return option_refuse(why,
				     "CPU %s is offline: leave it out, bring it online, or let "
				     "--hotplug sysfs do so",
				     selection_brief(&rest, list));
	cpumask_and(&rest, victims, &topo->online);
	cpumask_andnot(&rest, &rest, &topo->allowed);
	if (!cpumask_empty(&rest))
		return option_refuse(why,
				     "CPU %s is not allowed to this process: see 'parkbench topo'",
				     selection_brief(&rest, list));
	fixed_cpus(o, topo, victims, &rest);
	if (!cpumask_empty(&rest))
		return option_refuse(why,
				     "CPU %s has no control file: the kernel cannot take it off; "
				     "leave it out",
				     selection_brief(&rest, list));
	return 0;
}

/* A cycle is one CPU's: as many as fill whole groups. */
static unsigned int cycles_of(const struct options *o, struct selection *s)
{
	const unsigned int nr = cpumask_weight(&s->victims);
	const unsigned int whole = (o->cycles + nr - 1) / nr * nr;

	if (!o->hotplug->group || whole == o->cycles)
		return o->cycles;
	add_note(s, "%u cycles instead of %u: all %u CPUs go each time", whole, o->cycles, nr);
	return whole;
}

static void leave_offline(const struct topology *topo, const struct cpumask *named,
			  struct selection *s)
{
	struct cpumask rest;
	char list[SELECTION_LIST_SIZE];

	cpumask_andnot(&rest, &s->victims, &topo->online);
	cpumask_andnot(&rest, &rest, named);
	if (cpumask_empty(&rest))
		return;
	cpumask_andnot(&s->victims, &s->victims, &rest);
	add_note(s, "CPU %s is offline and stays so: it comes online only when its number is given",
		 selection_brief(&rest, list));
}

static int named_victims(const struct options *o, const struct topology *topo, struct selection *s,
			 struct option_why *why)
{
	char reason[OPTION_WHY_SIZE - 16] = "";
	struct cpumask named;
	int err = topology_select(topo, o->cpus, &s->victims, reason, sizeof(reason));

	if (err) {
		option_refuse(why, "--cpus: %s", reason);
		return err;
	}
	named_cpus(o->cpus, &named);
	if (cpumask_test_cpu(0, &s->victims) && !cpumask_test_cpu(0, &named)) {
		cpumask_clear_cpu(0, &s->victims);
		add_note(s, "CPU 0 stays: it goes away only when its number is given");
	}
	leave_offline(topo, &named, s);
	if (cpumask_empty(&s->victims))
		return option_refuse(why,
				     "--cpus %.60s: no CPU is left to go away; CPU 0 does so "
				     "only when its number is given",
				     o->cpus);
	err = check_victims(o, topo, &s->victims, why);
	return err ? err : selection_check_group(o, topo, &s->victims, why);
}

static int unnamed_victims(const struct options *o, const struct topology *topo,
			   struct selection *s, struct option_why *why)
{
	struct cpumask fixed;
	char list[SELECTION_LIST_SIZE];

	selection_default_victims(topo, &s->victims);
	if (o->hotplug->group)
		o->hotplug->group(topo, &s->victims);
	fixed_cpus(o, topo, &s->victims, &fixed);
	if (!cpumask_empty(&fixed))
		add_note(s, "CPU %s stays: it has no control file", selection_brief(&fixed, list));
	cpumask_andnot(&s->victims, &s->victims, &fixed);
	/* Of a group none can be spared: the controller is refused below. */
	if (o->hotplug->group)
		return selection_check_group(o, topo, &s->victims, why);
	if (o->is_controller_given)
		cpumask_clear_cpu(o->controller_cpu, &s->victims);
	if (!cpumask_empty(&s->victims))
		return 0;
	if (o->is_controller_given)
		return option_refuse(why,
				     "no CPU is left beside --controller %u: name one with --cpus",
				     o->controller_cpu);
	return option_refuse(why, "no CPU can go away: one must stay for the suite, so at "
				  "least two that this process may use are needed");
}

/*
 * The suite's own threads stay on a CPU that never goes away. Where it only goes away for the
 * threads of the plan, the user may want the controller right there: that alone changes ratios.
 */
static int choose_controller(const struct options *o, const struct topology *topo,
			     struct selection *s, struct option_why *why)
{
	struct cpumask usable, staying;
	char list[SELECTION_LIST_SIZE];

	usable_cpus(topo, &usable);
	cpumask_andnot(&staying, &usable, &s->victims);
	if (cpumask_empty(&staying))
		return option_refuse(why, "no CPU stays for the suite: leave one of %s out",
				     selection_brief(&s->victims, list));
	s->controller_cpu = cpumask_first(&staying);
	if (!o->is_controller_given)
		return 0;
	if (o->hotplug->is_simulated)
		staying = usable;
	if (!cpumask_test_cpu(o->controller_cpu, &staying))
		return option_refuse(why, "--controller %u cannot be used: give one of %s",
				     o->controller_cpu, selection_brief(&staying, list));
	if (o->wait == WAIT_POLL && cpumask_test_cpu(o->controller_cpu, &s->victims))
		return option_refuse(why,
				     "--wait poll keeps the threads of CPU %u from running: the "
				     "controller is on it; use --wait block",
				     o->controller_cpu);
	s->controller_cpu = o->controller_cpu;
	return 0;
}

static int choose_cpus(const struct options *o, const struct topology *topo, struct selection *s,
		       struct option_why *why)
{
	int err = o->cpus ? named_victims(o, topo, s, why) : unnamed_victims(o, topo, s, why);

	return err ? err : choose_controller(o, topo, s, why);
}

static int add_plan(struct selection *s, const struct plan *plan)
{
	struct plan *plans = realloc(s->plans, (s->nr_plans + 1) * sizeof(*plans));

	if (!plans)
		return -ENOMEM;
	s->plans = plans;
	plans[s->nr_plans++] = *plan;
	return 0;
}

/* A package of 64 CPUs is not away after 20 cycles. */
static void note_unreached(struct selection *s, const struct workload *workload,
			   const struct plan *plan)
{
	unsigned int nr_victims = cpumask_weight(&s->victims);
	unsigned int nr_reached = cpumask_weight(&plan->cpus);

	if (workload->takes_all && nr_reached < nr_victims)
		add_note(s, "workload %s: %zu cycles reach %u of %u CPUs: give --cycles %u or more",
			 workload->name, plan->nr_steps / 2, nr_reached, nr_victims, nr_victims);
}

static int generate(const struct options *o, const struct topology *topo,
		    const struct workload *workload, struct selection *s, struct option_why *why)
{
	const struct plan_params params = {
		.workload = workload->name,
		.cpus = s->victims,
		.cycles = cycles_of(o, s),
		.max_off = o->max_off,
		.dwell_off_ns = o->dwell_off_ns,
		.dwell_on_ns = o->dwell_on_ns,
		.dither_ns = o->dither_ns,
		.seed = o->seed,
		.order = o->order,
		.history = o->history_path ? &s->history : NULL,
		.controller_cpu = s->controller_cpu,
		.nr_lanes = o->nr_lanes,
	};
	char reason[OPTION_WHY_SIZE - 64] = "";
	const unsigned int nr_victims = cpumask_weight(&s->victims);
	struct plan plan;
	int err;

	if (nr_victims < workload->min_cpus)
		add_note(s, "workload %s: %s", workload->name,
			 workload->collapses ? workload->collapses : "has too few CPUs to differ");
	err = plan_generate(topo, &params, &plan, reason, sizeof(reason));
	if (err) {
		option_refuse(why, "workload %s: %s", workload->name,
			      *reason ? reason : strerror(-err));
		return err;
	}
	note_unreached(s, workload, &plan);
	err = add_plan(s, &plan);
	if (err)
		plan_fini(&plan);
	return err;
}

/* Nobody said which: each CPU in turn, and with one CPU that is toggle; or the whole group. */
static const struct workload *default_workload(const struct options *o, struct selection *s)
{
	const struct workload *serial = workload_find("serial");

	if (o->hotplug->group)
		return workload_find("smt");

	if (cpumask_weight(&s->victims) >= serial->min_cpus)
		return serial;
	add_note(s, "only CPU %u can go away here, so that all workloads are toggle",
		 cpumask_first(&s->victims));
	return workload_find("toggle");
}

static int generate_all(const struct options *o, const struct topology *topo, struct selection *s,
			struct option_why *why)
{
	int err = selection_load_history(o, &s->history, why);

	if (err)
		return err;
	if (!o->nr_workloads)
		return generate(o, topo, default_workload(o, s), s, why);
	for (size_t i = 0; i < o->nr_workloads && !err; i++)
		err = generate(o, topo, o->workloads[i], s, why);
	return err;
}

/* A plan file, and what is wrong with it. */
struct plan_source {
	FILE *file;
	char reason[256];
};

/* 1: there was one more; 0: the end; else -errno. */
static int load_next(struct plan_source *from, const struct topology *topo, struct selection *s)
{
	struct cpumask away;
	struct plan plan;
	int ret = plan_load(from->file, &plan, from->reason, sizeof(from->reason));

	if (ret <= 0)
		return ret;
	ret = plan_fits(&plan, topo, from->reason, sizeof(from->reason));
	if (!ret)
		ret = add_plan(s, &plan);
	if (ret) {
		plan_fini(&plan);
		return ret;
	}
	plan_away(&plan, &away);
	cpumask_or(&s->victims, &s->victims, &away);
	return 1;
}

static int load_all(const char *path, const struct topology *topo, struct selection *s,
		    struct option_why *why)
{
	struct plan_source from = { .file = fopen(path, "re") };
	int ret;

	if (!from.file) {
		ret = -errno;
		option_refuse(why, "cannot read the plan file '%.200s': %s", path, strerror(-ret));
		return ret;
	}
	do
		ret = load_next(&from, topo, s);
	while (ret > 0);
	fclose(from.file);
	if (ret)
		option_refuse(why, "plan file '%.160s': %s", path,
			      *from.reason ? from.reason : strerror(-ret));
	else if (!s->nr_plans)
		ret = option_refuse(why, "plan file '%.200s' is empty", path);
	return ret;
}

static int load(const struct options *o, const struct topology *topo, struct selection *s,
		struct option_why *why)
{
	int err = load_all(o->plan_path, topo, s, why);

	if (!err)
		err = check_victims(o, topo, &s->victims, why);
	if (!err)
		err = selection_check_group(o, topo, &s->victims, why);
	return err ? err : choose_controller(o, topo, s, why);
}

static void note_offline(const struct topology *topo, struct selection *s)
{
	char list[SELECTION_LIST_SIZE];

	cpumask_andnot(&s->offline, &s->victims, &topo->online);
	if (!cpumask_empty(&s->offline))
		add_note(s,
			 "CPU %s is offline: it comes online first and goes off again at the end",
			 selection_brief(&s->offline, list));
}

/* CPUs that stay may be asked to go as well, and have to be refused by who could do it. */
static int check_asked(const struct options *o, const struct topology *topo,
		       const struct selection *s, struct option_why *why)
{
	struct cpumask fixed;
	char list[SELECTION_LIST_SIZE];

	for (size_t i = 0; i < s->nr_plans; i++) {
		fixed_cpus(o, topo, &s->plans[i].cpus, &fixed);
		if (cpumask_empty(&fixed))
			continue;
		option_refuse(why,
			      "workload %s: CPU %s has no control file, so that it cannot even be "
			      "asked to go",
			      s->plans[i].workload, selection_brief(&fixed, list));
		return -EOPNOTSUPP;
	}
	return 0;
}

static int check_min_online(const struct options *o, const struct topology *topo,
			    const struct selection *s, struct option_why *why)
{
	const unsigned int nr_online = cpumask_weight(&topo->online) + cpumask_weight(&s->offline);

	for (size_t i = 0; i < s->nr_plans; i++) {
		unsigned int most = plan_most_away(&s->plans[i]);

		if (o->min_online && most + o->min_online > nr_online)
			return option_refuse(why,
					     "--min-online %u: workload %s takes %u of %u CPUs "
					     "away at once; give --max-off",
					     o->min_online, s->plans[i].workload, most, nr_online);
	}
	return 0;
}

/* What watches or orders one step at a time has no hold of steps beside each other. */
static int check_lanes(const struct options *o, const struct selection *s, struct option_why *why)
{
	const char *option = o->fail.is_wanted	  ? "--fail-state"
			     : o->abort_on.gap_ns ? "--abort-on gap"
						  : NULL;

	for (size_t i = 0; i < s->nr_plans && option; i++)
		if (plan_nr_lanes(&s->plans[i]) > 1)
			return option_refuse(why,
					     "%s does nothing with parallel togglers: leave it or "
					     "workload %s out",
					     option, s->plans[i].workload);
	return 0;
}

int selection_make(const struct options *options, const struct topology *topo,
		   struct selection *ret, struct option_why *why)
{
	struct selection s = { 0 };
	int err;

	option_refuse(why, "out of memory");
	if (options->plan_path) {
		err = load(options, topo, &s, why);
	} else {
		err = choose_cpus(options, topo, &s, why);
		if (!err)
			err = generate_all(options, topo, &s, why);
	}
	if (!err)
		err = check_asked(options, topo, &s, why);
	if (!err)
		note_offline(topo, &s);
	if (!err)
		err = check_min_online(options, topo, &s, why);
	if (!err)
		err = selection_check_plans_of_group(options, &s, why);
	if (!err)
		err = check_lanes(options, &s, why);
	if (err)
		selection_fini(&s);
	else
		*ret = s;
	return err;
}

void selection_fini(struct selection *selection)
{
	for (size_t i = 0; i < selection->nr_plans; i++)
		plan_fini(&selection->plans[i]);
	free(selection->plans);
	history_fini(&selection->history);
	memset(selection, 0, sizeof(*selection));
}
