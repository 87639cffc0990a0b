/* SPDX-License-Identifier: MIT */
/* What a run does to the machine and to others: asked before, watched meanwhile, looked at after.
 */
#include "clock.h"
#include "cmd.h"
#include "cmd_run_internal.h"
#include "hotplug.h"
#include "hotplug_repair.h"
#include "hotplug_sysfs.h"
#include "interrupt.h"
#include "tally.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#define CPUSET_NS	2000000000u
#define CPUSET_PAUSE_NS 5000000u

void run_warn(struct run *run, const char *text)
{
	if (run->nr_warnings == MAX_WARNINGS)
		return;
	snprintf(run->warning_texts[run->nr_warnings], sizeof(run->warning_texts[0]), "%s", text);
	run->warnings[run->nr_warnings] = run->warning_texts[run->nr_warnings];
	run->nr_warnings++;
}

/* A cpuset of our own moves nobody else, and a sysfs of a test is not this machine's. */
static bool touches_machine(const struct run *run)
{
	return run->options.hotplug->is_kernels && !run->options.sysfs_root;
}

/* What the run itself writes; NULL-terminated, or NULL: nothing, or out of memory. */
static const char *const *own_paths(struct run *run)
{
	const struct settings *settings = &run->knobs.before;

	run->own_paths = settings->nr ? calloc(settings->nr + 1, sizeof(*run->own_paths)) : NULL;
	for (size_t i = 0; run->own_paths && i < settings->nr; i++)
		run->own_paths[i] = settings->list[i].path;
	return run->own_paths;
}

int run_look_before(struct run *run)
{
	FILE *out = run->options.report_format == GB_JSON ? stderr : stdout;
	const struct census_origin origin = { .root = "", .own_paths = own_paths(run) };
	int code;

	if (!touches_machine(run))
		return EXIT_DONE;
	code = cmd_impact_ask(&run->options, &run->selection, out);
	if (!code && aftermath_begin(&origin, &run->selection.victims, &run->aftermath))
		code = cmd_refuse("run", "cannot remember how the machine is: /proc cannot be "
					 "read, or out of memory");
	return code;
}

int run_look_after(struct run *run)
{
	const struct repair_ops *repair = run->options.is_foreign_repaired ? &hotplug_repair : NULL;
	size_t nr_ours, nr_foreign;
	char text[256];

	if (!touches_machine(run))
		return EXIT_DONE;
	if (!cpumask_empty(&run->affinity))
		sched_setaffinity(0, sizeof(run->affinity), (const cpu_set_t *)run->affinity.bits);
	if (aftermath_compare(&run->aftermath, repair)) {
		run_warn(run, "out of memory: aftermath.csv is not complete");
		return EXIT_FAILED;
	}
	nr_ours = aftermath_nr_ours(&run->aftermath);
	nr_foreign = aftermath_nr_foreign(&run->aftermath);
	if (nr_foreign) {
		snprintf(text, sizeof(text),
			 "%zu settings of others are no longer as they were: see aftermath.csv%s",
			 nr_foreign, repair ? "" : "; --repair-foreign puts them back");
		run_warn(run, text);
	}
	if (nr_ours && !run->passes.why[0])
		snprintf(run->passes.why, sizeof(run->passes.why),
			 "%zu changes of ours were not undone: see aftermath.csv", nr_ours);
	return nr_ours ? EXIT_FAILED : EXIT_DONE;
}

/* Before the first block: a value that the kernel does not take is a wrong command line. */
static int try_knobs(struct run *run)
{
	char why[384], left[384];
	int code;

	if (!knobs_try(&run->knobs, why, sizeof(why)))
		return EXIT_DONE;
	code = cmd_refuse("run", "--knob: %s", why);
	if (custody_end(&run->custody, left, sizeof(left)))
		cmd_refuse("run", "%s", left);
	return code;
}

/* Before the first write to the machine. EXIT_DONE, or the line has been said. */
int run_take_custody(struct run *run)
{
	const struct custody_request request = {
		.control = hotplug_sysfs_control(),
		.victims = run->options.hotplug->is_kernels ? &run->selection.victims : NULL,
		.settings = &run->knobs.before,
		.dir = run->options.journal,
		.argv = run->argv,
	};
	char why[512];

	if (!run->options.hotplug->is_kernels && !run->knobs.nr)
		return EXIT_DONE;
	if (custody_begin(&request, &run->custody, why, sizeof(why)))
		return cmd_refuse("run", "%s", why);
	return try_knobs(run);
}

