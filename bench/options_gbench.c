/* SPDX-License-Identifier: MIT */
/*
 * Google Benchmark's flags: the ones that mean something where it only filters and reports. Each
 * other one is refused with the reason, because ignoring it would be a false answer.
 */
#include "options_rows.h"

#include <errno.h>
#include <string.h>

static const char *const format_names[] = { [GB_CONSOLE] = "console", [GB_JSON] = "json", NULL };

static int parse_format_into(enum gb_format *format, const char *value, struct option_why *why)
{
	size_t choice;

	if (strcmp(value, "csv") == 0)
		return option_refuse(why, "csv is not supported: Google Benchmark's CSV reporter "
					  "aborts when counters differ; --out has CSV of its own");
	if (option_choice(value, format_names, &choice, why))
		return -EINVAL;
	*format = choice;
	return 0;
}

static int parse_format(struct options *o, const char *value, struct option_why *why)
{
	o->is_report_wanted = true;
	return parse_format_into(&o->report_format, value, why);
}

static int parse_out_format(struct options *o, const char *value, struct option_why *why)
{
	return parse_format_into(&o->report_out_format, value, why);
}

static int parse_filter(struct options *o, const char *value, struct option_why *why)
{
	(void)why;
	o->filter = value;
	return 0;
}

static int parse_report_out(struct options *o, const char *value, struct option_why *why)
{
	if (!*value)
		return option_refuse(why, "empty: give the name of a file");
	o->report_out = value;
	return 0;
}

static int parse_list_tests(struct options *o, const char *value, struct option_why *why)
{
	return option_flag(value, &o->is_list_tests, why);
}

static int parse_tabular(struct options *o, const char *value, struct option_why *why)
{
	o->is_report_wanted = true;
	return option_flag(value, &o->is_tabular, why);
}

static int check_pair(const char *item, void *options, struct option_why *why)
{
	const char *equals = strchr(item, '=');

	(void)options;
	if (!equals || equals == item)
		return option_refuse(why, "'%.60s' is not understood: give key=value,...", item);
	return 0;
}

static int parse_context(struct options *o, const char *value, struct option_why *why)
{
	o->context = value;
	return option_each(value, check_pair, o, why);
}

#define FIXED_ITERATIONS "the plan fixes the iterations; use --cycles and --repetitions"
#define ALL_REPETITIONS	 "ratios are paired by repetition, so each of them is reported"

#define REFUSED(flag, reason)                                                                      \
	{                                                                                          \
		"--benchmark_" flag, NULL, FOR_RUN, VALUE_OPTIONAL, NULL, reason                   \
	}

/* clang-format off: it is a table */
const struct option_row option_rows_gbench[] = {
	{ "--benchmark_filter", NULL, FOR_RUN, VALUE_NEEDED, parse_filter, NULL },
	{ "--benchmark_list_tests", NULL, FOR_RUN, VALUE_OPTIONAL, parse_list_tests, NULL },
	{ "--benchmark_format", NULL, FOR_RUN, VALUE_NEEDED, parse_format, NULL },
	{ "--benchmark_out", NULL, FOR_RUN, VALUE_NEEDED, parse_report_out, NULL },
	{ "--benchmark_out_format", NULL, FOR_RUN, VALUE_NEEDED, parse_out_format, NULL },
	{ "--benchmark_counters_tabular", NULL, FOR_RUN, VALUE_OPTIONAL, parse_tabular, NULL },
	{ "--benchmark_context", NULL, FOR_RUN, VALUE_NEEDED, parse_context, NULL },
	REFUSED("enable_random_interleaving",
		"parkbench schedules blocks in its own balanced order; --seed changes it"),
	REFUSED("min_time", FIXED_ITERATIONS),
	REFUSED("min_warmup_time", "warm-up is counted in blocks; use --warmup"),
	REFUSED("perf_counters", "counters are read in a pass of their own; use --events"),
	REFUSED("report_aggregates_only", ALL_REPETITIONS),
	REFUSED("display_aggregates_only", ALL_REPETITIONS),
	REFUSED("time_unit", "times keep one unit, so that reports can be compared"),
	REFUSED("color", "colour follows the terminal and NO_COLOR"),
	REFUSED("dry_run", "use --benchmark_list_tests, or parkbench plan"),
	{ 0 },
};
/* clang-format on */
