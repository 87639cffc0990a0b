/* SPDX-License-Identifier: MIT */
#include "csv_duty.h"

#include "csv_writer.h"

#include <math.h>

static double per_second(const struct block *block)
{
	uint64_t ns = block->ended_ns - block->started_ns;

	return ns ? (double)block->duty.nr_done_in_plan * 1e9 / (double)ns : NAN;
}

static void put_if(struct csv_writer *csv, bool is_known, uint64_t value)
{
	if (is_known)
		csv_put_u64(csv, value);
	else
		csv_put_empty(csv);
}

void csv_put_done_in_plan(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_u64(csv, row->block->duty.nr_done_in_plan);
}

void csv_put_done_per_s(struct csv_writer *csv, const struct csv_row *row)
{
	csv_put_double(csv, per_second(row->block));
}

#define PUT_ITEMS(column, condition, field)                                                        \
	void csv_put_##column(struct csv_writer *csv, const struct csv_row *row)                   \
	{                                                                                          \
		put_if(csv, row->block->duty.condition, row->block->duty.field);                   \
	}

PUT_ITEMS(nr_items, is_fed, nr_items)
PUT_ITEMS(nr_items_done, is_fed, nr_items_done)
PUT_ITEMS(nr_items_missed, is_fed, nr_items_missed)
PUT_ITEMS(wait_p50_ns, has_waits, wait_p50_ns)
PUT_ITEMS(wait_p99_ns, has_waits, wait_p99_ns)
PUT_ITEMS(wait_max_ns, has_waits, wait_max_ns)

void csv_put_items_reason(struct csv_writer *csv, const struct csv_row *row)
{
	const struct duty_result *duty = &row->block->duty;

	csv_put_text(csv, !duty->is_fed	     ? "no items arrive for this duty"
			  : !duty->has_waits ? "no item was done"
					     : "");
}
