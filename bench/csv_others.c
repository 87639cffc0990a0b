/* SPDX-License-Identifier: MIT */
#include "csv_others.h"

#include "aftermath.h"
#include "bystander_join.h"
#include "csv_writer.h"

CSV_FIELD(what, text, row->aftermath->what)
CSV_FIELD(owner, text, row->aftermath->is_ours ? "ours" : "foreign")
CSV_FIELD(who, text, row->aftermath->name)
CSV_FIELD(setting, text, row->aftermath->setting)
CSV_FIELD(before, text, row->aftermath->before)
CSV_FIELD(after, text, row->aftermath->after)
CSV_FIELD(cause, text, row->aftermath->is_by_offline ? "offline" : "other")
CSV_FIELD(is_repaired, u64, row->aftermath->is_repaired)
CSV_FIELD(aftermath_reason, text, aftermath_status(row->aftermath))

static void put_number_of_task(struct csv_writer *csv, pid_t number)
{
	if (number)
		csv_put_u64(csv, (uint64_t)number);
	else
		csv_put_empty(csv);
}

void csv_put_pid(struct csv_writer *csv, const struct csv_row *row)
{
	put_number_of_task(csv, row->aftermath->pid);
}

void csv_put_tid(struct csv_writer *csv, const struct csv_row *row)
{
	put_number_of_task(csv, row->aftermath->tid);
}

CSV_FIELD(bystander_cpu, u64, row->bystander->cpu)
CSV_FIELD(bystander_kind, text, bystander_kind_name(row->bystander->kind))
CSV_FIELD(bystander_distance, text, topo_distance_name(row->bystander->distance))
CSV_FIELD(step_window_ns, u64, row->bystander->window_ns)
CSV_FIELD(threshold_ns, u64, row->bystander->threshold_ns)

static void put_if_seen(struct csv_writer *csv, const struct worst_gap *gap, uint64_t value)
{
	if (gap->status == GAP_SEEN)
		csv_put_u64(csv, value);
	else
		csv_put_empty(csv);
}

static const char *gap_status_name(const struct worst_gap *gap)
{
	static const char *const names[] = {
		[GAP_SEEN] = "ok",
		[GAP_BELOW] = "below",
		[GAP_BLANK] = "blank",
	};

	return names[gap->status];
}

#define PUT_GAP(column, gap, field)                                                                \
	void csv_put_##column(struct csv_writer *csv, const struct csv_row *row)                   \
	{                                                                                          \
		put_if_seen(csv, &row->bystander->gap, row->bystander->gap.field);                 \
	}

PUT_GAP(worst_gap_ns, worst, gap_ns)
PUT_GAP(gap_begin_ns, worst, begin_ns)
PUT_GAP(quiet_gap_ns, quiet, gap_ns)
CSV_FIELD(gap_status, text, gap_status_name(&row->bystander->worst))
CSV_FIELD(gap_reason, text, row->bystander->worst.reason)
CSV_FIELD(quiet_status, text, gap_status_name(&row->bystander->quiet))
CSV_FIELD(quiet_reason, text, row->bystander->quiet.reason)

void csv_put_quiet_age_ns(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->bystander->quiet.status == GAP_BLANK)
		csv_put_empty(csv);
	else
		csv_put_u64(csv, row->bystander->quiet_age_ns);
}
