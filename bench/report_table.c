/* SPDX-License-Identifier: MIT */
#include "report_table.h"

#include "contender.h"
#include "csv_columns.h"
#include "hotplug.h"
#include "run.h"
#include "stats.h"
#include "summary.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Its p50 stands beside the others' instead of in rows of its own. */
#define BESIDE "empty"

#define LABEL_BYTES 160 /* of an arm */

/* What the parts of one table need. */
struct table {
	FILE *out;
	const struct recording *rec;
	const struct summary *summary;
	uint32_t cell;
	bool is_tail_missing;		       /* a p99 somewhere */
	const struct summary_row *no_interval; /* a row that has none, or NULL */
};

/* By integers: printf's own would take the decimal point from the locale. */
static void format_fixed(double value, unsigned int decimals, char text[REPORT_FIGURE_BYTES])
{
	static const unsigned int powers[] = { 1, 10, 100, 1000 };
	unsigned long long scaled = (unsigned long long)llround(value * powers[decimals]);

	if (decimals)
		snprintf(text, REPORT_FIGURE_BYTES, "%llu.%0*llu", scaled / powers[decimals],
			 (int)decimals, scaled % powers[decimals]);
	else
		snprintf(text, REPORT_FIGURE_BYTES, "%llu", scaled);
}

static unsigned int decimals_of(double value)
{
	if (value < 0.9995)
		return 3;
	if (value < 9.995)
		return 2;
	return value < 99.95 ? 1 : 0;
}

void report_format_ratio(double ratio, char text[REPORT_FIGURE_BYTES])
{
	if (isfinite(ratio) && ratio < 1e15)
		format_fixed(ratio, decimals_of(ratio), text);
	else
		strcpy(text, "-");
}

void report_format_ns(double ns, char text[REPORT_FIGURE_BYTES])
{
	static const char *const units[] = { " ns", " us", " ms", " s" };
	size_t unit = 0;

	if (!isfinite(ns)) {
		strcpy(text, "-");
		return;
	}
	for (; ns >= 999.5 && unit < 3; unit++)
		ns /= 1000;
	format_fixed(ns, unit ? decimals_of(ns) : 0, text);
	strncat(text, units[unit], REPORT_FIGURE_BYTES - strlen(text) - 1);
}

static const struct summary_row *find(const struct table *table, uint32_t arm, enum phase phase,
				      const char *statistic)
{
	return summary_find(table->summary, table->cell, arm, phase, statistic);
}

static double value_of(const struct table *table, uint32_t arm, enum phase phase,
		       const char *statistic)
{
	const struct summary_row *row = find(table, arm, phase, statistic);

	return row ? row->value : NAN;
}

/* The arm that stands beside those of the same setting of the knobs. */
static uint32_t beside(const struct table *table, uint32_t setting)
{
	for (uint32_t arm = 0; arm < table->rec->nr_arms; arm++)
		if (table->rec->arms[arm].setting == setting &&
		    !strcmp(table->rec->arms[arm].contender->name, BESIDE))
			return arm;
	return SUMMARY_NONE;
}

static bool has_knobs(const struct table *table)
{
	return table->rec->arms[0].knob;
}

/* "park", or "park rcu_expedited=1" */
static const char *arm_label(const struct table *table, uint32_t index, char label[LABEL_BYTES])
{
	const struct arm *arm = &table->rec->arms[index];

	snprintf(label, LABEL_BYTES, "%s%s%s", arm->contender->name, arm->knob ? " " : "",
		 arm->knob ? arm->knob : "");
	return label;
}

/* How wide the column of arms is: with knobs as the longest needs. */
static int label_width(const struct table *table)
{
	char label[LABEL_BYTES];
	size_t width = 10;

	for (uint32_t arm = 0; arm < table->rec->nr_arms; arm++) {
		size_t length = strlen(arm_label(table, arm, label));

		width = length > width ? length : width;
	}
	return (int)width + 1;
}

static void print_head(const struct table *table)
{
	const struct run_setup *setup = table->rec->setup;
	const struct cell *cell = &table->rec->cells[table->cell];

	const char *controller = csv_controller_of_cell(table->rec, table->cell);

	fprintf(table->out,
		"\n%s, duty %s, %u thread%s per CPU; controller %s, %s; hotplug %s: %s\n",
		cell->workload, cell->duty->name, cell->threads_per_cpu,
		cell->threads_per_cpu == 1 ? "" : "s",
		setup->wait == WAIT_POLL ? "polls" : "blocks", controller ? controller : "-",
		setup->hotplug->name, hotplug_kind(setup->hotplug));
	fprintf(table->out, "%-11s%-*s%10s%10s  %-33s%9s%11s", "phase", label_width(table),
		"contender", "p50", "p99", "ratio to " SUMMARY_REFERENCE " [95 % interval]", "n",
		beside(table, 0) == SUMMARY_NONE ? "" : BESIDE);
	fprintf(table->out, "%s\n", has_knobs(table) ? "  ratio to the first knob value" : "");
}

