/* SPDX-License-Identifier: MIT */
/* `parkbench limits` and `parkbench peers`: the facility beside the machine, and beside others. */
#include "clock.h"
#include "cmd.h"
#include "environment.h"
#include "interrupt.h"
#include "limits_cases.h"
#include "limits_memory.h"
#include "limits_results.h"
#include "limits_sites.h"
#include "report_limits.h"
#include "results.h"
#include "workload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define WARMUP_SAMPLES 5
#define CPU_ROUNDS     2

/* Of many threads a sample takes long, and a block has all of them to make. */
#define MANY_ROUNDS  8
#define MANY_SAMPLES 3
#define MANY_WARMUP  1

#define MEMORY_THREADS 64

struct limits_run {
	const char *command;
	char *const *argv;
	struct limits_options options;
	struct topology topo;
	struct limits_sites sites;
	struct roundtrip_site memory_site;
	struct roundtrip_spec specs[LIMITS_MAX_RECORDINGS];
	struct limits_outcome outcome;
	struct environment env;
	struct results results;
	uint64_t clock_read_ns;
	char why[512];
};

static size_t count(const struct roundtrip_case *const *cases)
{
	size_t nr = 0;

	while (cases[nr])
		nr++;
	return nr;
}

static void plan(struct limits_run *run)
{
	const struct limits_options *o = &run->options;
	const struct roundtrip_case *const *cases = o->suite == SUITE_PEERS ? peers_cases
						    : o->is_matrix	    ? limits_matrix_cases
									    : limits_pair_cases;

	run->outcome.suite = o->suite == SUITE_PEERS ? "peers" : o->is_matrix ? "matrix" : "limits";
	run->specs[0] = (struct roundtrip_spec){
		.cases = cases,
		.nr_cases = count(cases),
		.sites = run->sites.pairs,
		.nr_sites = run->sites.nr_pairs,
		.nr_rounds = (uint32_t)o->rounds,
		.nr_cpu_rounds = CPU_ROUNDS,
		.nr_samples = (uint32_t)o->samples,
		.nr_warmup = WARMUP_SAMPLES,
		.seed = o->seed,
	};
	run->specs[1] = (struct roundtrip_spec){
		.cases = limits_many_cases,
		.nr_cases = count(limits_many_cases),
		.sites = run->sites.many,
		.nr_sites = run->sites.nr_many,
		.nr_rounds = o->rounds < MANY_ROUNDS ? (uint32_t)o->rounds : MANY_ROUNDS,
		.nr_cpu_rounds = 1,
		.nr_samples = MANY_SAMPLES,
		.nr_warmup = MANY_WARMUP,
		.seed = o->seed,
	};
}

/* Threads are watched through a descriptor each. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int measure_memory(struct limits_run *run)
{
	const struct roundtrip_site *last = &run->sites.pairs[run->sites.nr_pairs - 1];
	int ret;

	if (run->options.suite == SUITE_PEERS || run->options.is_matrix)
		return 0;
	run->memory_site = *last;
	run->memory_site.nr_threads = MEMORY_THREADS;
	ret = limits_memory_add(&run->outcome.rows, &run->memory_site);
	if (ret)
		snprintf(run->why, sizeof(run->why), "cannot measure memory: %s", strerror(-ret));
	return ret;
}

/* Every pair, then every crowd. What was recorded before an error stays. */
static int measure(struct limits_run *run)
{
	int ret = measure_memory(run);

	run->clock_read_ns = clock_measure_cost().read_ns;
	for (size_t i = 0; i < LIMITS_MAX_RECORDINGS && !ret; i++) {
		struct progress progress;

		if (!run->specs[i].nr_sites)
			continue;
		ret = roundtrip_run(&run->specs[i], &progress, &run->outcome.recordings[i],
				    run->why, sizeof(run->why));
		run->outcome.nr_recordings = i + 1;
	}
	return ret;
}

static int summarise(struct limits_run *run)
{
	const struct limits_comparison *comparisons =
		run->options.suite == SUITE_PEERS ? peers_comparisons : limits_comparisons;
	int ret = 0;

	for (size_t i = 0; i < run->outcome.nr_recordings && !ret; i++)
		ret = limits_rows_add(&run->outcome.rows, &run->outcome.recordings[i], comparisons);
	return ret;
}

static int judge(int ret)
{
	if (ret == -EINTR)
		return EXIT_NOT_VALID;
	if (ret == -ETIMEDOUT || ret == -EPROTO)
		return EXIT_FAILED;
	return ret ? EXIT_USAGE : EXIT_DONE;
}

