/* SPDX-License-Identifier: MIT */
#include "cmd.h"
#include "outfile.h"
#include "plan_draw.h"
#include "selection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LIST_SIZE 1024

/* "serial: 400 steps, 200 times off, over 12.3 ms, of CPU 1-3, seed 1" */
static void describe(FILE *out, const struct plan *plan)
{
	char cpus[LIST_SIZE];
	size_t nr_off = 0;

	for (size_t i = 0; i < plan->nr_steps; i++)
		nr_off += plan->steps[i].action == PLAN_OFFLINE;
	cpumask_format(&plan->cpus, cpus, sizeof(cpus));
	fprintf(out,
		"%s: %zu steps, CPUs go away %zu times, planned for %.3f ms, seed %" PRIu64
		", CPUs %s\n",
		plan->workload, plan->nr_steps, nr_off,
		(double)plan->steps[plan->nr_steps - 1].planned_ns / 1e6, plan->seed, cpus);
}

static void describe_all(FILE *out, const struct selection *s)
{
	for (size_t i = 0; i < s->nr_plans; i++)
		describe(out, &s->plans[i]);
	for (size_t i = 0; i < s->nr_notes; i++)
		fprintf(out, "note: %s\n", s->notes[i]);
}

/* What a terminal shows at once. */
#define PICTURE_COLUMNS 80
#define PICTURE_ROWS	40

static int draw_all(const struct selection *s)
{
	int err = 0;

	for (size_t i = 0; i < s->nr_plans && !err; i++)
		err = plan_draw(&s->plans[i], PICTURE_COLUMNS, PICTURE_ROWS, stdout);
	return err == -ENOMEM ? cmd_refuse("plan", "out of memory") : EXIT_DONE;
}

static int save_all(const struct selection *s, FILE *file)
{
	int err = 0;

	for (size_t i = 0; i < s->nr_plans && !err; i++)
		err = plan_save(&s->plans[i], file);
	return err;
}

static int save_as(const struct selection *s, const char *path, bool is_replacing)
{
	struct outfile out;
	int err = outfile_open(&out, path);

	if (err)
		return err;
	err = save_all(s, out.file);
	if (err) {
		outfile_abandon(&out);
		return err;
	}
	return outfile_commit(&out, is_replacing);
}

static int write_plans(const struct options *o, const struct selection *s)
{
	int err;

	if (!o->out && o->is_drawn)
		return EXIT_DONE;
	if (!o->out || strcmp(o->out, "-") == 0) {
		save_all(s, stdout); /* main() looks after standard output */
		return EXIT_DONE;
	}
	err = save_as(s, o->out, o->is_forced);
	if (err == -EEXIST)
		return cmd_refuse("plan", "'%.200s' exists%s", o->out,
				  o->is_forced ? " and is no regular file"
					       : ": give another name or --force");
	if (err)
		return cmd_refuse("plan", "cannot write '%.200s': %s", o->out, strerror(-err));
	describe_all(stdout, s);
	return EXIT_DONE;
}

static int plan_on(const struct options *o, const struct topology *topo)
{
	struct selection s;
	struct option_why why;
	int err, code = EXIT_DONE;

	err = selection_make(o, topo, &s, &why);
	if (err == -EOPNOTSUPP)
		return cmd_skip("plan", "%s", why.text);
	if (err)
		return cmd_refuse("plan", "%s", why.text);
	if (o->plan_path)
		describe_all(stdout, &s);
	else
		code = write_plans(o, &s);
	if (!code && o->is_drawn)
		code = draw_all(&s);
	selection_fini(&s);
	return code;
}

int cmd_plan(int argc, char **argv)
{
	struct options options;
	struct option_why why;
	struct topology topo;
	int code;

	if (options_parse(OPTIONS_PLAN, argc, argv, &options, &why))
		return cmd_refuse_usage("plan", "%s", why.text);
	if (options.help) {
		fputs(options_help(OPTIONS_PLAN, options.help), stdout);
		return EXIT_DONE;
	}
	code = cmd_load_machine("plan", &options, &topo);
	if (code)
		return code;
	code = plan_on(&options, &topo);
	topology_fini(&topo);
	return code;
}
