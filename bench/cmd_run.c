/* SPDX-License-Identifier: MIT */
/* `parkbench run`: from the command line to a results directory and a table. */
#include "aftermath.h"
#include "block_order.h"
#include "clock.h"
#include "cmd.h"
#include "cmd_run_internal.h"
#include "contender.h"
#include "controller.h"
#include "custody.h"
#include "handover.h"
#include "hotplug.h"
#include "hotplug_sysfs.h"
#include "interrupt.h"
#include "options.h"
#include "outfile.h"
#include "passes.h"
#include "report_table.h"
#include "results.h"
#include "selection.h"
#include "summary_bulk.h"
#include "summary_bystander.h"
#include "tally.h"
#include "workload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A thread that does not answer for so long is lost; sanitizers and busy machines included. */
#define THREAD_DEADLINE_NS 10000000000u

static void fill_setup(struct run *run)
{
	const struct options *o = &run->options;

	run->setup = (struct run_setup){
		.topo = &run->topo,
		.hotplug = o->hotplug,
		.controller_cpu = run->selection.controller_cpu,
		.wait = o->wait,
		.spin_ns = o->spin_ns,
		.pacing = o->pacing,
		.stack_bytes = o->stack_bytes,
		.stack_touch_bytes = o->stack_touch_bytes,
		.data_touch_bytes = o->data_touch_bytes,
		.fifo_priority = o->fifo_priority,
		.is_idle_held = o->is_idle_held,
		.seed = o->seed,
		.deadline_ns = THREAD_DEADLINE_NS,
	};
}

/* Every contender under every setting of the knobs. */
static void make_arms(struct run *run, size_t nr_arms)
{
	const struct options *o = &run->options;

	for (size_t i = 0; i < nr_arms; i++) {
		uint32_t setting = (uint32_t)(i / o->nr_contenders);

		run->arms[i] = (struct arm){
			.contender = o->contenders[i % o->nr_contenders],
			.setting = setting,
			.knob = run->knobs.nr ? run->knobs.labels[setting] : NULL,
		};
	}
}

/* Every plan with every duty and every number of threads. */
static int make_cells(struct run *run)
{
	const struct options *o = &run->options;
	size_t nr = run->selection.nr_plans * o->nr_duties * o->nr_threads_per_cpu;
	size_t nr_arms = o->nr_contenders * run->knobs.nr_settings;

	run->cells = calloc(nr, sizeof(*run->cells));
	run->is_selected = calloc(nr * nr_arms, sizeof(*run->is_selected));
	run->arms = calloc(nr_arms, sizeof(*run->arms));
	if (!run->cells || !run->is_selected || !run->arms)
		return -ENOMEM;
	make_arms(run, nr_arms);
	for (size_t i = 0; i < nr; i++) {
		const struct plan *plan =
			&run->selection.plans[i / o->nr_threads_per_cpu / o->nr_duties];

		run->cells[i] = (struct cell){
			.workload = plan->workload,
			.plan = plan,
			.duty = o->duties[i / o->nr_threads_per_cpu % o->nr_duties],
			.threads_per_cpu = o->threads_per_cpu[i % o->nr_threads_per_cpu],
		};
	}
	run->passes.options = o;
	run->passes.dir = run->results.path;
	run->passes.knobs = run->knobs.nr ? &run->knobs : NULL;
	run->passes.offline = run->selection.offline;
	run->passes.is_selected = run->is_selected;
	run->passes.rec = (struct recording){
		.setup = &run->setup,
		.cells = run->cells,
		.nr_cells = nr,
		.arms = run->arms,
		.nr_arms = nr_arms,
	};
	return 0;
}

/* Which files, and that they can be read; nothing is written yet. */
static int prepare_knobs(struct run *run)
{
	char why[384];
	int ret = knobs_resolve(&run->knobs, hotplug_sysfs_control(), run->options.knobs, why,
				sizeof(why));

	if (ret == -EACCES || ret == -EPERM)
		return cmd_skip("run", "--knob: %s: be root", why);
	return ret ? cmd_refuse_usage("run", "--knob: %s", why) : EXIT_DONE;
}

