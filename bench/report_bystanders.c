/* SPDX-License-Identifier: MIT */
/* The part of the table about the CPUs that stay. */
#include "contender.h"
#include "report_table.h"
#include "run.h"
#include "summary.h"

#include <math.h>
#include <string.h>

/* The rows of one line: one group, step and quiet stretch. */
struct line {
	const struct summary_row *gap[3], *quiet[3]; /* p50, p99, max */
};

static const struct summary_row *find_next(const struct summary *summary,
					   const struct summary_row *like, const char *statistic)
{
	for (size_t i = (size_t)(like - summary->rows); i < summary->nr_rows; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (row->cell == like->cell && row->arm == like->arm && row->kind &&
		    !strcmp(row->kind, like->kind) && !strcmp(row->distance, like->distance) &&
		    !strcmp(row->statistic, statistic))
			return row;
	}
	return NULL;
}

static void fill_line(const struct summary *summary, const struct summary_row *first,
		      const char *action, struct line *line)
{
	static const char *const names[] = { "p50", "p99", "max" };
	char statistic[32];

	for (size_t i = 0; i < 3; i++) {
		snprintf(statistic, sizeof(statistic), "%s_gap_%s", action, names[i]);
		line->gap[i] = find_next(summary, first, statistic);
		snprintf(statistic, sizeof(statistic), "%s_quiet_gap_%s", action, names[i]);
		line->quiet[i] = find_next(summary, first, statistic);
	}
}

static void print_figures(FILE *out, const struct summary_row *const rows[3])
{
	for (size_t i = 0; i < 3; i++) {
		char text[REPORT_FIGURE_BYTES];

		report_format_ns(rows[i] ? rows[i]->value : NAN, text);
		fprintf(out, "%8s", text);
	}
}

static void print_line(FILE *out, const struct recording *rec, const struct line *line,
		       const char *action)
{
	const struct summary_row *first = line->gap[0];
	const struct arm *arm = &rec->arms[first->arm];
	char n[48];

	fprintf(out, "%-8s%-13s%-6s%-10s ", action, arm->contender->name, first->kind,
		first->distance);
	print_figures(out, line->gap);
	fputs(" |", out);
	print_figures(out, line->quiet);
	snprintf(n, sizeof(n), "%zu | %zu", first->n, line->quiet[0] ? line->quiet[0]->n : 0);
	fprintf(out, "%12s%s%s\n", n, arm->knob ? "  " : "", arm->knob ? arm->knob : "");
}

static void print_action(FILE *out, const struct recording *rec, const struct summary *summary,
			 uint32_t cell, const char *action)
{
	char statistic[32];

	snprintf(statistic, sizeof(statistic), "%s_gap_p50", action);
	for (size_t i = 0; i < summary->nr_rows; i++) {
		const struct summary_row *row = &summary->rows[i];
		struct line line;

		if (row->cell != cell || !row->kind || strcmp(row->statistic, statistic) != 0)
			continue;
		fill_line(summary, row, action, &line);
		print_line(out, rec, &line, action);
	}
}

static bool has_any(const struct summary *summary, uint32_t cell)
{
	for (size_t i = 0; i < summary->nr_rows; i++)
		if (summary->rows[i].kind && summary->rows[i].cell == cell)
			return true;
	return false;
}

void report_bystanders_print(FILE *out, const struct recording *rec, const struct summary *summary,
			     uint32_t cell)
{
	if (!has_any(summary, cell))
		return;
	fputs("who else pays: longest time that a CPU which stays did not run, per step | as long "
	      "without a step\n",
	      out);
	fprintf(out, "%-8s%-13s%-6s%-10s %8s%8s%8s |%8s%8s%8s%12s\n", "", "contender", "kind",
		"distance", "p50", "p99", "max", "p50", "p99", "max", "n");
	print_action(out, rec, summary, cell, "offline");
	print_action(out, rec, summary, cell, "online");
}
