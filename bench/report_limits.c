/* SPDX-License-Identifier: MIT */
#include "report_limits.h"

#include "limits_cases.h"
#include "limits_memory.h"
#include "report_table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* More do not fit on a screen; limits.csv has them. */
#define MATRIX_MAX_CPUS 12

#define INTERVAL_BYTES 80

/* "52.1 us [50.0 us, 53.2 us]", "1.10 [1.05, 1.14]"; "-" without a value. */
static void format_row(const struct limits_row *row,
		       void (*format)(double value, char text[REPORT_FIGURE_BYTES]),
		       char text[INTERVAL_BYTES])
{
	char value[REPORT_FIGURE_BYTES], low[REPORT_FIGURE_BYTES], high[REPORT_FIGURE_BYTES];

	if (!row || isnan(row->value)) {
		strcpy(text, "-");
		return;
	}
	format(row->value, value);
	format(row->low, low);
	format(row->high, high);
	if (isnan(row->low))
		snprintf(text, INTERVAL_BYTES, "%s", value);
	else
		snprintf(text, INTERVAL_BYTES, "%s [%s, %s]", value, low, high);
}

static double value_of(const struct limits_outcome *outcome, const struct roundtrip_case *what,
		       const struct roundtrip_site *site, const char *statistic)
{
	const struct limits_row *row = limits_rows_find(&outcome->rows, what, site, statistic);

	return row ? row->value : NAN;
}

static void print_place(FILE *out, const struct roundtrip_site *site)
{
	if (site->nr_far_cpus > 1)
		fprintf(out, "\nfrom CPU %u to threads on %zu CPUs", site->near_cpu,
			site->nr_far_cpus);
	else if (site->far_cpus[0] == site->near_cpu)
		fprintf(out, "\non CPU %u alone (%s)", site->near_cpu, site->name);
	else
		fprintf(out, "\nfrom CPU %u to CPU %u (%s)", site->near_cpu, site->far_cpus[0],
			site->name);
}

/* CPU time less what reading the CPU clock itself costs, as the empty case has it. */
static void format_cpu(const struct limits_outcome *outcome, const struct limits_row *p50,
		       const char *side, char text[REPORT_FIGURE_BYTES])
{
	double empty = value_of(outcome, &floor_empty, p50->site, side);
	unsigned int nr = p50->what->nr_per_sample ? p50->what->nr_per_sample : 1;
	double ns = value_of(outcome, p50->what, p50->site, side) - (isnan(empty) ? 0 : empty / nr);

	report_format_ns(ns < 0 ? 0 : ns, text);
}

static void print_case(FILE *out, const struct limits_outcome *outcome,
		       const struct limits_row *p50)
{
	char time[INTERVAL_BYTES], tail[REPORT_FIGURE_BYTES];
	char near[REPORT_FIGURE_BYTES], far[REPORT_FIGURE_BYTES], spun[REPORT_FIGURE_BYTES] = "";

	format_row(p50, report_format_ns, time);
	report_format_ns(value_of(outcome, p50->what, p50->site, "p99"), tail);
	format_cpu(outcome, p50, "near_cpu", near);
	format_cpu(outcome, p50, "far_cpu", far);
	if (p50->what->spun_ns)
		report_format_ns(value_of(outcome, p50->what, p50->site, "spun"), spun);
	fprintf(out, "  %-18s %-31s %9s %9s %9s %9s\n", p50->what->name, time, tail, near, far,
		spun);
}

static void print_times(FILE *out, const struct limits_outcome *outcome,
			const struct roundtrip_site *site)
{
	const struct roundtrip_recording *recording = &outcome->recordings[0];

	print_place(out, site);
	fprintf(out, "; %" PRIu32 " rounds of %" PRIu32 " samples\n", recording->spec->nr_rounds,
		recording->spec->nr_samples);
	fprintf(out, "  %-18s %-31s %9s %9s %9s %9s\n", "case", "p50 [95 % interval]", "p99",
		"CPU near", "CPU far", "spun mean");
	for (size_t i = 0; i < outcome->rows.nr; i++) {
		const struct limits_row *row = &outcome->rows.rows[i];

		if (row->site == site && strcmp(row->statistic, "p50") == 0)
			print_case(out, outcome, row);
	}
}

static const char *verdict_text(const struct limits_row *row)
{
	if (row->verdict == VERDICT_NONE)
		return row->goal > 0 ? "no interval" : "";
	if (row->verdict == VERDICT_MET)
		return limits_is_close(row) ? "met (close)" : "met";
	return limits_is_close(row) ? "MISSED (close)" : "MISSED";
}

