/* SPDX-License-Identifier: MIT */
#include "csv_roundtrip.h"

#define PUT(column, kind, expression)                                                              \
	static void put_##column(struct csv_writer *csv, const struct csv_row *row)                \
	{                                                                                          \
		const struct csv_roundtrip_row *r = row->roundtrip;                                \
                                                                                                   \
		csv_put_##kind(csv, expression);                                                   \
	}

static const char *const role_names[] = {
	[ROLE_EMPTY] = "empty",
	[ROLE_FLOOR] = "floor",
	[ROLE_FACILITY] = "facility",
	[ROLE_PEER] = "peer",
};

static void put_schema(struct csv_writer *csv, const struct csv_row *row)
{
	(void)row;
	csv_put_u64(csv, CSV_SCHEMA);
}

PUT(suite, text, r->outcome->suite)
PUT(what, text, r->what->name)
PUT(role, text, role_names[r->what->role])
PUT(near_cpu, u64, r->site->near_cpu)
PUT(distance, text, r->site->name)
PUT(nr_far_cpus, u64, r->site->nr_far_cpus)
PUT(nr_threads, u64, r->site->nr_threads)
PUT(round, u64, r->record->round)
PUT(place, u64, r->record->place)
PUT(pass, text, r->record->is_cpu_time ? "cpu" : "time")
PUT(seq, u64, r->seq)
PUT(warmup, u64, r->seq < r->spec->nr_warmup)
PUT(statistic, text, r->row->statistic)
PUT(value, double, r->row->value)
PUT(unit, text, r->row->unit)
PUT(ci_low, double, r->row->low)
PUT(ci_high, double, r->row->high)
PUT(ci_level, double, r->row->level)
PUT(n, u64, r->row->n)
PUT(replicate, text, r->row->replicate)
PUT(reference, text, r->row->reference)
PUT(verdict, text, limits_verdict_name(r->row->verdict))
PUT(method, text, r->row->method)
PUT(reason, text, r->row->reason)

/* One number where there is one CPU; more are on the site's list, in run.json's topology. */
static void put_far_cpu(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->roundtrip->site->nr_far_cpus == 1)
		csv_put_u64(csv, row->roundtrip->site->far_cpus[0]);
	else
		csv_put_empty(csv);
}

static void put_measured(struct csv_writer *csv, bool is_measured, uint64_t value)
{
	if (is_measured)
		csv_put_u64(csv, value);
	else
		csv_put_empty(csv);
}

static void put_ns(struct csv_writer *csv, const struct csv_row *row)
{
	const struct csv_roundtrip_row *r = row->roundtrip;

	put_measured(csv, !r->record->is_cpu_time, r->sample->ns);
}

static void put_near_cpu_ns(struct csv_writer *csv, const struct csv_row *row)
{
	const struct csv_roundtrip_row *r = row->roundtrip;

	put_measured(csv, r->record->is_cpu_time, r->sample->near_cpu_ns);
}

static void put_far_cpu_ns(struct csv_writer *csv, const struct csv_row *row)
{
	const struct csv_roundtrip_row *r = row->roundtrip;

	put_measured(csv, r->record->is_cpu_time, r->sample->far_cpu_ns);
}

static void put_spun_ns(struct csv_writer *csv, const struct csv_row *row)
{
	const struct csv_roundtrip_row *r = row->roundtrip;

	put_measured(csv, r->record->is_cpu_time && r->what->spun_ns, r->sample->spun_ns);
}

static void put_goal(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->roundtrip->row->goal > 0)
		csv_put_double(csv, row->roundtrip->row->goal);
	else
		csv_put_empty(csv);
}

#define IN(file) (1u << CSV_##file)
#define IN_BOTH	 (IN(ROUNDTRIP) | IN(LIMITS))