/* Asked for by name and not possible here: skipped, as nothing is wrong with the command line. */
static int prepare_hotplug(struct run *run)
{
	const struct options *o = &run->options;
	const struct hotplug_sysfs_terms terms = {
		.control = { .root = o->sysfs_root },
		.is_container_forced = o->is_container_forced,
		.min_online = o->min_online,
	};
	char why[256];
	int code;

	hotplug_sysfs_begin(&terms);
	code = prepare_knobs(run);
	if (code)
		return code;
	if (o->hotplug->probe(&run->topo, why, sizeof(why)))
		return cmd_skip("run", "--hotplug %s: %s", o->hotplug->name, why);
	if (o->fail.is_wanted && hotplug_sysfs_let_fail(&o->fail, why, sizeof(why)))
		return cmd_refuse("run", "%s", why);
	return EXIT_DONE;
}

/* Everything that can be said before a directory is made. */
static int prepare(struct run *run)
{
	struct option_why why;
	int nr, err, code;

	if (cmd_load_machine("run", &run->options, &run->topo))
		return EXIT_USAGE;
	if (!run->topo.is_this_machine && !run->options.virtual_machine)
		return cmd_refuse("run", "the topology is of another machine (%s): unset HWLOC_*",
				  run->topo.source);
	code = prepare_hotplug(run);
	if (code)
		return code;
	err = selection_make(&run->options, &run->topo, &run->selection, &why);
	if (err == -EOPNOTSUPP)
		return cmd_skip("run", "%s", why.text);
	if (err)
		return cmd_refuse_usage("run", "%s", why.text);
	fill_setup(run);
	run_settle_scale(run);
	code = run_find_load(run);
	if (code)
		return code;
	if (run_check_capacity(run, &why))
		return cmd_refuse("run", "%s", why.text);
	if (make_cells(run))
		return cmd_refuse("run", "out of memory");
	run->handover = handover_new(&run->passes);
	if (!run->handover)
		return cmd_refuse("run", "out of memory, or two plans of one workload: give each "
					 "plan of --plan a run of its own");
	nr = handover_select(run->handover, run->options.filter, run->is_selected);
	if (nr < 0)
		return cmd_refuse_usage("run", "--benchmark_filter '%s' is no regular expression",
					run->options.filter);
	if (nr == 0)
		return cmd_refuse("run",
				  "--benchmark_filter '%s' lets none pass; see "
				  "--benchmark_list_tests",
				  run->options.filter);
	return EXIT_DONE;
}

/* A pass that is not possible here is a warning; anything else ends the run. */
static int or_warning(struct run *run, int ret)
{
	if (ret != -EPERM)
		return ret;
	run_warn(run, run->passes.why);
	run->passes.why[0] = '\0';
	return 0;
}

static int run_pass(struct run *run, enum pass pass, int (*pass_fn)(struct passes *p))
{
	return run->options.passes[pass] ? or_warning(run, pass_fn(&run->passes)) : 0;
}

static void note_balance(struct run *run)
{
	const size_t nr_arms = run->passes.rec.nr_arms;
	uint32_t nr_rows = block_order_rows((uint32_t)nr_arms);
	char text[160];

	if (!run->options.passes[PASS_TIMING] || run->options.repetitions % nr_rows == 0)
		return;
	snprintf(text, sizeof(text),
		 "the order of %zu %s is balanced over %u repetitions: a multiple of that "
		 "is better than %u",
		 nr_arms, run->knobs.nr ? "arms" : "contenders", nr_rows, run->options.repetitions);
	run_warn(run, text);
}

static int run_passes_on_machine(struct run *run)
{
	struct controller controller;
	int ret = run_first_online(run);

	if (!ret)
		ret = run_start_load(run);
	/* Before the controller has its CPU and policy: a real-time child may be hard to reap. */
	if (!ret)
		ret = run_pass(run, PASS_MEMORY, passes_memory);
	/* A bad argument is to be found before the minute of measuring, not after it. */
	if (!ret && run->options.perf)
		ret = passes_try_perf(&run->passes);
	if (!ret)
		ret = controller_enter(&run->setup, &controller, run->passes.why,
				       sizeof(run->passes.why));
	if (ret)
		return ret;
	run->setup.clock_read_ns = clock_measure_cost().read_ns;
	ret = run_pass(run, PASS_KERNEL, passes_kernel);
	if (!ret && run->options.passes[PASS_TIMING])
		ret = handover_run(run->handover, &run->report);
	if (!ret)
		ret = run_pass(run, PASS_COUNTING, passes_counting);
	if (!ret)
		ret = run_pass(run, PASS_SYSCALLS, passes_syscalls);
	if (!ret)
		ret = run_pass(run, PASS_BYSTANDER, passes_bystander);
	controller_leave(&controller);
	if (!ret && run->options.perf)
		ret = or_warning(run, passes_perf(&run->passes));
	passes_stop_trace(&run->passes);
	progress_end(&run->passes.progress);
	return ret;
}

