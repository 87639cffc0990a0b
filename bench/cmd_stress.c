/* SPDX-License-Identifier: MIT */
/* `parkbench stress`: who is tortured where, and what came of it, in words. */
#include "clock.h"
#include "cmd.h"
#include "cmd_stress_internal.h"
#include "custody.h"
#include "hotplug_sysfs.h"
#include "interrupt.h"
#include "selection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIST_BYTES   512
#define DEFAULT_CPUS 2u

static int choose_cpus(struct stress *stress)
{
	struct cpumask *cpus = &stress->torture.cpus, usable, all;
	char why[512];
	unsigned int cpu;

	cpumask_and(&usable, &stress->topo.allowed, &stress->topo.online);
	cpumask_clear(cpus);
	for_each_cpu (cpu, &usable)
		if (cpumask_weight(cpus) < DEFAULT_CPUS)
			cpumask_set_cpu(cpu, cpus);
	if (!stress->cpus)
		return EXIT_DONE;
	if (topology_select(&stress->topo, stress->cpus, &all, why, sizeof(why)))
		return cmd_refuse("stress", "--cpus: %s", why);
	cpumask_and(cpus, &all, &usable);
	if (cpumask_empty(cpus))
		return cmd_refuse("stress", "--cpus %.60s: none of them can be used here",
				  stress->cpus);
	return EXIT_DONE;
}

/* The command that does the same again; a seed of the clock's choice included. */
static void print_command(const struct stress *stress, FILE *out)
{
	const struct torture_options *torture = &stress->torture;
	char list[LIST_BYTES];

	cpumask_format(&torture->cpus, list, sizeof(list));
	fprintf(out, "parkbench stress --seed %" PRIu64 " --threads %u --controllers %u",
		torture->seed, torture->nr_threads, torture->nr_controllers);
	if (torture->nr_ops)
		fprintf(out, " --ops %" PRIu64, torture->nr_ops);
	else
		fprintf(out, " --time %" PRIu64, torture->time_ns / 1000000000u);
	fprintf(out, " --cpus %s --hotplug %s", list,
		torture->hotplug ? torture->hotplug->name : "none");
	if (stress->is_impact_accepted)
		fputs(" --accept-impact", out);
	if (stress->mix)
		fprintf(out, " --ops-mix %s", stress->mix);
	fputc('\n', out);
}

static void print_counts(const struct torture_report *report)
{
	printf("%-10s %9s %9s %8s %10s %10s %10s\n", "operation", "tried", "done", "nobody",
	       "min us", "mean us", "max us");
	for (int op = 0; op < NR_TORTURE_OPS; op++) {
		const struct torture_count *count = &report->counts[op];

		printf("%-10s %9" PRIu64 " %9" PRIu64 " %8" PRIu64, torture_ops[op].name,
		       count->nr_tried, count->nr_done, count->nr_missed);
		if (count->nr_tried)
			printf(" %10.1f %10.1f %10.1f\n", (double)count->min_ns / 1e3,
			       (double)count->sum_ns / 1e3 / (double)count->nr_tried,
			       (double)count->max_ns / 1e3);
		else
			printf(" %10s %10s %10s\n", "-", "-", "-");
	}
}

static void print_report(const struct stress *stress, const struct torture_report *report)
{
	print_counts(report);
	printf("\nchecked");
	for (int i = 1; i <= 8; i++)
		printf("%s %s %" PRIu64, i > 1 ? "," : "", torture_invariant_name(i),
		       report->nr_checks[i]);
	printf("\nstress: victims %" PRIu64 "/%" PRIu64 ", CPUs up %" PRIu64 " down %" PRIu64
	       " rolled back %" PRIu64 ", hostile wakes %" PRIu64 " signals %" PRIu64
	       ", failures injected %" PRIu64 "%s%s: ",
	       report->nr_stopped, report->nr_created, report->nr_up, report->nr_down,
	       report->nr_rolled_back, report->nr_hostile_wakes, report->nr_hostile_signals,
	       report->nr_injected, *report->not_injected ? ", some not: " : "",
	       report->not_injected);
	puts(report->invariant ? "FAILURE" : "SUCCESS");
	if (!report->invariant)
		return;
	fflush(stdout);
	fprintf(stderr, "parkbench stress: invariant %d (%s) is broken: %s\n", report->invariant,
		torture_invariant_name(report->invariant), report->why);
	fputs(report->dump, stderr);
	fputs("again: ", stderr);
	print_command(stress, stderr);
}

