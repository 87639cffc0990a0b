/* SPDX-License-Identifier: MIT */
#include "csv_arms.h"

#include "contender.h"
#include "duty.h"
#include "hotplug.h"

static const struct run_setup *setup_of(const struct csv_row *row)
{
	return row->rec->setup;
}

static const struct cell *cell_of(const struct csv_row *row)
{
	return &row->rec->cells[row->cell];
}

void csv_put_schema(struct csv_writer *csv, const struct csv_row *row)
{
	(void)row;
	csv_put_u64(csv, CSV_SCHEMA);
}

CSV_FIELD(hotplug_kind, text, hotplug_kind(setup_of(row)->hotplug))
CSV_FIELD(hotplug, text, setup_of(row)->hotplug->name)
CSV_FIELD(cell, u64, row->cell)
CSV_FIELD(workload, text, cell_of(row)->workload)
CSV_FIELD(duty, text, cell_of(row)->duty->name)
CSV_FIELD(threads_per_cpu, u64, cell_of(row)->threads_per_cpu)
CSV_FIELD(arm, text, row->rec->arms[row->arm].contender->name)
CSV_FIELD(pin, text, row->rec->arms[row->arm].contender->pin)
CSV_FIELD(stack_bytes, u64, setup_of(row)->stack_bytes)
CSV_FIELD(stack_touch_bytes, u64, setup_of(row)->stack_touch_bytes)
CSV_FIELD(data_touch_bytes, u64, setup_of(row)->data_touch_bytes)
CSV_FIELD(controller_cpu, u64, setup_of(row)->controller_cpu)
CSV_FIELD(controller_wait, text, setup_of(row)->wait == WAIT_POLL ? "poll" : "block")
CSV_FIELD(sched, text, setup_of(row)->fifo_priority ? "fifo" : "other")
CSV_FIELD(is_idle_held, u64, setup_of(row)->is_idle_held)
CSV_FIELD(controller, text, row->step ? csv_controller(row->rec, row->step) : row->controller)

void csv_put_fifo_priority(struct csv_writer *csv, const struct csv_row *row)
{
	if (setup_of(row)->fifo_priority)
		csv_put_u64(csv, (uint64_t)setup_of(row)->fifo_priority);
	else
		csv_put_empty(csv);
}

CSV_FIELD(knob, text, row->rec->arms[row->arm].knob)

CSV_FIELD(block, u64, row->block->index)
CSV_FIELD(repetition, u64, row->block->repetition)
CSV_FIELD(pass, text, pass_name(row->block->pass))
CSV_FIELD(warmup, u64, row->block->is_warmup)
CSV_FIELD(trace, text, trace_level_name(row->block->trace))

static uint64_t nr_done(const struct block *block)
{
	uint64_t nr = 0;

	for (size_t i = 0; i < block->nr_steps; i++)
		nr += block->steps[i].status == STEP_DONE;
	return nr;
}

CSV_FIELD(begin_ns, u64, row->block->started_ns)
CSV_FIELD(end_ns, u64, row->block->ended_ns)
CSV_FIELD(nr_steps, u64, row->block->nr_steps)
CSV_FIELD(nr_done, u64, nr_done(row->block))
CSV_FIELD(work_accepted, u64, row->block->work_accepted)
CSV_FIELD(work_done, u64, row->block->work_done)

#define PUT_SPIN(column, number)                                                                   \
	void csv_put_##column(struct csv_writer *csv, const struct csv_row *row)                   \
	{                                                                                          \
		if (row->block->spins.is_known)                                                    \
			csv_put_u64(csv, number);                                                  \
		else                                                                               \
			csv_put_empty(csv);                                                        \
	}

PUT_SPIN(spin_ns, setup_of(row)->spin_ns)
PUT_SPIN(nr_spins, row->block->spins.nr_waits)
PUT_SPIN(nr_spins_won, row->block->spins.nr_won)
PUT_SPIN(spun_ns, row->block->spins.spun_ns)

#define PUT_HELD(column, field)                                                                    \
	void csv_put_##column(struct csv_writer *csv, const struct csv_row *row)                   \
	{                                                                                          \
		if (row->block->held.is_known)                                                     \
			csv_put_double(csv, (double)row->block->held.field);                       \
		else                                                                               \
			csv_put_empty(csv);                                                        \
	}

PUT_HELD(nr_threads, nr_threads)
PUT_HELD(nr_alive, nr_alive)
PUT_HELD(held_anonymous, anonymous_bytes)
PUT_HELD(held_virtual, virtual_bytes)
PUT_HELD(held_page_table, page_table_bytes)
PUT_HELD(held_kernel_stack, kernel_stack_bytes)
CSV_FIELD(memory_status, text, row->block->held.is_known ? "ok" : "blank")
CSV_FIELD(memory_reason, text,
	  row->block->held.is_known ? NULL : "the child process that measures did not finish")