/* The hotplug driver's begin() and end() around them. What end() leaves undone is a warning. */
static int run_passes(struct run *run)
{
	const struct hotplug *hotplug = run->options.hotplug;
	char text[128];
	int ret, undone;

	if (!hotplug->begin)
		return run_passes_on_machine(run);
	ret = hotplug->begin(&run->topo, &run->setup.hotplug_run, run->passes.why,
			     sizeof(run->passes.why));
	if (ret)
		return ret;
	ret = run_passes_on_machine(run);
	undone = hotplug->end(run->setup.hotplug_run);
	run->setup.hotplug_run = NULL;
	if (!undone)
		return ret;
	snprintf(text, sizeof(text), "hotplug %s could not undo all it did: %s", hotplug->name,
		 strerror(-undone));
	run_warn(run, text);
	return ret;
}

/* What the recording says, besides the blocks' own failures. */
static int judge(const struct run *run, int pass_error)
{
	struct tally tally;

	tally_make(&run->passes.rec, &tally);
	if (pass_error == -EINTR)
		return EXIT_NOT_VALID;
	if (run->is_unrestored || pass_error || tally.nr[STEP_LOST] || tally.nr_wrong_cpu)
		return EXIT_FAILED;
	/* The memory pass plans no steps. */
	return tally.nr[STEP_DONE] || !tally.nr_planned ? EXIT_DONE : EXIT_NOTHING_TOGGLED;
}

/* Failures that say nothing about the facility: a limit, a privilege, a wrong option. */
static bool is_refusal(int pass_error)
{
	return pass_error && pass_error != -ETIMEDOUT && pass_error != -EIO &&
	       pass_error != -EPROTO && pass_error != -EILSEQ && pass_error != -EINTR;
}

static int write_second_report(const struct run *run)
{
	struct outfile out;
	int ret;

	if (!run->options.report_out || !run->report)
		return 0;
	ret = outfile_open(&out, run->options.report_out);
	if (ret)
		return ret;
	fputs(run->report, out.file);
	return outfile_commit(&out, true);
}

/* Write everything, then the table. Returns the exit code. */
static int conclude(struct run *run, int code)
{
	bool is_json = !run->options.report_out || run->options.report_out_format == GB_JSON;
	struct results_input input = {
		.passes = &run->passes,
		.selection = &run->selection,
		.summary = &run->summary,
		.env = &run->env,
		.aftermath = &run->aftermath,
		.benchmark_report = is_json ? run->report : NULL,
		.warnings = run->warnings,
		.load = run->load,
		.ended_by = *run->ended_by ? run->ended_by : NULL,
		.exit_code = code,
	};
	char why[512];
	int ret;

	environment_collect_after(&run->env);
	if (summary_make(&run->passes.rec, &run->summary) ||
	    summary_add_bystanders(&run->summary, &run->passes.rec, run->passes.bystanders,
				   run->passes.nr_bystanders) ||
	    summary_add_bulk(&run->summary, &run->passes.rec))
		return cmd_refuse("run", "out of memory");
	if (results_write(&run->results, &input, why, sizeof(why)))
		return cmd_refuse("run", "%s", why);
	ret = write_second_report(run);
	if (ret)
		return cmd_refuse("run", "cannot write '%s': %s; the results are in %s",
				  run->options.report_out, strerror(-ret), run->results.path);
	report_table_print(run->options.report_format == GB_JSON ? stderr : stdout,
			   &run->passes.rec, &run->summary, REPORT_TABLE_PHASES);
	return code;
}