/* "1.23 [1.20, 1.27] 10 pairs"; of the reference "1"; without a ratio why. */
static void format_comparison(struct table *table, const struct summary_row *ratio, char *text,
			      size_t size)
{
	char value[REPORT_FIGURE_BYTES], low[REPORT_FIGURE_BYTES], high[REPORT_FIGURE_BYTES];

	if (!ratio) {
		snprintf(text, size, "1");
	} else if (isnan(ratio->value)) {
		snprintf(text, size, "%s", ratio->reason);
	} else {
		report_format_ratio(ratio->value, value);
		report_format_ratio(ratio->low, low);
		report_format_ratio(ratio->high, high);
		if (isnan(ratio->low)) {
			table->no_interval = ratio;
			snprintf(text, size, "%s [-] %zu pair%s", value, ratio->n,
				 ratio->n == 1 ? "" : "s");
		} else {
			snprintf(text, size, "%s [%s, %s] %zu pairs", value, low, high, ratio->n);
		}
	}
}

static void print_row(struct table *table, enum phase phase, uint32_t arm, bool is_first)
{
	const struct summary_row *p50 = find(table, arm, phase, "p50");
	const struct summary_row *p99 = find(table, arm, phase, "p99");
	const uint32_t empty = beside(table, table->rec->arms[arm].setting);
	char median[REPORT_FIGURE_BYTES], tail[REPORT_FIGURE_BYTES], floor[REPORT_FIGURE_BYTES];
	char comparison[100], label[LABEL_BYTES];

	if (!p50)
		return;
	if (!isnan(p50->value) && (!p99 || isnan(p99->value)))
		table->is_tail_missing = true;
	report_format_ns(p50->value, median);
	report_format_ns(p99 ? p99->value : NAN, tail);
	report_format_ns(value_of(table, empty, phase, "p50"), floor);
	format_comparison(table, find(table, arm, phase, "ratio"), comparison, sizeof(comparison));
	fprintf(table->out, "%-11s%-*s%10s%10s  ", is_first ? phase_name(phase) : "",
		label_width(table), arm_label(table, arm, label), median, tail);
	if (isnan(p50->value)) {
		fprintf(table->out, "%.54s\n", p50->reason);
		return;
	}
	fprintf(table->out, "%-33.33s%9zu%11s", comparison, p50->n,
		empty == SUMMARY_NONE ? "" : floor);
	if (has_knobs(table)) {
		format_comparison(table, find(table, arm, phase, "knob_ratio"), comparison,
				  sizeof(comparison));
		fprintf(table->out, "  %.33s", comparison);
	}
	fputc('\n', table->out);
}

/* Was it timed at all? A filter or --passes may have left it out. */
static bool is_timed(const struct table *table, uint32_t arm)
{
	for (size_t i = 0; i < table->rec->nr_blocks; i++) {
		const struct block *block = &table->rec->blocks[i];

		if (block->cell == table->cell && block->arm == arm && block->pass == PASS_TIMING)
			return true;
	}
	return false;
}

static bool is_any_timed(const struct table *table)
{
	for (uint32_t arm = 0; arm < table->rec->nr_arms; arm++)
		if (is_timed(table, arm))
			return true;
	return false;
}

/* Is there no other contender? */
static bool is_alone(const struct table *table, const char *contender)
{
	for (uint32_t arm = 0; arm < table->rec->nr_arms; arm++)
		if (strcmp(table->rec->arms[arm].contender->name, contender) != 0)
			return false;
	return true;
}

/* An arm that has totals but not this phase does not have it by its nature: no row of dashes. */
static bool is_shown(const struct table *table, enum phase phase, uint32_t arm)
{
	if (!is_timed(table, arm))
		return false;
	if (arm == beside(table, table->rec->arms[arm].setting))
		return is_alone(table, BESIDE);
	return !isnan(value_of(table, arm, phase, "p50")) ||
	       isnan(value_of(table, arm, PHASE_TOTAL, "p50"));
}

static void print_phase(struct table *table, enum phase phase)
{
	bool is_first = true;

	for (uint32_t arm = 0; arm < table->rec->nr_arms; arm++) {
		if (!is_shown(table, phase, arm))
			continue;
		print_row(table, phase, arm, is_first);
		is_first = false;
	}
}

/* One request moved many CPUs: its own time, which no row above has. */
static void print_bulk(const struct table *table)
{
	const char *before = "one request for all CPUs, off + on, p50:";
	char label[LABEL_BYTES];

	for (uint32_t arm = 0; arm < table->rec->nr_arms; arm++) {
		double off_ns = value_of(table, arm, PHASE_OFFLINE, "bulk_p50");
		double on_ns = value_of(table, arm, PHASE_ONLINE, "bulk_p50");
		char off[REPORT_FIGURE_BYTES], on[REPORT_FIGURE_BYTES];

		if (isnan(off_ns) && isnan(on_ns))
			continue;
		report_format_ns(off_ns, off);
		report_format_ns(on_ns, on);
		fprintf(table->out, "%s %s %s + %s", before, arm_label(table, arm, label), off, on);
		before = ",";
	}
	if (before[0] == ',')
		fputc('\n', table->out);
}