static void print_ratio(FILE *out, const struct limits_row *row)
{
	char ratio[INTERVAL_BYTES], goal[REPORT_FIGURE_BYTES] = "", names[128];

	format_row(row, report_format_ratio, ratio);
	if (row->goal > 0)
		report_format_ratio(row->goal, goal);
	snprintf(names, sizeof(names), "%s / %s", row->what->name, row->reference);
	fprintf(out, "  %-44s %-24s %5s  %s", names, ratio, goal, verdict_text(row));
	if (row->nr_dropped)
		fprintf(out, " (%zu rounds dropped: not above empty)", row->nr_dropped);
	fputc('\n', out);
}

static void print_ratios(FILE *out, const struct limits_outcome *outcome,
			 const struct roundtrip_site *site, bool is_goals_only)
{
	fprintf(out, "  %-44s %-24s %5s\n", "facility / floor, without empty",
		"ratio [95 % interval]", "goal");
	for (size_t i = 0; i < outcome->rows.nr; i++) {
		const struct limits_row *row = &outcome->rows.rows[i];

		if (row->site == site && strcmp(row->statistic, "ratio") == 0 &&
		    (row->goal > 0 || !is_goals_only))
			print_ratio(out, row);
	}
}

/* The ratio to @reference, or NULL. */
static const struct limits_row *ratio_to(const struct limits_outcome *outcome,
					 const struct roundtrip_case *what,
					 const struct roundtrip_site *site, const char *reference)
{
	for (size_t i = 0; i < outcome->rows.nr; i++) {
		const struct limits_row *row = &outcome->rows.rows[i];

		if (row->what == what && row->site == site &&
		    strcmp(row->statistic, "ratio") == 0 && strstr(row->reference, reference))
			return row;
	}
	return NULL;
}

struct many_pair {
	const struct roundtrip_case *loop, *many;
};

static void print_many_row(FILE *out, const struct limits_outcome *outcome,
			   const struct many_pair *pair, const struct roundtrip_site *site)
{
	const struct limits_row *by_loop = ratio_to(outcome, pair->many, site, pair->loop->name);
	const struct limits_row *by_switch =
		ratio_to(outcome, pair->many, site, floor_context_switch.name);
	char loop[REPORT_FIGURE_BYTES], many[REPORT_FIGURE_BYTES], ratio[INTERVAL_BYTES];
	char each[REPORT_FIGURE_BYTES], times[REPORT_FIGURE_BYTES];
	double many_ns = value_of(outcome, pair->many, site, "p50");

	report_format_ns(value_of(outcome, pair->loop, site, "p50"), loop);
	report_format_ns(many_ns, many);
	report_format_ns(many_ns / (double)site->nr_threads, each);
	report_format_ratio(by_switch ? by_switch->value : NAN, times);
	format_row(by_loop, report_format_ratio, ratio);
	fprintf(out, "  %-8s %5zu %10s %10s %10s %10s %4zu  %-24s %s\n", site->name,
		site->nr_threads, loop, many, each, times, by_loop ? by_loop->n : 0, ratio,
		by_loop ? verdict_text(by_loop) : "");
}

static void print_many(FILE *out, const struct limits_outcome *outcome,
		       const struct limits_sites *sites)
{
	static const struct many_pair pairs[] = {
		{ &limits_park_loop, &limits_park_many },
		{ &limits_unpark_loop, &limits_unpark_many },
	};

	for (size_t p = 0; p < sizeof(pairs) / sizeof(*pairs) && sites->nr_many; p++) {
		fprintf(out, "\n%s: N threads at once; goal of many / loop across CPUs: 0.25\n",
			p ? "unpark" : "park");
		fprintf(out, "  %-8s %5s %10s %10s %10s %10s %4s  %s\n", "threads", "N", "loop",
			"many", "each", "/ switch", "n", "many / loop [95 % interval]");
		for (size_t i = 0; i < sites->nr_many; i++)
			print_many_row(out, outcome, &pairs[p], &sites->many[i]);
	}
}

static void print_memory(FILE *out, const struct limits_outcome *outcome)
{
	bool is_first = true;

	for (size_t i = 0; i < outcome->rows.nr; i++) {
		const struct limits_row *row = &outcome->rows.rows[i];

		if (row->what != &limits_parked_memory || isnan(row->value))
			continue;
		fprintf(out, "%s%s %.3g KiB", is_first ? "\nmemory of a parked thread: " : ", ",
			row->statistic, row->value / 1024);
		is_first = false;
	}
	if (!is_first)
		fputc('\n', out);
}