static const struct csv_column columns[] = {
	{ "schema", "integer", IN_BOTH, "version of these columns", put_schema },
	{ "suite", "text", IN_BOTH, "`limits`, `peers`, `matrix`", put_suite },
	{ "case", "text", IN_BOTH, "what is timed; run.json says from what to what", put_what },
	{ "role", "text", IN_BOTH,
	  "`empty`: the loop itself; `floor`: the machine; `facility`; `peer`: what one would use "
	  "instead",
	  put_role },
	{ "near_cpu", "integer", IN_BOTH, "CPU of the side that measures, the waker",
	  put_near_cpu },
	{ "far_cpu", "integer", IN_BOTH, "CPU of the other side, the sleeper; empty: several",
	  put_far_cpu },
	{ "distance", "text", IN_BOTH,
	  "between the two: `same`, `sibling`, `cache`, `node`, `remote`; `all`: threads on every "
	  "CPU",
	  put_distance },
	{ "nr_far_cpus", "integer", IN_BOTH, "on so many CPUs the threads are", put_nr_far_cpus },
	{ "nr_threads", "integer", IN_BOTH, "on the far side", put_nr_threads },
	{ "round", "integer", IN(ROUNDTRIP), "in which all cases have a block", put_round },
	{ "place", "integer", IN(ROUNDTRIP), "of the block in its round", put_place },
	{ "pass", "text", IN(ROUNDTRIP), "`time`; `cpu`: CPU time is read instead", put_pass },
	{ "seq", "integer", IN(ROUNDTRIP), "of the sample in its block", put_seq },
	{ "warmup", "0/1", IN(ROUNDTRIP), "1: in no statistic", put_warmup },
	{ "ns", "integer", IN(ROUNDTRIP), "of one operation; empty in a pass `cpu`", put_ns },
	{ "near_cpu_ns", "integer", IN(ROUNDTRIP),
	  "CPU time of the measuring thread per operation; empty in a pass `time`",
	  put_near_cpu_ns },
	{ "far_cpu_ns", "integer", IN(ROUNDTRIP), "likewise of the far side, all threads",
	  put_far_cpu_ns },
	{ "spun_ns", "integer", IN(ROUNDTRIP),
	  "of both, spent on looking on instead of sleeping; empty where nobody counts that",
	  put_spun_ns },
	{ "statistic", "text", IN(LIMITS),
	  "`p50` of the time, as the median of the medians of blocks; `p99` of all samples; "
	  "`near_cpu`, `far_cpu`: median CPU time; `spun`: mean CPU time of both spent on looking "
	  "on instead of sleeping; `ratio` to reference; "
	  "`anonymous`, `page_table`, `kernel_stack`: memory of one parked thread; "
	  "`anonymous_used`, `anonymous_trimmed`: after 128 KiB of its stack were used, kept and "
	  "given back",
	  put_statistic },
	{ "value", "number", IN(LIMITS), "in unit; empty: reason says why", put_value },
	{ "unit", "text", IN(LIMITS), "`ns`, `ratio`, `bytes`", put_unit },
	{ "ci_low", "number", IN(LIMITS), "lower end of the interval", put_ci_low },
	{ "ci_high", "number", IN(LIMITS), "upper end of the interval", put_ci_high },
	{ "ci_level", "number", IN(LIMITS),
	  "probability of covering that is really reached; asked for is 0.95", put_ci_level },
	{ "n", "integer", IN(LIMITS), "of replicates", put_n },
	{ "replicate", "text", IN(LIMITS), "what n counts: `block`, `sample`, `round`, `thread`",
	  put_replicate },
	{ "reference", "text", IN(LIMITS), "of a ratio: the denominator; N is nr_threads",
	  put_reference },
	{ "goal", "number", IN(LIMITS), "the ratio should be at most so much; empty: none is set",
	  put_goal },
	{ "verdict", "text", IN(LIMITS), "`met`, `missed`; empty: no goal, or no interval",
	  put_verdict },
	{ "method", "text", IN(LIMITS), "how value and interval were made", put_method },
	{ "reason", "text", IN(LIMITS), "why value or interval is missing", put_reason },
};

const struct csv_column *csv_roundtrip_columns(size_t *ret_nr)
{
	*ret_nr = sizeof(columns) / sizeof(columns[0]);
	return columns;
}