static void print_shares(const struct table *table)
{
	const char *before = "quiesce + resume, share of total:";

	if (table->rec->setup->hotplug->is_simulated)
		return; /* of next to nothing */
	for (uint32_t arm = 0; arm < table->rec->nr_arms; arm++) {
		double share = value_of(table, arm, NR_PHASES, "threads_share");
		char text[REPORT_FIGURE_BYTES], label[LABEL_BYTES];

		if (isnan(share))
			continue;
		report_format_ratio(share * 100, text);
		fprintf(table->out, "%s %s %s %%", before, arm_label(table, arm, label), text);
		before = ",";
	}
	if (before[0] == ',')
		fputc('\n', table->out);
}

/* What waiting costs: the memory of the threads while their CPUs are away. */
static void print_held(const struct table *table)
{
	const char *before = "held while away, per thread:";
	char label[LABEL_BYTES];

	for (size_t i = 0; i < table->rec->nr_blocks; i++) {
		const struct block *block = &table->rec->blocks[i];
		const struct held_memory *held = &block->held;

		if (block->cell != table->cell || !held->is_known || !held->nr_threads)
			continue;
		fprintf(table->out, "%s %s %lld + %lld KiB", before,
			arm_label(table, block->arm, label),
			(long long)held->anonymous_bytes / 1024 / held->nr_threads,
			(long long)held->kernel_stack_bytes / 1024 / held->nr_threads);
		before = ",";
	}
	if (before[0] == ',')
		fputs(" (own memory + kernel stack)\n", table->out);
}

/* Everything about an arm that should have been 0, in one line; and what was to be refused. */
static void print_trouble(const struct table *table, uint32_t arm)
{
	static const char *const counts[] = { "refused",   "refused_as_planned",
					      "no_op",	   "spoiled",
					      "lost",	   "not_tried",
					      "wrong_cpu", "affinity_lost" };
	const char *before = NULL;
	char label[LABEL_BYTES];

	for (size_t i = 0; i < table->summary->nr_rows; i++) {
		const struct summary_row *row = &table->summary->rows[i];
		bool is_trouble = false;

		if (row->cell != table->cell || row->arm != arm || row->phase != NR_PHASES)
			continue;
		for (size_t at = 0; at < sizeof(counts) / sizeof(counts[0]); at++)
			is_trouble |= !strcmp(row->statistic, counts[at]) && row->value > 0;
		if (!is_trouble)
			continue;
		fprintf(table->out, "%s%s %.0f %s%s%s", before ? "" : arm_label(table, arm, label),
			before ? before : ":", row->value, row->statistic,
			row->reason[0] ? " " : "", row->reason);
		before = ",";
	}
	if (before)
		fprintf(table->out, "; of %.0f steps\n", value_of(table, arm, NR_PHASES, "steps"));
}

static void print_footnotes(const struct table *table)
{
	if (table->is_tail_missing)
		fprintf(table->out, "p99 -: needs n of %zu, so that %d lie above it\n",
			stats_samples_needed(0.99), STATS_CARRYING_SAMPLES);
	if (table->no_interval)
		fprintf(table->out, "[-]: %s\n", table->no_interval->reason);
}

int report_table_print(FILE *out, const struct recording *rec, const struct summary *summary,
		       unsigned int phases)
{
	if (rec->setup->hotplug->is_simulated)
		fputs("\nSimulated: no CPU really went offline; offline, online and total say "
		      "nothing "
		      "about a kernel.\n",
		      out);
	if (rec->setup->hotplug->is_cpuset_only)
		fputs("\nNo CPU went offline: CPUs left the suite's own cpuset; offline and online "
		      "are the cpuset's.\n",
		      out);
	for (uint32_t cell = 0; cell < rec->nr_cells; cell++) {
		struct table table = { .out = out, .rec = rec, .summary = summary, .cell = cell };

		print_head(&table);
		if (!is_any_timed(&table))
			fputs("not timed; what was counted is in the CSV files\n", out);
		/* What knobs are turned for, and what many at once change, is the kernel's part. */
		if ((has_knobs(&table) && !rec->setup->hotplug->is_simulated) ||
		    rec->setup->hotplug->move_group)
			phases |= 1u << PHASE_OFFLINE | 1u << PHASE_ONLINE;
		for (int phase = 0; phase < NR_PHASES; phase++) {
			if (phases & 1u << phase)
				print_phase(&table, (enum phase)phase);
		}
		print_bulk(&table);
		print_shares(&table);
		print_held(&table);
		report_duty_print(out, rec, cell);
		report_spins_print(out, rec, cell);
		for (uint32_t arm = 0; arm < rec->nr_arms; arm++)
			print_trouble(&table, arm);
		print_footnotes(&table);
		report_bystanders_print(out, rec, summary, cell);
	}
	return fflush(out) || ferror(out) ? -EIO : 0;
}