void report_limits_print(FILE *out, const struct limits_outcome *outcome,
			 const struct limits_sites *sites, bool is_goals_only)
{
	for (size_t i = 0; i < sites->nr_pairs; i++) {
		if (is_goals_only) {
			print_place(out, &sites->pairs[i]);
			fputc('\n', out);
		} else {
			print_times(out, outcome, &sites->pairs[i]);
		}
		print_ratios(out, outcome, &sites->pairs[i], is_goals_only);
	}
	print_many(out, outcome, sites);
	if (!is_goals_only)
		print_memory(out, outcome);
}

/*
 * Peers.
 */

struct way {
	const char *name;
	const struct roundtrip_case *stop, *go;
};

static const struct way ways[] = {
	{ "kpark", &limits_park_asleep, &limits_unpark_confirmed },
	{ "kpark block", &limits_park_blocking, &limits_unpark_blocking },
	{ "cond+mutex", &peer_stop_cond, &peer_go_cond },
	{ "semaphore", &peer_stop_sem, &peer_go_sem },
	{ "eventfd", &peer_stop_eventfd, &peer_go_eventfd },
	{ "pipe", &peer_stop_pipe, &peer_go_pipe },
	{ "signal", &peer_stop_signal, &peer_go_signal },
};

static void print_way(FILE *out, const struct limits_outcome *outcome, const struct way *way,
		      const struct roundtrip_site *site)
{
	const struct roundtrip_case *halves[] = { way->stop, way->go };
	const bool is_reference = way == ways;

	fprintf(out, "  %-11s", way->name);
	for (size_t i = 0; i < 2; i++) {
		const struct limits_row *p50 =
			limits_rows_find(&outcome->rows, halves[i], site, "p50");
		char time[REPORT_FIGURE_BYTES], near[REPORT_FIGURE_BYTES];
		char far[REPORT_FIGURE_BYTES], cpu[2 * REPORT_FIGURE_BYTES], ratio[INTERVAL_BYTES];

		report_format_ns(p50 ? p50->value : NAN, time);
		format_row(limits_rows_find(&outcome->rows, halves[i], site, "ratio"),
			   report_format_ratio, ratio);
		format_cpu(outcome, p50, "near_cpu", near);
		format_cpu(outcome, p50, "far_cpu", far);
		snprintf(cpu, sizeof(cpu), "%s+%s", near, far);
		fprintf(out, " %8s %-19s %-15s", time, is_reference ? "1" : ratio, cpu);
	}
	fputc('\n', out);
}

void report_peers_print(FILE *out, const struct limits_outcome *outcome,
			const struct limits_sites *sites)
{
	char empty[REPORT_FIGURE_BYTES];

	for (size_t i = 0; i < sites->nr_pairs; i++) {
		const struct roundtrip_site *site = &sites->pairs[i];

		report_format_ns(value_of(outcome, &floor_empty, site, "p50"), empty);
		print_place(out, site);
		fprintf(out, "; medians, peer / kpark; empty loop %s\n", empty);
		fprintf(out, "  %-11s %8s %-19s %-15s %8s %-19s %s\n", "", "stop", "/ kpark",
			"CPU near+far", "go on", "/ kpark", "CPU near+far");
		for (size_t w = 0; w < sizeof(ways) / sizeof(*ways); w++)
			print_way(out, outcome, &ways[w], site);
	}
}

/*
 * The matrix.
 */

static void print_grid(FILE *out, const struct limits_outcome *outcome,
		       const struct limits_sites *sites, const struct roundtrip_case *what)
{
	fprintf(out, "\n%s, p50; down: waker's CPU, across: sleeper's\n       ", what->name);
	for (size_t i = 0; i < sites->nr_cpus; i++)
		fprintf(out, " %7u", sites->cpus[i]);
	fputc('\n', out);
	for (size_t i = 0; i < sites->nr_pairs; i++) {
		char text[REPORT_FIGURE_BYTES];

		if (i % sites->nr_cpus == 0)
			fprintf(out, "%7u", sites->pairs[i].near_cpu);
		report_format_ns(value_of(outcome, what, &sites->pairs[i], "p50"), text);
		fprintf(out, " %7s%s", text, (i + 1) % sites->nr_cpus ? "" : "\n");
	}
}

void report_matrix_print(FILE *out, const struct limits_outcome *outcome,
			 const struct limits_sites *sites)
{
	if (sites->nr_cpus > MATRIX_MAX_CPUS) {
		fprintf(out, "%zu pairs of CPUs: see limits.csv\n", sites->nr_pairs);
		return;
	}
	print_grid(out, outcome, sites, &floor_futex_round_trip);
	print_grid(out, outcome, sites, &limits_park_asleep);
}
