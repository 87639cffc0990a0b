/* SPDX-License-Identifier: MIT */
/* What a run does to the machine and to others: asked before, watched meanwhile, looked at after.
 */
#include "cmd.h"
#include "cmd_run_internal.h"
#include "hotplug.h"
#include "hotplug_repair.h"
#include "hotplug_sysfs.h"

#include <stdio.h>
#include <stdlib.h>

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