int run_watch(struct run *run)
{
	const struct options *o = &run->options;
	char why[256];

	if (o->abort_on.is_any &&
	    abort_watch_begin(&o->abort_on, o->sysfs_root, &run->abort, why, sizeof(why)))
		return cmd_skip("run", "%s", why);
	run->passes.abort = run->abort;
	return EXIT_DONE;
}

/*
 * hwloc went over the CPUs that were online then and left us bound to them. What the cpuset does
 * not have is left out by the kernel.
 */
static void may_run_on(const struct cpumask *cpus, struct cpumask *ret_before)
{
	struct cpumask mask;

	cpumask_clear(&mask);
	if (sched_getaffinity(0, sizeof(mask), (cpu_set_t *)mask.bits) < 0)
		return;
	if (cpumask_empty(ret_before))
		*ret_before = mask;
	cpumask_or(&mask, &mask, cpus);
	sched_setaffinity(0, sizeof(mask), (const cpu_set_t *)mask.bits);
}

/*
 * In place: whoever knows the topology keeps its address. Cpusets learn of a CPU a little later
 * than who waits for it to be online.
 */
static int read_topology_again(struct run *run)
{
	const uint64_t deadline_ns = clock_now_ns() + CPUSET_NS;
	struct topology fresh;
	struct cpumask missing;
	char list[128];

	do {
		int ret;

		may_run_on(&run->selection.offline, &run->affinity);
		ret = topology_load(&fresh);
		if (ret)
			return ret;
		topology_fini(&run->topo);
		run->topo = fresh;
		cpumask_andnot(&missing, &run->selection.offline, &fresh.allowed);
		if (cpumask_empty(&missing))
			return 0;
		clock_sleep_until_ns(clock_now_ns() + CPUSET_PAUSE_NS);
	} while (clock_now_ns() < deadline_ns);
	cpumask_format(&missing, list, sizeof(list));
	snprintf(run->passes.why, sizeof(run->passes.why),
		 "CPU %s is online now but not allowed to this process (cpuset, affinity): leave "
		 "it out",
		 list);
	return -EACCES;
}

int run_first_online(struct run *run)
{
	int ret = passes_first_online(&run->passes);

	/* The tree of a test is not where the topology comes from. */
	if (ret || cpumask_empty(&run->selection.offline) || run->options.sysfs_root)
		return ret;
	return read_topology_again(run);
}

void run_note_lateness(struct run *run)
{
	struct tally tally;
	char text[256];

	tally_make(&run->passes.rec, &tally);
	/* Who gives no time has asked for that. */
	if (!run->options.plan_path && !run->options.dwell_off_ns && !run->options.dwell_on_ns)
		return;
	if (run->setup.pacing != PACING_OPEN || tally.nr_late * 10 <= tally.nr_tried)
		return;
	snprintf(text, sizeof(text),
		 "%llu of %llu steps began more than 1 ms later than planned: the steps before "
		 "them took longer than the plan gives them; raise --dwell-off and --dwell-on, or "
		 "--pacing pause",
		 (unsigned long long)tally.nr_late, (unsigned long long)tally.nr_tried);
	run_warn(run, text);
}

/* Why a run that was ended early was; trouble that the last step or the restoring made counts. */
int run_note_end(struct run *run, int ret)
{
	struct passes *p = &run->passes;

	interrupt_look();
	if (!ret && run_look_for_trouble(run)) {
		snprintf(p->why, sizeof(p->why), "ended by %s", interrupt_cause());
		ret = -EINTR;
	}
	if (ret == -EINTR && interrupt_cause())
		snprintf(run->ended_by, sizeof(run->ended_by), "%s", interrupt_cause());
	return ret;
}

void run_warn_of_drift(struct run *run)
{
	char text[160];

	if (!run->knobs.nr_drifted)
		return;
	snprintf(text, sizeof(text),
		 "%zu times a knob was not as the block before had set it: somebody else turns it, "
		 "or a CPU that comes back does",
		 run->knobs.nr_drifted);
	run_warn(run, text);
}