static bool has_toggled(const struct stress *stress, const struct torture_report *report)
{
	return !stress->torture.hotplug || report->nr_up + report->nr_down > 0;
}

static int torment(struct stress *stress)
{
	struct torture_report *report = calloc(1, sizeof(*report));
	int ret, code = EXIT_DONE;

	if (!report)
		return cmd_refuse("stress", "out of memory");
	printf("seed %" PRIu64 "; again: ", stress->torture.seed);
	print_command(stress, stdout);
	fflush(stdout);
	interrupt_watch(0);
	ret = torture_run(&stress->torture, report);
	if (ret) {
		cmd_refuse("stress", "cannot begin: %s; are there limits on threads?",
			   strerror(-ret));
		fflush(NULL);
		_exit(EXIT_USAGE); /* some threads may run already */
	}
	print_report(stress, report);
	if (report->invariant)
		code = EXIT_FAILED;
	else if (interrupt_is_due())
		code = EXIT_NOT_VALID;
	else if (!has_toggled(stress, report))
		code = EXIT_NOTHING_TOGGLED;
	interrupt_unwatch();
	if (report->is_hung && !(stress->torture.hotplug && stress->torture.hotplug->is_kernels)) {
		fflush(NULL);
		_exit(code); /* threads that hang cannot be joined */
	}
	free(report);
	return code;
}

/* Before the first write to the machine: whom it hurts, and who puts it back. */
static int take_custody(struct stress *stress, char **argv, struct custody *ret)
{
	const struct options options = { .is_impact_accepted = stress->is_impact_accepted };
	const struct selection selection = { .victims = stress->torture.cpus };
	const struct hotplug_sysfs_terms terms = { .min_online = 1 };
	struct custody_request request = { .victims = &stress->torture.cpus, .argv = argv };
	char why[512];
	int code = cmd_impact_ask(&options, &selection, stdout);

	if (code)
		return code;
	hotplug_sysfs_begin(&terms);
	request.control = hotplug_sysfs_control();
	if (custody_begin(&request, ret, why, sizeof(why)))
		return cmd_refuse("stress", "%s", why);
	return EXIT_DONE;
}

/* With the hotplug driver's begin() and end() around it. */
static int torment_with_driver(struct stress *stress)
{
	const struct hotplug *hotplug = stress->torture.hotplug;
	char why[512];
	int code, ret;

	if (!hotplug || !hotplug->begin)
		return torment(stress);
	ret = hotplug->begin(&stress->topo, &stress->torture.hotplug_run, why, sizeof(why));
	if (ret)
		return cmd_refuse("stress", "%s", why);
	code = torment(stress);
	ret = hotplug->end(stress->torture.hotplug_run);
	if (ret)
		return cmd_refuse("stress", "hotplug %s could not undo all it did: %s",
				  hotplug->name, strerror(-ret));
	return code;
}

static int run_on_machine(struct stress *stress, char **argv)
{
	const struct hotplug *hotplug = stress->torture.hotplug;
	struct custody custody = { .is_held = false };
	char why[512];
	int code = choose_cpus(stress);

	if (!code && hotplug && hotplug->probe(&stress->topo, why, sizeof(why)))
		return cmd_skip("stress", "hotplug %s: %s", hotplug->name, why);
	if (!code && hotplug && hotplug->is_kernels)
		code = take_custody(stress, argv, &custody);
	if (!code)
		code = torment_with_driver(stress);
	if (custody_end(&custody, why, sizeof(why)))
		return cmd_refuse("stress", "%s", why);
	return code;
}

int cmd_stress(int argc, char **argv)
{
	static struct stress stress;
	int code = stress_parse(argc, argv, &stress);

	if (code)
		return code;
	if (stress.is_help) {
		stress_print_help();
		return EXIT_DONE;
	}
	code = cmd_load_topology("stress", &stress.topo);
	if (code)
		return code;
	code = stress.topo.is_this_machine
		       ? run_on_machine(&stress, argv)
		       : cmd_refuse("stress",
				    "the topology is of another machine (%s): unset HWLOC_*",
				    stress.topo.source);
	topology_fini(&stress.topo);
	return code;
}