static void print_environment_warnings(FILE *out, const struct environment *env)
{
	struct fact_value warnings = { 0 };
	char *rest, *line;

	environment_warnings(env, &warnings);
	for (line = strtok_r(warnings.text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		fprintf(out, "warning: %s\n", line);
	fact_fini(&warnings);
}

static const char *failure_of(const struct run *run)
{
	if (run->is_unrestored)
		return "the machine is not as it was: see the warnings";
	return run->passes.why[0] ? run->passes.why
				  : "a thread woke up on a CPU that is not its own";
}

static void print_ending(const struct run *run, int code)
{
	FILE *out = run->options.report_format == GB_JSON ? stderr : stdout;

	for (size_t i = 0; i < run->selection.nr_notes; i++)
		fprintf(out, "note: %s\n", run->selection.notes[i]);
	for (size_t i = 0; i < run->nr_warnings; i++)
		fprintf(out, "warning: %s\n", run->warnings[i]);
	print_environment_warnings(out, &run->env);
	if (code == EXIT_FAILED)
		fprintf(stderr, "parkbench run: FAILED: %s\n", failure_of(run));
	if (code == EXIT_NOT_VALID)
		fprintf(stderr, "parkbench run: %s: results so far only\n", run->passes.why);
	if (code == EXIT_NOTHING_TOGGLED)
		fprintf(stderr, "parkbench run: no CPU was taken away: nothing was measured\n");
	fprintf(out, "results: %s\n", run->results.path);
}

/* The passes between taking CPUs and giving them back: whatever they return, all is restored. */
static int run_in_custody(struct run *run)
{
	const struct hotplug *hotplug = run->options.hotplug;
	const uint64_t limit_ns = run->options.deadline_ns;
	char why[512];
	int ret;

	interrupt_watch(limit_ns ? clock_now_ns() + limit_ns : 0);
	interrupt_ask(run_look_for_trouble, run);
	ret = run_passes(run);
	if (custody_end(&run->custody, why, sizeof(why))) {
		run->is_unrestored = true;
		run_warn(run, why);
	}
	ret = run_note_end(run, ret);
	load_stop(run->load);
	interrupt_unwatch();
	run_warn_of_drift(run);
	for (size_t i = 0; hotplug->remark && hotplug->remark(i); i++)
		run_warn(run, hotplug->remark(i));
	return ret;
}

static int measure(struct run *run)
{
	struct environment_origin origin = { .topo = &run->topo,
					     .hotplug = run->options.hotplug->name,
					     .workloads = WORKLOADS_VERSION,
					     .argv = run->argv };
	char why[512];
	int ret, code = run_look_before(run);

	if (!code)
		code = run_watch(run);
	if (code)
		return code;
	if (results_open(run->options.out, &run->results, why, sizeof(why)))
		return cmd_refuse("run", "%s", why);
	if (environment_collect(&origin, &run->env) || passes_init(&run->passes)) {
		results_abandon(&run->results);
		return cmd_refuse("run", "out of memory");
	}
	run_raise_descriptor_limit();
	note_balance(run);
	code = run_take_custody(run);
	if (code) {
		results_abandon(&run->results);
		return code;
	}
	ret = run_in_custody(run);
	run_note_lateness(run);
	code = run_look_after(run);
	if (is_refusal(ret) && !run->is_unrestored) {
		results_abandon(&run->results);
		return cmd_refuse("run", "%s", run->passes.why);
	}
	code = conclude(run, code ? code : judge(run, ret));
	if (code != EXIT_USAGE)
		print_ending(run, code);
	/* Threads that did not answer may still use what would be freed. */
	if (ret == -ETIMEDOUT) {
		fflush(NULL);
		_exit(code);
	}
	return code;
}

static void run_fini(struct run *run)
{
	free(run->report);
	summary_fini(&run->summary);
	handover_free(run->handover);
	passes_fini(&run->passes);
	abort_watch_end(run->abort);
	load_free(run->load);
	environment_fini(&run->env);
	aftermath_fini(&run->aftermath);
	free(run->is_selected);
	free(run->arms);
	free(run->own_paths);
	knobs_fini(&run->knobs);
	free(run->cells);
	selection_fini(&run->selection);
	topology_fini(&run->topo);
}

int cmd_run(int argc, char **argv)
{
	struct run run = { .argv = argv };
	struct option_why why;
	int code;

	if (options_parse(OPTIONS_RUN, argc, argv, &run.options, &why))
		return cmd_refuse_usage("run", "%s", why.text);
	if (run.options.help) {
		fputs(options_help(OPTIONS_RUN, run.options.help), stdout);
		return EXIT_DONE;
	}
	code = prepare(&run);
	if (!code && run.options.is_list_tests)
		code = handover_list(run.options.filter) ? EXIT_USAGE : EXIT_DONE;
	else if (!code && run.options.token_fd >= 0)
		code = run_tokens(&run);
	else if (!code)
		code = measure(&run);
	run_fini(&run);
	return code;
}
