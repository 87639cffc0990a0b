/* SPDX-License-Identifier: MIT */
#include "csv_counts.h"

#include "contender.h"
#include "summary.h"

#include <math.h>

CSV_FIELD(event, text, row->counter->event)
CSV_FIELD(mode, text, row->counter->mode)
CSV_FIELD(counter_reason, text, row->counter->reason)
CSV_FIELD(counter_nr_cycles, u64, row->counter->nr_cycles)

CSV_FIELD(counter_status, text, row->counter->status)
CSV_FIELD(counter_unit, text, row->counter->unit)
CSV_FIELD(source, text, row->counter->source)
CSV_FIELD(counter_value, double, row->counter->value)
CSV_FIELD(running_share, double, row->counter->running_share)

static double per_cycle(double value, uint64_t nr_cycles)
{
	return nr_cycles ? value / (double)nr_cycles : NAN;
}

CSV_FIELD(counter_per_cycle, double, per_cycle(row->counter->value, row->counter->nr_cycles))

CSV_FIELD(syscall, text, row->syscall->name)
CSV_FIELD(nr_calls, u64, row->syscall->nr_calls)
CSV_FIELD(syscall_nr_cycles, u64, row->syscall->nr_cycles)
CSV_FIELD(syscall_per_cycle, double,
	  per_cycle((double)row->syscall->nr_calls, row->syscall->nr_cycles))

CSV_FIELD(statistic, text, row->summary->statistic)
CSV_FIELD(value, double, row->summary->value)
CSV_FIELD(unit, text, row->summary->unit)
CSV_FIELD(ci_low, double, row->summary->low)
CSV_FIELD(ci_high, double, row->summary->high)
CSV_FIELD(ci_level, double, row->summary->level)
CSV_FIELD(n, u64, row->summary->n)
CSV_FIELD(replicate, text, row->summary->replicate)
CSV_FIELD(method, text, row->summary->method)
CSV_FIELD(summary_status, text, row->summary->status)
CSV_FIELD(summary_reason, text, row->summary->reason)

void csv_put_reference(struct csv_writer *csv, const struct csv_row *row)
{
	uint32_t arm = row->summary->reference;

	csv_put_text(csv, arm == SUMMARY_NONE ? NULL : row->rec->arms[arm].contender->name);
}

void csv_put_reference_knob(struct csv_writer *csv, const struct csv_row *row)
{
	uint32_t arm = row->summary->reference;

	csv_put_text(csv, arm == SUMMARY_NONE ? NULL : row->rec->arms[arm].knob);
}

CSV_FIELD(summary_kind, text, row->summary->kind)
CSV_FIELD(summary_distance, text, row->summary->distance)