static void print_tables(const struct limits_run *run)
{
	if (run->options.suite == SUITE_PEERS)
		report_peers_print(stdout, &run->outcome, &run->sites);
	else if (run->options.is_matrix)
		report_matrix_print(stdout, &run->outcome, &run->sites);
	else
		report_limits_print(stdout, &run->outcome, &run->sites, run->options.is_goals_only);
}

static int conclude(struct limits_run *run, int code)
{
	const char *const warnings[] = { code ? run->why : NULL, NULL };
	const struct limits_results_input input = {
		.outcome = &run->outcome,
		.options = &run->options,
		.env = &run->env,
		.warnings = warnings,
		.clock_read_ns = run->clock_read_ns,
		.exit_code = code,
	};
	struct fact_value doubts = { 0 };
	char why[512], *rest, *line;

	environment_collect_after(&run->env);
	if (summarise(run)) {
		results_abandon(&run->results);
		return cmd_refuse(run->command, "out of memory");
	}
	if (limits_results_write(&run->results, &input, why, sizeof(why)))
		return cmd_refuse(run->command, "%s", why);
	print_tables(run);
	environment_warnings(&run->env, &doubts);
	for (line = strtok_r(doubts.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		printf("warning: %s\n", line);
	fact_fini(&doubts);
	fflush(stdout);
	if (code)
		fprintf(stderr, "parkbench %s: %s%s\n", run->command,
			code == EXIT_FAILED ? "FAILED: " : "", run->why);
	printf("results: %s\n", run->results.path);
	return code;
}

static int run_on_machine(struct limits_run *run)
{
	struct environment_origin origin = { .topo = &run->topo,
					     .workloads = WORKLOADS_VERSION,
					     .argv = run->argv };
	int timer_slack_ns, ret, code;

	if (results_open(run->options.out, &run->results, run->why, sizeof(run->why)))
		return cmd_refuse(run->command, "%s", run->why);
	if (environment_collect(&origin, &run->env)) {
		results_abandon(&run->results);
		return cmd_refuse(run->command, "out of memory");
	}
	raise_descriptor_limit();
	timer_slack_ns = prctl(PR_GET_TIMERSLACK);
	prctl(PR_SET_TIMERSLACK, 1);
	interrupt_watch(0);
	plan(run);
	ret = measure(run);
	interrupt_unwatch();
	prctl(PR_SET_TIMERSLACK, timer_slack_ns);
	code = judge(ret);
	if (code == EXIT_USAGE) {
		results_abandon(&run->results);
		return cmd_refuse(run->command, "%s", run->why);
	}
	code = conclude(run, code);
	/* A thread that did not answer may still use what would be freed. */
	if (ret == -ETIMEDOUT) {
		fflush(NULL);
		_exit(code);
	}
	return code;
}

static int run_suite(struct limits_run *run)
{
	struct option_why why = { "out of memory" };
	int code = cmd_load_topology(run->command, &run->topo);

	if (code)
		return code;
	if (!run->topo.is_this_machine)
		return cmd_refuse(run->command,
				  "the topology is of another machine (%s): unset HWLOC_*",
				  run->topo.source);
	if (limits_sites_make(&run->options, &run->topo, &run->sites, &why))
		return cmd_refuse_usage(run->command, "%s", why.text);
	return run_on_machine(run);
}

static int cmd_suite(enum limits_suite suite, int argc, char **argv)
{
	struct limits_run run = { .command = argv[0], .argv = argv };
	struct option_why why;
	int code;

	if (limits_options_parse(suite, argc, argv, &run.options, &why))
		return cmd_refuse_usage(run.command, "%s", why.text);
	if (run.options.is_help) {
		fputs(limits_options_help(suite), stdout);
		return EXIT_DONE;
	}
	code = run_suite(&run);
	for (size_t i = 0; i < run.outcome.nr_recordings; i++)
		roundtrip_fini(&run.outcome.recordings[i]);
	limits_rows_fini(&run.outcome.rows);
	environment_fini(&run.env);
	limits_sites_fini(&run.sites);
	topology_fini(&run.topo);
	return code;
}

int cmd_limits(int argc, char **argv)
{
	return cmd_suite(SUITE_LIMITS, argc, argv);
}

int cmd_peers(int argc, char **argv)
{
	return cmd_suite(SUITE_PEERS, argc, argv);
}
