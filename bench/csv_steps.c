/* SPDX-License-Identifier: MIT */
#include "csv_steps.h"

#include <string.h>

CSV_FIELD(seq, u64, row->step->seq)
CSV_FIELD(lane, u64, row->step->lane)
CSV_FIELD(cpu, u64, row->step->cpu)
CSV_FIELD(real_cpu, u64, row->step->real_cpu)
CSV_FIELD(action, text, row->step->action == PLAN_OFFLINE ? "offline" : "online")
CSV_FIELD(planned_ns, u64, row->step->planned_ns)
CSV_FIELD(is_tried, u64, row->step->status != STEP_NOT_TRIED)
CSV_FIELD(nr_wrong_cpu, u64, row->step->nr_wrong_cpu)
CSV_FIELD(nr_affinity_lost, u64, row->step->nr_affinity_lost)
CSV_FIELD(nr_affinity_repaired, u64, row->step->nr_affinity_repaired)
CSV_FIELD(nr_retries, u64, row->step->nr_retries)
CSV_FIELD(nr_others_lost, u64, row->step->nr_others_lost)

void csv_put_affinity_repair_ns(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->nr_affinity_lost && !row->step->is_affinity_unrepaired)
		csv_put_u64(csv, row->step->affinity_repair_ns);
	else
		csv_put_empty(csv);
}

void csv_put_is_in_cpuset(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->cpuset == CPUSET_UNKNOWN)
		csv_put_empty(csv);
	else
		csv_put_u64(csv, row->step->cpuset == CPUSET_HAS_CPU);
}

void csv_put_bulk_ns(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->nr_in_bulk)
		csv_put_u64(csv, row->step->bulk_ns);
	else
		csv_put_empty(csv);
}

void csv_put_nr_in_bulk(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->nr_in_bulk)
		csv_put_u64(csv, row->step->nr_in_bulk);
	else
		csv_put_empty(csv);
}

CSV_FIELD(phase, text, row->phase < NR_PHASES ? phase_name(row->phase) : NULL)

void csv_put_started_ns(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->status == STEP_NOT_TRIED)
		csv_put_empty(csv);
	else
		csv_put_u64(csv, row->step->started_ns);
}

static bool is_blank(const struct csv_row *row)
{
	return row->phase < NR_PHASES &&
	       (row->step->status == STEP_NOT_TRIED || row->step->blank[row->phase] != BLANK_NONE);
}

void csv_put_ns(struct csv_writer *csv, const struct csv_row *row)
{
	if (is_blank(row))
		csv_put_empty(csv);
	else
		csv_put_u64(csv, row->step->ns[row->phase]);
}

static const char *const step_reasons[] = {
	[STEP_DONE] = NULL,
	[STEP_REFUSED] = "not known",
	[STEP_NO_OP] = "nothing changed",
	[STEP_SPOILED] = "somebody else changed the online mask",
	[STEP_LOST] = "a thread did not answer within the deadline",
	[STEP_NOT_TRIED] = "the block ended before",
};

void csv_put_step_status(struct csv_writer *csv, const struct csv_row *row)
{
	if (row->step->status == STEP_DONE && is_blank(row))
		csv_put_text(csv, "blank");
	else
		csv_put_text(csv, step_status_name(row->step->status));
}

void csv_put_step_reason(struct csv_writer *csv, const struct csv_row *row)
{
	const struct step_sample *step = row->step;
	const char *reason = step_reasons[step->status];

	if (step->status == STEP_DONE && is_blank(row))
		reason = blank_reason(step->blank[row->phase]);
	if (step->error && strerrorname_np(step->error))
		reason = strerrorname_np(step->error);
	csv_put_text(csv, reason);
}
