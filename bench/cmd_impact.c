/* SPDX-License-Identifier: MIT */
/* `parkbench impact`: whom a real offline would hurt; and the question before a real run. */
#include "cmd.h"
#include "impact.h"
#include "options.h"
#include "selection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one group that are shown; the rest is counted. */
#define MAX_ROWS 20

/* A list of CPUs is cut off behind so many characters. */
#define LIST_WIDTH 40

/* How many CPUs are away at the same time at most, over all plans. */
static unsigned int count_at_once(const struct selection *s)
{
	unsigned int most = 0;

	for (size_t i = 0; i < s->nr_plans; i++) {
		unsigned int nr_away = plan_most_away(&s->plans[i]);

		most = nr_away > most ? nr_away : most;
	}
	return most;
}

static void print_row(FILE *out, const struct impact_finding *row)
{
	char threads[32] = "";

	if (row->nr_threads > 1)
		snprintf(threads, sizeof(threads), ", %zu threads", row->nr_threads);
	fprintf(out, "          CPU %.*s%s: %s%s\n", LIST_WIDTH, row->cpus,
		strlen(row->cpus) > LIST_WIDTH ? "..." : "", row->who, threads);
}

/* Rows of one meaning under one heading. Returns how many there were. */
static size_t print_group(FILE *out, const struct impact_finding *rows, size_t nr)
{
	size_t n = 0;

	fprintf(out, "%-8s%s: %s\n", impact_severity_name(rows->severity),
		impact_kind_name(rows->kind), rows->meaning);
	for (; n < nr && rows[n].severity == rows->severity && rows[n].kind == rows->kind &&
	       rows[n].meaning == rows->meaning;
	     n++)
		if (n < MAX_ROWS)
			print_row(out, &rows[n]);
	if (n > MAX_ROWS)
		fprintf(out, "          ... and %zu more\n", n - MAX_ROWS);
	return n;
}

static void print_summary(FILE *out, const struct impact *impact)
{
	if (impact->nr_findings)
		fputc('\n', out);
	fprintf(out, "%zu blocks, %zu moves, %zu notes; of %zu foreign tasks %zu are not pinned",
		impact_count(impact, IMPACT_BLOCKS), impact_count(impact, IMPACT_MOVES),
		impact_count(impact, IMPACT_NOTE), impact->nr_tasks, impact->nr_free);
	if (impact->nr_gone)
		fprintf(out, "; %zu ended meanwhile", impact->nr_gone);
	if (impact->nr_unreadable)
		fprintf(out, "; %zu could not be read: be root", impact->nr_unreadable);
	fputc('\n', out);
	if (impact->is_partial)
		fputs("note: in this PID namespace only its own tasks are seen\n", out);
}

static int print_impact(const struct selection *s, const struct impact *impact, FILE *out)
{
	char cpus[128];

	if (cpumask_format(&s->victims, cpus, sizeof(cpus)) >= (int)sizeof(cpus))
		strcpy(cpus + sizeof(cpus) - 4, "...");
	fprintf(out, "impact of a real offline of CPU %s, at most %u at once\n\n", cpus,
		count_at_once(s));
	for (size_t i = 0; i < impact->nr_findings;)
		i += print_group(out, &impact->findings[i], impact->nr_findings - i);
	print_summary(out, impact);
	return EXIT_DONE;
}

/* Ask, and print the answer. EXIT_DONE, and @ret is to be released; or EXIT_USAGE. */
static int look(const char *command, const struct selection *s, FILE *out, struct impact *ret)
{
	const struct impact_question question = {
		.victims = s->victims,
		.nr_at_once = count_at_once(s),
	};
	int err = impact_collect(&question, ret);

	if (err)
		return cmd_refuse(command, "cannot see who uses the CPUs: /proc: %s",
				  strerror(-err));
	return print_impact(s, ret, out);
}

int cmd_impact_ask(const struct options *options, const struct selection *selection, FILE *out)
{
	struct impact impact;
	int code = look("run", selection, out, &impact);
	size_t nr;

	if (code)
		return code;
	fputc('\n', out);
	nr = impact_count(&impact, IMPACT_BLOCKS);
	if (impact_needs_consent(&impact) && !options->is_impact_accepted)
		code = cmd_refuse("run",
				  "%zu of others would lose their only CPU or a setting: leave "
				  "these CPUs out or give --accept-impact",
				  nr);
	impact_fini(&impact);
	return code;
}

static int impact_on(const struct options *options, const struct topology *topo)
{
	struct selection s;
	struct option_why why;
	struct impact impact;
	int err, code;

	if (!topo->is_this_machine)
		return cmd_refuse("impact",
				  "the topology is of another machine (%s): unset HWLOC_*",
				  topo->source);
	err = selection_make(options, topo, &s, &why);
	if (err == -EOPNOTSUPP)
		return cmd_skip("impact", "%s", why.text);
	if (err)
		return cmd_refuse("impact", "%s", why.text);
	code = look("impact", &s, stdout, &impact);
	if (!code)
		impact_fini(&impact);
	for (size_t i = 0; i < s.nr_notes && !code; i++)
		printf("note: %s\n", s.notes[i]);
	selection_fini(&s);
	return code;
}

int cmd_impact(int argc, char **argv)
{
	struct options options;
	struct option_why why;
	struct topology topo;
	int code;

	if (options_parse(OPTIONS_IMPACT, argc, argv, &options, &why))
		return cmd_refuse_usage("impact", "%s", why.text);
	if (options.help) {
		fputs(options_help(OPTIONS_IMPACT, options.help), stdout);
		return EXIT_DONE;
	}
	code = cmd_load_topology("impact", &topo);
	if (code)
		return code;
	code = impact_on(&options, &topo);
	topology_fini(&topo);
	return code;
}
